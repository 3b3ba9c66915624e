"""What the boot loader does with an update in the OTA area before the firmware starts."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    # Takes a whole package (header first) and gives the plain code, or None if it is damaged.
    Unpacker = Callable[[bytes], bytes | None]

_HEADER = struct.Struct("<4sII16s24s24sIIIII")
_NAME = re.compile(rb"Open(BK\w{4,6})_(\d[\w.\-]{2,30})")
_PLAIN = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The firmware that a sound package holds; `chip` is empty where it cannot be seen."""

    chip: str
    version: str


def read_update(area: bytes, unpack: Unpacker | None) -> Update | None:
    """The update at the start of the OTA area, or None: no package, cut off or damaged.

    `unpack` opens packed and encrypted packages (the simulator itself has no cipher); without it
    such a package counts as right for the chip and its header names the version.
    """
    if len(area) < _HEADER.size or area[:4] != b"RBL\0":
        return None
    _magic, algorithm, _time, _part, version, _serial, body_crc, _hash, _raw, size, header_crc = (
        _HEADER.unpack_from(area)
    )
    body = area[_HEADER.size : _HEADER.size + size]
    sound = zlib.crc32(area[: _HEADER.size - 4]) == header_crc and len(body) == size
    if not sound or zlib.crc32(body) != body_crc:
        return None
    code: bytes | None = body
    if algorithm != _PLAIN:
        if unpack is None:
            return Update(chip="", version=version.split(b"\0", 1)[0].decode("ascii", "replace"))
        code = unpack(area[: _HEADER.size + size])
    if code is None:
        return None
    found = _NAME.search(code)
    if found is None:
        return Update(chip="", version=version.split(b"\0", 1)[0].decode("ascii", "replace"))
    return Update(chip=found[1].decode(), version=found[2].decode())


def plain_package(chip: str, version: str, *, length: int = 0x4000) -> bytes:
    """An update without packing and encryption, for tests: the device takes it as it is."""
    code = f"Open{chip}_{version}\0".encode().ljust(length, b"\x5a")
    head = _HEADER.pack(
        b"RBL\0",
        _PLAIN,
        0,
        b"app",
        version.encode()[:24],
        b"0" * 23,
        zlib.crc32(code),
        0,
        len(code),
        len(code),
        0,
    )[:-4]
    return head + zlib.crc32(head).to_bytes(4, "little") + code
