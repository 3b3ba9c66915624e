"""Which bytes of a file are program code for certain: lines that carry a right CRC16.

A finding's span says where a program lies; this says which bytes of it the program fills. The end
is the one that the container's header names; without a header it is the first erased line. The
room behind the code, the room before the header, and lines with a wrong CRC16 are data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind, find_all
from plugsmith.image.crc import bad_lines, code_end
from plugsmith.image.physical import LINE_LEN, STORED_LEN
from plugsmith.image.rbl import MAGIC, read_trailer
from plugsmith.memory import AddressRange, merge_ranges, subtract_ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.dump.finding import Finding
    from plugsmith.image.rbl import Trailer

CODE_KINDS = (FindingKind.BOOTLOADER, FindingKind.APPLICATION)
_PARTITIONS = ("bootloader", "app")


def proven_code(data: bytes, findings: Iterable[Finding]) -> list[AddressRange]:
    """The lines of every boot loader and application that are proven, as sorted ranges."""
    spans = [span for item in findings if item.kind in CODE_KINDS for span in _lines(data, item)]
    return merge_ranges(spans)


def headers(data: bytes, findings: Iterable[Finding]) -> list[AddressRange]:
    """The stored container headers inside of programs."""
    found = [trailer_of(data, item) for item in findings if item.kind in CODE_KINDS]
    return [AddressRange(item.at, item.end) for item in found if item is not None]


def trailer_of(data: bytes, program: Finding) -> Trailer | None:
    """The header that ends a program, at its offset in the file; None if no sound one is there."""
    span = program.span
    for at in find_all(data[span.start : span.end], MAGIC):
        trailer = read_trailer(data, span.start + at)
        if trailer is None or not trailer.lines_ok or trailer.end > span.end:
            continue
        if trailer.header.partition in _PARTITIONS:
            return trailer
    return None


def _lines(data: bytes, program: Finding) -> Iterator[AddressRange]:
    start = program.span.start
    trailer = trailer_of(data, program)
    room = data[start : trailer.at if trailer else program.span.end]
    length = len(room) // STORED_LEN * STORED_LEN if trailer else code_end(room)
    if trailer is not None:
        named = -(-trailer.header.raw_size // LINE_LEN) * STORED_LEN
        length = min(length, named)
    bad = (AddressRange.sized(start + at, STORED_LEN) for at in bad_lines(room[:length]))
    yield from subtract_ranges([AddressRange.sized(start, length)], bad)
