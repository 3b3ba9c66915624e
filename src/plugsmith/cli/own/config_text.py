"""The words of `config show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.flows.own.config_results import ConfigRow, ConfigShown

_SOURCES = {
    "command line": N_("command line"),
    "environment": N_("environment"),
    "file": N_("file"),
    "default": N_("as shipped"),
}


def config_text(found: ConfigShown) -> str:
    """Each setting, its value and its source."""
    head = (
        _("Configuration file: {file}", file=found.file)
        if found.exists
        else _("Configuration file: {file} (there is none yet)", file=found.file)
    )
    return head + "\n\n" + table([(row.name, _row(row)) for row in found.settings])


def _row(row: ConfigRow) -> str:
    value = _("not set") if row.value is None else str(row.value)
    source = " ".join(word for word in (_(_SOURCES[row.source]), row.where) if word)
    return f"{value}  ({source})"
