"""CRC-32 arithmetic: the checksum of a range follows from those of its pieces, and back.

A chip answers for a long range as fast as for its pieces, so what is expected to be equal is asked
for in long runs: on a slow adapter it is the number of answers that costs time.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from collections.abc import Iterable

RUN_LEN = 0x10_0000  # a slow chip says nothing for 3 s then


def shifted(crc: int, length: int) -> int:
    """The share of a CRC-32 in that of a text that is `length` bytes longer (it is linear)."""
    zeros = bytes(length)
    return zlib.crc32(zeros, crc) ^ zlib.crc32(zeros)


def joined(pieces: Iterable[tuple[AddressRange, int]]) -> int:
    """CRC-32 of consecutive pieces, each with its own."""
    whole = 0
    for span, crc in pieces:
        whole = shifted(whole, len(span)) ^ crc
    return whole


def runs(spans: Iterable[AddressRange], *, most: int = RUN_LEN) -> list[list[AddressRange]]:
    """`spans` by address, those together that touch, up to `most` bytes."""
    found: list[list[AddressRange]] = []
    for span in sorted(set(spans)):
        last = found[-1] if found else None
        if last and last[-1].end == span.start and span.end - last[0].start <= most:
            last.append(span)
        else:
            found.append([span])
    return found


def whole_of(run: list[AddressRange]) -> AddressRange:
    """The range that the pieces of a run make up."""
    return AddressRange(run[0].start, run[-1].end)
