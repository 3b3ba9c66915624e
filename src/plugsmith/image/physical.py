"""Physical flash addresses against the logical addresses that the CPU sees.

A logical line of 32 bytes lies in flash as 34 bytes: the line and its CRC16. The flash controller
and the download protocol use physical addresses, the CPU and the FAL tables logical ones
(chip-emulation.md section 2).
"""

from __future__ import annotations

import struct

LINE_LEN = 32  # code bytes in a line
STORED_LEN = 34  # the same line in flash: with its CRC16
LOADER_LOGICAL_LEN = 0x1_0000
LOADER_LEN = 0x1_1000  # physical size of the boot loader partition on every chip
APP_START = LOADER_LEN  # physical start of the application on every chip
APP_LOGICAL_START = LOADER_LOGICAL_LEN

_BATCH = 1024  # lines unpacked in one call: four times as fast as slicing them one by one
_LINES = struct.Struct(f"{LINE_LEN}s{STORED_LEN - LINE_LEN}x" * _BATCH)


def to_physical(logical_addr: int) -> int:
    """Flash address of the byte that the CPU sees at `logical_addr`."""
    line, at = divmod(logical_addr, LINE_LEN)
    return line * STORED_LEN + at


def to_logical(physical_addr: int) -> int:
    """CPU address of the flash byte; a CRC16 byte counts as the end of its line."""
    line, at = divmod(physical_addr, STORED_LEN)
    return line * LINE_LEN + min(at, LINE_LEN)


def physical_len(logical_len: int) -> int:
    """Bytes in flash that whole lines of `logical_len` bytes occupy."""
    return -(-logical_len // LINE_LEN) * STORED_LEN


def strip_lines(stored: bytes) -> bytes:
    """The code bytes of stored lines, without their CRC16s; nothing is checked.

    `stored` starts at a line. An incomplete last line gives what it holds of its 32 bytes.
    """
    parts: list[bytes] = []
    whole = len(stored) // _LINES.size * _LINES.size
    for at in range(0, whole, _LINES.size):
        parts += _LINES.unpack_from(stored, at)
    parts += [stored[at : at + LINE_LEN] for at in range(whole, len(stored), STORED_LEN)]
    return b"".join(parts)
