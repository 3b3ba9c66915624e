"""CRC16 of code lines: 32 bytes of code, then CRC-16/CMS over them as stored, big endian.

Source: uart-protocol.md section 3.4 (polynomial 0x8005, start 0xFFFF, not reflected).

A CRC is linear: that of a line is the sum (XOR) of what each of its bytes adds at its place. So all
lines are worked on at once, place after place, with one table a place; no compiled part is needed.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import getitem, xor

from plugsmith.image.physical import LINE_LEN, STORED_LEN
from plugsmith.records import frozen

ERASED_LINE = b"\xff" * STORED_LEN  # what is left of a line by an erase; it fails its own CRC
_POLYNOMIAL, _START = 0x8005, 0xFFFF
_FEW = 24  # lines; below that one after the other is quicker
PADDED_LINE = b"\xff" * LINE_LEN + b"\x00\x0c"  # a line of FF that was built, CRC included


def line_crc(line: bytes) -> int:
    """CRC-16/CMS of the 32 code bytes as they lie in flash, or of any other bytes."""
    steps = _steps()
    crc = _START
    for byte in line:
        crc = (crc << 8 & 0xFFFF) ^ steps[crc >> 8 ^ byte]
    return crc


def build_lines(code: bytes) -> bytes:
    """Stored lines of `code`; an incomplete last line is filled with FF."""
    code += b"\xff" * (-len(code) % LINE_LEN)
    stored = bytearray(len(code) // LINE_LEN * STORED_LEN)
    for place in range(LINE_LEN):
        stored[place::STORED_LEN] = code[place::LINE_LEN]
    stored[LINE_LEN::STORED_LEN], stored[LINE_LEN + 1 :: STORED_LEN] = _crcs(code, LINE_LEN)
    return bytes(stored)


def bad_lines(stored: bytes) -> list[int]:
    """Offsets of the whole lines in `stored` (which starts at a line) whose CRC16 is wrong."""
    stored = stored[: len(stored) // STORED_LEN * STORED_LEN]
    high, low = _crcs(stored, STORED_LEN)
    if high == stored[LINE_LEN::STORED_LEN] and low == stored[LINE_LEN + 1 :: STORED_LEN]:
        return []
    told = zip(
        high,
        low,
        stored[LINE_LEN::STORED_LEN],
        stored[LINE_LEN + 1 :: STORED_LEN],
        strict=True,
    )
    return [
        number * STORED_LEN
        for number, (high_is, low_is, high_said, low_said) in enumerate(told)
        if high_is != high_said or low_is != low_said
    ]


def _crcs(lines: bytes, length: int) -> tuple[bytes, bytes]:
    """High and low bytes of the CRCs of the first 32 bytes of each line of `length`."""
    count = len(lines) // length
    start, adds = _adds()
    if count < _FEW:
        crcs = [
            reduce(xor, map(getitem, adds, lines[at : at + LINE_LEN]), start)
            for at in range(0, count * length, length)
        ]
        return bytes(crc >> 8 for crc in crcs), bytes(crc & 0xFF for crc in crcs)
    high = int.from_bytes(bytes((start >> 8,)) * count, "big")
    low = int.from_bytes(bytes((start & 0xFF,)) * count, "big")
    for place, (to_high, to_low) in enumerate(_halves()):
        column = lines[place::length]
        high ^= int.from_bytes(column.translate(to_high), "big")
        low ^= int.from_bytes(column.translate(to_low), "big")
    return high.to_bytes(count, "big"), low.to_bytes(count, "big")


@cache
def _adds() -> tuple[int, tuple[tuple[int, ...], ...]]:
    """What the start value leaves after 32 bytes, and what a byte adds at each of the 32 places."""
    steps = _steps()
    tables = [steps]
    for _place in range(LINE_LEN - 1):  # from the last byte of a line to its first
        tables.insert(0, tuple((crc << 8 & 0xFFFF) ^ steps[crc >> 8] for crc in tables[0]))
    return _shifted(_START, 8 * LINE_LEN), tuple(tables)


@cache
def _halves() -> tuple[tuple[bytes, bytes], ...]:
    """The tables of `_adds`, high and low bytes apart, for `bytes.translate`."""
    return tuple(
        (bytes(crc >> 8 for crc in table), bytes(crc & 0xFF for crc in table))
        for table in _adds()[1]
    )


@cache
def _steps() -> tuple[int, ...]:
    """What a byte at the high end adds."""
    return tuple(_shifted(byte << 8, 8) for byte in range(256))


def _shifted(crc: int, bits: int) -> int:
    for _bit in range(bits):
        crc = (crc << 1 & 0xFFFF) ^ (_POLYNOMIAL if crc & 0x8000 else 0)
    return crc


def code_end(stored: bytes) -> int:
    """Offset of the first erased line (34 times FF), or of the end of the last whole line."""
    at = stored.find(ERASED_LINE)
    while at >= 0 and at % STORED_LEN:
        at = stored.find(ERASED_LINE, at + 1)
    return at if at >= 0 else len(stored) // STORED_LEN * STORED_LEN


@frozen
class LineReport:
    """What checking a run of stored lines gave; offsets count from the start of the run."""

    lines: int
    end: int
    bad: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """At least one line, and every line right."""
        return self.lines > 0 and not self.bad


def check_code(stored: bytes) -> LineReport:
    """Check the lines from the start of `stored` to its first erased line."""
    end = code_end(stored)
    return LineReport(lines=end // STORED_LEN, end=end, bad=tuple(bad_lines(stored[:end])))
