"""Damage on request: what transfers, tools and worn flash do to a dump, repeatable."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.image.physical import APP_START
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Iterator


class DamageName(StrEnum):
    """A kind of damage, as the command line names it."""

    ROTATED = "rotated"
    SHIFTED = "shifted"
    TRUNCATED = "truncated"
    BIT_FLIPS = "bit-flips"
    KEY_ERASED = "key-erased"
    KEY_HEAD_ERASED = "key-head-erased"
    FIRST_SECTOR_ERASED = "first-sector-erased"
    STORAGE_ERASED = "storage-erased"
    HALF_WRITTEN = "half-written"


_FRONT = 13
_FLIPS = 64
_STORE_SECTORS = 18


def damage(data: bytes, name: DamageName, *, key_addr: int) -> bytes:
    """`data` with one kind of damage; `key_addr` is where the vendor's key block lies."""
    holes = {
        DamageName.KEY_ERASED: (key_addr, SECTOR_LEN),
        DamageName.KEY_HEAD_ERASED: (key_addr, 16),
        DamageName.FIRST_SECTOR_ERASED: (key_addr + SECTOR_LEN, SECTOR_LEN),
        DamageName.STORAGE_ERASED: (key_addr, _STORE_SECTORS * SECTOR_LEN),
        DamageName.HALF_WRITTEN: (APP_START + 40 * SECTOR_LEN, 8 * SECTOR_LEN),
    }
    if name in holes:
        at, length = holes[name]
        return _erased(data, at, length)
    moved = {
        DamageName.ROTATED: lambda: data[APP_START:] + data[:APP_START],
        DamageName.SHIFTED: lambda: hashlib.sha256(b"front").digest()[:_FRONT] + data,
        DamageName.TRUNCATED: lambda: data[: len(data) * 3 // 4],
        DamageName.BIT_FLIPS: lambda: _flipped(data),
    }
    return moved[name]()


def _erased(data: bytes, at: int, length: int) -> bytes:
    end = min(at + length, len(data))
    return data[:at] + b"\xff" * (end - at) + data[end:]


def _flipped(data: bytes) -> bytes:
    flipped = bytearray(data)
    for place in _places(len(data) * 8):
        flipped[place >> 3] ^= 1 << (place & 7)
    return bytes(flipped)


def _places(bits: int) -> Iterator[int]:
    for number in range(_FLIPS):
        digest = hashlib.sha256(f"flip {number}".encode()).digest()
        yield int.from_bytes(digest[:8], "big") % bits
