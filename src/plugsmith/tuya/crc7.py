"""The checksum of a pin text: CRC-7, polynomial x^7+x^3+1 reflected, start 0.

Source: tuya-storage.md section 3.5.
"""

from __future__ import annotations

_POLYNOMIAL = 0x48  # 0x09 of seven bits, mirrored


def _table() -> bytes:
    table = bytearray()
    for value in range(256):
        crc = value
        for _bit in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        table.append(crc)
    return bytes(table)


_TABLE = _table()


def crc7(data: bytes, *, start: int = 0) -> int:
    """CRC-7 of `data` (0x25 for the digits 1 to 9); `start` continues an earlier value."""
    crc, table = start, _TABLE
    for value in data:
        crc = table[crc ^ value]
    return crc
