"""What `ports` gives back, as records: the adapters, and what is on those that were asked."""

from __future__ import annotations

from plugsmith.errors import ExitCode
from plugsmith.link.hearing import Heard
from plugsmith.records import Record, Result, record, sparse


@record
class AnswerRow(Record):
    """What is on an adapter that was asked; `answers`: a boot code of a Beken chip can be reached.

    `heard` is None where the port could not be opened, and `code` says why.
    """

    heard: Heard | None
    text: str
    answers: bool
    next_step: str
    chip: str | None = sparse(default=None)
    code: str | None = sparse(default=None)


@record
class PortRow(Record):
    """A local serial port; `vid` and `pid` are four hexadecimal digits."""

    device: str
    maker: str | None
    product: str | None
    vid: str | None
    pid: str | None
    serial: str | None
    in_use_by: str | None
    picked: bool
    answer: AnswerRow | None = sparse(default=None)


@record
class PortsResult(Result):
    """`ports`; `picked` is used when no port is named."""

    ports: tuple[PortRow, ...]
    picked: str | None

    @property
    def exit_status(self) -> ExitCode:
        """With answers: 0 where a chip answers, 3 where no port could be opened, else 4."""
        answers = [row.answer for row in self.ports if row.answer is not None]
        if not answers or any(row.answers for row in answers):
            return ExitCode.DONE
        opened = any(row.heard is not None for row in answers)
        return ExitCode.NO_LINK if opened else ExitCode.PORT
