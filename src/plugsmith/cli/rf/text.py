"""The results of the `rf` verbs, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.memory import format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.rf.results import RfResult, RfRow, RfSaved


def show_text(found: RfResult) -> str:
    """The result of `rf show`."""
    rows = [(_("Source"), found.source), (_("Chip"), found.chip or "")]
    for row in found.sectors:
        rows += [
            (format_addr(row.offset), _STATE[row.state]()),
            ("  " + _("MAC"), _mac(row)),
            ("  " + _("Also in"), ", ".join(row.backups)),
        ]
    return "\n".join([table(rows), *found.notes])


def save_text(found: RfSaved) -> str:
    """The result of `rf save`."""
    rows = [
        (_("File"), found.file),
        (_("MAC"), found.mac),
        (_("From"), f"{found.source}, {format_addr(found.offset)}"),
        ("SHA-256", found.sha256),
    ]
    again = _("Put it back on the same device: plugsmith rf put-back {file}", file=found.file)
    return f"{table(rows)}\n{again}"


def _mac(row: RfRow) -> str:
    if row.mac is None:
        return ""
    return f"{row.mac} ({_('a placeholder')})" if row.placeholder else row.mac


_STATE = {
    "sound": lambda: _("RF calibration and MAC, sound"),
    "no-address": lambda: _("RF calibration without a MAC"),
    "damaged": lambda: _("RF calibration, damaged"),
    "blank": lambda: _("blank"),
    "other-data": lambda: _("other data, no RF calibration"),
}
