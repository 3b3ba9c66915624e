"""The closing words of `unbrick`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.spi.results import UnbrickResult


def unbrick_text(done: UnbrickResult) -> str:
    """What was broken, what was put back, and whether the chip answers."""
    kib = sum(span.length for span in done.written) // 1024
    would = bool(done.broken) and not done.verified
    return table(
        [
            (_("Device"), done.chip),
            (_("MAC"), done.mac or _("unknown")),
            (_("Copy"), done.backup),
            (_("Boot loader"), " ".join(done.broken) or _("sound, nothing was changed")),
            (_("Put back from"), done.source or ""),
            (_("Would change") if would else _("Changed"), f"{kib} KiB" if done.broken else ""),
            (_("Verified"), _("yes") if done.verified and done.broken else ""),
            (_("Also wrong"), " ".join(done.other_problems)),
            (_("Answers"), _answers(done.answers)),
        ]
    )


def _answers(answers: bool | None) -> str:
    if answers is None:
        return ""
    return _("yes, on the download UART") if answers else _("no")
