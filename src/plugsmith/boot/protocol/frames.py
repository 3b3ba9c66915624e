"""Frames of the download protocol: building requests, and finding replies in a stream of bytes.

The shapes are those of Bluetooth HCI (uart-protocol.md 2.1). A short frame carries up to 254 bytes
after its length, a long one up to 65535; there is no checksum and no sequence number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST_HEAD = b"\x01\xe0\xfc"  # command packet, vendor opcode 0xFCE0
REPLY_HEAD = b"\x04\x0e"  # event packet, "command complete"
LONG_LENGTH = 0xFF  # in the length byte: a long frame follows
LONG_MARK = 0xF4
LINK_CHECK = b"\x01\xe0\xfc\x01\x00"
LINK_ANSWER = b"\x04\x0e\x05\x01\xe0\xfc\x01\x00"

_SHORT_FIXED = 7  # 04 0E RR 01 E0 FC CC
_LONG_FIXED = 11  # 04 0E FF 01 E0 FC F4 ll hh CC SS
_KEEP_DROPPED = 4096


class FrameForm(StrEnum):
    """The two frame shapes; each has a command space of its own."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The accepted start of a reply; `data_len` bytes follow it (status not counted)."""

    form: FrameForm
    code: int
    data_len: int

    @property
    def total(self) -> int:
        """Length of the whole frame on the wire."""
        return self.data_len + (_SHORT_FIXED if self.form is FrameForm.SHORT else _LONG_FIXED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply; `status` is None in short replies, which have none."""

    form: FrameForm
    code: int
    status: int | None
    data: bytes

    def encode(self) -> bytes:
        """The bytes on the wire."""
        if self.form is FrameForm.SHORT:
            length = bytes((4 + len(self.data),))
            return REPLY_HEAD + length + REQUEST_HEAD + bytes((self.code,)) + self.data
        length = (2 + len(self.data)).to_bytes(2, "little")
        head = REPLY_HEAD + bytes((LONG_LENGTH,)) + REQUEST_HEAD + bytes((LONG_MARK,)) + length
        return head + bytes((self.code, self.status or 0)) + self.data


def short_request(code: int, params: bytes = b"") -> bytes:
    """A short request; at most 253 parameter bytes."""
    if len(params) > 0xFD:
        raise ValueError("too many parameters for a short request")
    return REQUEST_HEAD + bytes((1 + len(params), code)) + params


def long_request(code: int, params: bytes = b"") -> bytes:
    """A long request; at most 65534 parameter bytes."""
    if len(params) > 0xFFFE:
        raise ValueError("too many parameters for a long request")
    length = (1 + len(params)).to_bytes(2, "little")
    return REQUEST_HEAD + bytes((LONG_LENGTH, LONG_MARK)) + length + bytes((code,)) + params


class ReplyDecoder:
    """Finds replies in a stream that may hold anything between them.

    Bytes may come in any pieces. A header must be complete and pass `accept` before its payload is
    collected; until then a mismatch skips one byte and looks again. Inside an accepted payload
    nothing is looked for, because flash content may hold frames. After a timeout inside a payload
    the caller must call `reset`.
    """

    def __init__(self, accept: Callable[[Header], bool] | None = None) -> None:
        self.accept = accept
        self.dropped_total = 0
        self._dropped = bytearray()
        self._buffer = bytearray()
        self._header: Header | None = None

    def feed(self, data: bytes) -> list[Reply]:
        """Take received bytes; return the replies that they complete."""
        self._buffer += data
        replies: list[Reply] = []
        while (reply := self._take()) is not None:
            replies.append(reply)
        return replies

    def reset(self) -> None:
        """Forget a half-received reply."""
        self._drop(len(self._buffer))
        self._header = None

    @property
    def inside_reply(self) -> bool:
        """Whether a header was accepted and its payload is not complete."""
        return self._header is not None

    @property
    def missing(self) -> int:
        """Bytes that the reply in progress still needs, 0 outside of one."""
        return self._header.total - len(self._buffer) if self._header else 0

    def take_dropped(self) -> bytes:
        """The last bytes (up to 4096) that belonged to no reply; forgets them."""
        dropped = bytes(self._dropped)
        self._dropped.clear()
        return dropped

    def _take(self) -> Reply | None:
        if self._header is None:
            self._header = self._find_header()
        header = self._header
        if header is None or len(self._buffer) < header.total:
            return None
        frame = bytes(self._buffer[: header.total])
        del self._buffer[: header.total]
        self._header = None
        if header.form is FrameForm.SHORT:
            return Reply(
                form=FrameForm.SHORT, code=header.code, status=None, data=frame[_SHORT_FIXED:]
            )
        return Reply(
            form=FrameForm.LONG, code=header.code, status=frame[10], data=frame[_LONG_FIXED:]
        )

    def _find_header(self) -> Header | None:
        """The first acceptable header, with everything before it dropped; None: more is needed."""
        while True:
            at = self._buffer.find(REPLY_HEAD[0])
            self._drop(len(self._buffer) if at < 0 else at)
            if not _plausible(self._buffer):
                self._drop(1)
                continue
            if len(self._buffer) < _fixed_len(self._buffer):
                return None
            header = _header_of(self._buffer)
            if header.data_len >= 0 and (self.accept is None or self.accept(header)):
                return header
            self._drop(1)

    def _drop(self, count: int) -> None:
        if not count:
            return
        self.dropped_total += count
        self._dropped += self._buffer[:count]
        del self._dropped[:-_KEEP_DROPPED]
        del self._buffer[:count]


def _fixed_len(buffer: bytearray) -> int:
    long_form = len(buffer) > 2 and buffer[2] == LONG_LENGTH
    return _LONG_FIXED if long_form else _SHORT_FIXED


def _plausible(buffer: bytearray) -> bool:
    """Whether `buffer` agrees with a header as far as it goes."""
    pattern = REPLY_HEAD + bytes(buffer[2:3]) + REQUEST_HEAD
    if _fixed_len(buffer) == _LONG_FIXED:
        pattern += bytes((LONG_MARK,))
    return pattern.startswith(bytes(buffer[: len(pattern)]))


def _header_of(buffer: bytearray) -> Header:
    """The header of a plausible buffer that holds all of it; `data_len` may be negative."""
    if buffer[2] != LONG_LENGTH:
        return Header(form=FrameForm.SHORT, code=buffer[6], data_len=buffer[2] - 4)
    length = int.from_bytes(buffer[7:9], "little")
    return Header(form=FrameForm.LONG, code=buffer[9], data_len=length - 2)
