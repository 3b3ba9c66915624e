"""The help of a group of verbs, and of the whole program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.table import BY_NAME, GROUPS
from plugsmith.cli.first_contact import SECTIONS
from plugsmith.cli.layout import definitions, paragraph
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence


def group_help(prefix: str, about: str, width: int) -> str:
    """The verbs below `prefix` (empty for all), by what they are about at the top."""
    names = names_below(prefix)
    titled = [] if prefix else [(_(title), group) for title, group in SECTIONS]
    told = {name for _title, group in titled for name in group}
    rest = tuple(name for name in names if name not in told)
    verb = _("VERB")
    parts = [
        paragraph(_("Usage: plugsmith {words}", words=f"{prefix} {verb}".strip()), width),
        paragraph(about, width),
    ]
    for title, group in [*titled, (_("Verbs"), rest)]:
        rows = [(name, _summary(f"{prefix} {name}".strip())) for name in group if name in names]
        if rows:
            parts.append(f"{title}:\n{definitions(rows, width)}")
    parts.append(_closing(prefix, width))
    return "\n\n".join(parts) + "\n"


def _closing(prefix: str, width: int) -> str:
    rows = [
        (f"plugsmith help {prefix} VERB".replace("  ", " "), _("one verb, with examples")),
    ]
    if not prefix:
        rows += [
            (
                "plugsmith help first-flash.md",
                _("a page of the documentation; help pages lists them"),
            ),
            ("plugsmith help PS-...", _("what an error means and what to do")),
            ("plugsmith --version", _("the version (-V)")),
            (
                "plugsmith --install-completion",
                _("completion of words for your shell; --show-completion prints it"),
            ),
        ]
    return _("Help:") + "\n" + definitions(rows, width)


def names_below(prefix: str) -> Sequence[str]:
    """The words that may follow `prefix`, in the order of the table."""
    before = prefix.split()
    typed = [
        name.split()[len(before)]
        for name in BY_NAME
        if name.split()[: len(before)] == before and len(name.split()) > len(before)
    ]
    return list(dict.fromkeys(typed))


def _summary(name: str) -> str:
    return _(GROUPS[name]) if name in GROUPS else _(BY_NAME[name].summary)
