"""XMODEM's and YMODEM's blocks as a receiver hears them: their ends, their checks, their order."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ACK, NAK, CANCEL, WANTS_CRC = b"\x06", b"\x15", b"\x18", b"C"
_LENGTHS = {0x01: 128, 0x02: 1024}
_END = 0x04
_CANCEL = 0x18


class Heard(Enum):
    """What came."""

    BLOCK = "block"
    DAMAGED = "damaged"
    END = "end"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that came; of a block its number and content."""

    heard: Heard
    number: int = 0
    content: bytes = b""


class BlockReader:
    """Cuts what is heard into blocks; `crc` or a sum ends each, `extra` bytes begin its data."""

    def __init__(self, *, crc: bool, extra: int = 0) -> None:
        self._crc = crc
        self._extra = extra
        self._heard = bytearray()

    def rest(self) -> bytes:
        """What came behind the last piece; it belongs to whoever listens next."""
        left = bytes(self._heard)
        self._heard.clear()
        return left

    def feed(self, data: bytes) -> Iterator[Piece]:
        """What is whole by now, each when it is asked for."""
        self._heard += data
        while self._heard:
            first = self._heard[0]
            if first == _END:
                del self._heard[0]
                yield Piece(Heard.END)
            elif first == _CANCEL:
                if len(self._heard) < 2:
                    break
                second = self._heard[1]
                del self._heard[: 2 if second == _CANCEL else 1]
                if second == _CANCEL:
                    yield Piece(Heard.CANCELLED)
            elif first in _LENGTHS:
                whole = 3 + self._extra + _LENGTHS[first] + (2 if self._crc else 1)
                if len(self._heard) < whole:
                    break
                block = bytes(self._heard[:whole])
                del self._heard[:whole]
                yield self._block(block)
            else:
                del self._heard[0]

    def _block(self, block: bytes) -> Piece:
        tail = 2 if self._crc else 1
        content, check = block[3:-tail], int.from_bytes(block[-tail:], "big")
        wanted = binascii.crc_hqx(content, 0) if self._crc else sum(content) & 0xFF
        if block[1] ^ block[2] != 0xFF or check != wanted:
            return Piece(Heard.DAMAGED)
        return Piece(Heard.BLOCK, block[1], content)
