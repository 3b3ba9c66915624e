"""Pin texts in plain bytes, wherever they stand: no alignment, no structure around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.records import frozen
from plugsmith.tuya.crc7 import crc7

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LEN = 0x1000  # nearly four times the longest text that was seen
_MAX_TRIES = 3000  # checksums computed; hostile files may repeat the end of a text endlessly
_END = re.compile(rb"crc:([0-9]{1,3}),?\}")
_START = re.compile(rb"\{[A-Za-z0-9_]{1,24}:")
_PRINTABLE = bytes(1 if 0x20 <= value < 0x7F else 0 for value in range(256))


@frozen
class Carved:
    """A text at `offset` of the searched bytes; `crc_ok` says whether its CRC-7 agrees."""

    offset: int
    text: bytes
    crc_ok: bool

    @property
    def end(self) -> int:
        """Offset behind the closing brace."""
        return self.offset + len(self.text)


def carve(data: bytes) -> list[Carved]:
    """Every text that ends in a crc pair and begins with a brace and a key, in file order.

    Of several possible beginnings the one whose CRC-7 agrees wins, else the nearest.
    """
    found: list[Carved] = []
    tries = _MAX_TRIES
    for end in _END.finditer(data):
        carved, tried = _carve_back(data, end)
        tries -= tried
        if carved is not None:
            found.append(carved)
        if tries <= 0:
            break
    return found


def _carve_back(data: bytes, end: re.Match[bytes]) -> tuple[Carved | None, int]:
    """The text that ends here, and how many beginnings were tried."""
    low = max(0, end.end() - MAX_LEN)
    window = data[low : end.end()]
    run = window.translate(_PRINTABLE).rfind(b"\0") + 1
    tail = end.start() - low
    body_end = tail - 1 if window[tail - 1 : tail] == b"," else tail
    stated = int(end[1])
    nearest: Carved | None = None
    tried = 1
    for start in _starts_backwards(window, run, tail):
        tried += 1
        good = crc7(b"}", start=crc7(window[start:body_end])) == stated
        if good or nearest is None:
            nearest = Carved(offset=low + start, text=window[start:], crc_ok=good)
        if good:
            break
    return nearest, tried


def _starts_backwards(window: bytes, low: int, high: int) -> Iterator[int]:
    """Positions of a brace with a key behind it, nearest to the end first, at most 64."""
    at = high
    for _ in range(64):
        at = window.rfind(b"{", low, at)
        if at < 0:
            return
        if _START.match(window, at):
            yield at
