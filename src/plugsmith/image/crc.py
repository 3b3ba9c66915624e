"""CRC16 of code lines: 32 bytes of code, then CRC-16/CMS over them as stored, big endian.

Source: uart-protocol.md section 3.4 (polynomial 0x8005, start 0xFFFF, not reflected).
"""

from __future__ import annotations

from dataclasses import dataclass

from fastcrc import crc16

from plugsmith.image.physical import LINE_LEN, STORED_LEN

ERASED_LINE = b"\xff" * STORED_LEN  # what is left of a line by an erase; it fails its own CRC
PADDED_LINE = b"\xff" * LINE_LEN + b"\x00\x0c"  # a line of FF that was built, CRC included


def line_crc(line: bytes) -> int:
    """CRC-16/CMS of the 32 code bytes as they lie in flash."""
    return crc16.cms(line)


def build_lines(code: bytes) -> bytes:
    """Stored lines of `code`; an incomplete last line is filled with FF."""
    fill = -len(code) % LINE_LEN
    code += b"\xff" * fill
    cms = crc16.cms
    parts: list[bytes] = []
    for at in range(0, len(code), LINE_LEN):
        line = code[at : at + LINE_LEN]
        parts += (line, cms(line).to_bytes(2, "big"))
    return b"".join(parts)


def bad_lines(stored: bytes) -> list[int]:
    """Offsets of the whole lines in `stored` (which starts at a line) whose CRC16 is wrong."""
    cms = crc16.cms
    return [
        at
        for at in range(0, len(stored) - STORED_LEN + 1, STORED_LEN)
        if cms(stored[at : at + LINE_LEN]) != stored[at + 32] << 8 | stored[at + 33]
    ]


def code_end(stored: bytes) -> int:
    """Offset of the first erased line (34 times FF), or of the end of the last whole line."""
    at = stored.find(ERASED_LINE)
    while at >= 0 and at % STORED_LEN:
        at = stored.find(ERASED_LINE, at + 1)
    return at if at >= 0 else len(stored) // STORED_LEN * STORED_LEN


@dataclass(frozen=True, slots=True, kw_only=True)
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
