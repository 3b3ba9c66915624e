"""What `unbrick` gives back."""

from __future__ import annotations

from plugsmith.errors import ExitCode
from plugsmith.flows.wire.results import SpanRow
from plugsmith.records import Result, record


@record
class UnbrickResult(Result):
    """`broken`: what spoke against the boot loader; `other_problems`: told, not touched.

    `backup` holds the whole flash as it was. `written` are the sectors that were changed (or would
    be, where `verified` is false). `answers`: a boot code on the UART, None: not looked for.
    """

    chip: str
    mac: str | None
    backup: str
    broken: tuple[str, ...]
    other_problems: tuple[str, ...]
    source: str | None
    written: tuple[SpanRow, ...]
    verified: bool
    answers: bool | None

    @property
    def exit_status(self) -> ExitCode:
        """7 where the UART stayed silent afterwards."""
        return ExitCode.VERIFY if self.answers is False else ExitCode.DONE
