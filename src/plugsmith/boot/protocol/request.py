"""What every command of the download protocol has in common: request, echo, reply, refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugsmith.boot.protocol.frames import FrameForm, Header, Reply, long_request, short_request

STATUS_MEANING = {
    0: "done",
    1: "flash busy for too long",
    2: "SPI operation timed out",
    3: "flash operation timed out",
    4: "wrong length",
    5: "request incomplete",
    6: "address not allowed",
    7: "unknown command",
    8: "internal error",
    9: "flash write error",
    10: "protected area",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all requests; `code` is the command byte, `answer_code` that of its reply."""

    form: ClassVar[FrameForm] = FrameForm.SHORT
    code: ClassVar[int]
    label: ClassVar[str]
    answered: ClassVar[bool] = True

    @property
    def answer_code(self) -> int:
        """The command byte of the reply."""
        return self.code

    def params(self) -> bytes:
        """The bytes after the command byte."""
        return b""

    def encode(self) -> bytes:
        """The request on the wire."""
        build = short_request if self.form is FrameForm.SHORT else long_request
        return build(self.code, self.params())

    def reply_len(self) -> int:
        """Data bytes of a good reply (after command and status byte)."""
        return 0

    def echo(self) -> bytes:
        """What the data of a good reply starts with."""
        return b""

    def may_start(self, header: Header) -> bool:
        """Whether `header` can belong to a reply to this command, good or bad."""
        return (
            self.answered
            and header.form is self.form
            and header.code == self.answer_code
            and header.data_len <= max(self.reply_len(), 16)
        )

    def answers(self, reply: Reply) -> bool:
        """Whether `reply` is the good answer to exactly this request."""
        return (
            reply.form is self.form
            and reply.code == self.answer_code
            and not reply.status
            and len(reply.data) == self.reply_len()
            and reply.data.startswith(self.echo())
        )

    def refusal(self, reply: Reply) -> int | None:
        """The error status if `reply` refuses this request; the address in it may differ."""
        if reply.form is not self.form or reply.code != self.answer_code:
            return None
        if self.form is FrameForm.SHORT:
            unknown = len(reply.data) == 1 and reply.data[0] == 7 and self.reply_len() != 1
            return 7 if unknown else None
        return reply.status or None

    def payload(self, reply: Reply) -> bytes:
        """The part of a good reply after the echo."""
        return reply.data[len(self.echo()) :]
