"""A forged RF sector: the vendor's record frame around a MAC and made-up calibration."""

from __future__ import annotations

import hashlib
import struct

from plugsmith.memory import SECTOR_LEN

_TOTAL_LEN = 0x1E0
_CRYSTAL = 0x00BC_614E  # 12.345678 MHz in every RF sector seen; uart-protocol.md 6.4
# (group tag, length); the groups follow each other and fill the total length
_GROUPS = ((0x2222_2200, 0xA2), (0x3333_3300, 0x84), (0x4444_4400, 0x40))


def forge_rf(mac: bytes, *, own: bytes = b"") -> bytes:
    """One RF sector with `mac` (6 bytes) at offset 0x24, in the layout of uart-protocol.md 6.4.

    The calibration follows from the MAC and from `own`, whatever else tells devices apart.
    """
    general = b"".join(
        (
            _record(0x1111_1101, _CRYSTAL.to_bytes(4, "little")),
            _record(0x1111_1102, mac[:6].ljust(6, b"\0")),
            _record(0x1111_1103, bytes(4)),
            _record(0x1111_1104, bytes(4)),
            _record(0x1111_1105, bytes(4)),
        )
    )
    body = _record(0x1111_1100, general.ljust(0x5A, b"\0"))
    for tag, length in _GROUPS:
        values = hashlib.shake_256(mac + own + tag.to_bytes(4, "little")).digest(length - 8)
        body += _record(tag, _record(tag + 1, values))
    return (b"TLV\0" + _TOTAL_LEN.to_bytes(4, "little") + body).ljust(SECTOR_LEN, b"\xff")


def _record(tag: int, data: bytes) -> bytes:
    return struct.pack("<II", tag, len(data)) + data
