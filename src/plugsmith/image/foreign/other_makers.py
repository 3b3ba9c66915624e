"""Images and flashes of other makers' chips, by what chance cannot make: chips-beyond.md 1."""

from __future__ import annotations

import hashlib
import zlib
from struct import Struct
from typing import TYPE_CHECKING

from plugsmith.image.foreign.bouffalo import bouffalo
from plugsmith.image.foreign.eswin import eswin
from plugsmith.image.foreign.other_maker import OtherMaker, Part, part
from plugsmith.image.foreign.winner import winner
from plugsmith.image.foreign.xradio import xradio
from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Callable

_ESP_IDS = {0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6"}
_ESP_LATER = ("ESP32", "ESP32-S2")  # their ROM starts what lies behind the first sector
_ESP_TABLE, _ESP_TABLE_LEN = 0x8000, 0xC00
_ESP_ENTRY = Struct("<2sBBII16sI")
_ESP_DATA, _ESP_OWN = 1, (1, 2, 4, 5)  # phy, nvs, nvs_keys, efuse
_ESP_MOST_SEGMENTS = 16
_ESP_CODE = range(0x3C00_0000, 0x5100_0000)  # where code and data of any of them lie
_ESP_LARGEST = 0x100_0000
_ESP8266_ENTRY = range(0x4010_0000, 0x4030_0000)

_LN_HEAD = Struct("<I2H4I")
_LN_TABLE, _LN_ENTRY = 0x6000, Struct("<4I")
_LN_NAMES = ("app", "ota", "kv", "nvds", "eeprom", "user", "invalid", "boot", "table")
_LN_OWN = ("kv", "nvds", "eeprom")

_AMEBA = bytes.fromhex("99999696 3FCC66FC")
_AMEBA_Z2 = _AMEBA + bytes.fromhex("C033CC03 E5DC3162")
_AMEBA_Z_SIGN, _AMEBA_Z_OTA1 = b"81958711", 0xB000
_AMEBA_LARGEST = 0x40_0000
_BLANK16 = b"\xff" * 16


def read_other_maker(data: bytes) -> OtherMaker | None:
    """What `data` is by the boot headers of other makers; None for everything else."""
    for reader in _READERS:
        found = reader(data)
        if found is not None:
            return found
    return None


def _espressif(data: bytes) -> OtherMaker | None:
    """An image with a sound checksum at the start, or where an ESP32 starts."""
    parts = _esp_parts(data)
    for start in (0x0, 0x1000):
        chip = _esp_image(data, start)
        starts = start == (0x1000 if chip in _ESP_LATER else 0)
        if chip is not None and (start == 0 or (starts and parts)):
            there = parts if starts else ()
            return OtherMaker(
                chip=chip,
                checked=(
                    N_("the checksum over the parts of the image"),
                    *((N_("the MD5 of the partition table"),) if there else ()),
                ),
                flash=bool(there),
                parts=there,
            )
    return None


def espressif_header(data: bytes) -> str | None:
    """The chip of an image of which the header alone is plausible: a cut-off download."""
    if data[:1] != b"\xe9" or len(data) < 32 or not 1 <= data[1] <= _ESP_MOST_SEGMENTS:
        return None
    entry, old_load, old_length = Struct("<3I").unpack_from(data, 4)
    load, length = Struct("<2I").unpack_from(data, 24)
    chip = _ESP_IDS.get(int.from_bytes(data[12:14], "little"))
    if chip is not None and entry in _ESP_CODE and load in _ESP_CODE and 0 < length < _ESP_LARGEST:
        return chip
    old = entry in _ESP8266_ENTRY and old_load in _ESP_CODE and 0 < old_length < _ESP_LARGEST
    return "ESP8266" if old else None


def _esp_image(data: bytes, start: int) -> str | None:
    """The chip of the image at `start`, if its checksum is right."""
    if data[start : start + 1] != b"\xe9" or len(data) < start + 24:
        return None
    count, entry = data[start + 1], int.from_bytes(data[start + 4 : start + 8], "little")
    if not 1 <= count <= _ESP_MOST_SEGMENTS:
        return None
    chip = _ESP_IDS.get(int.from_bytes(data[start + 12 : start + 14], "little"))
    if chip is not None and _esp_sound(data, start + 24, count, start):
        return chip
    if entry in _ESP8266_ENTRY and _esp_sound(data, start + 8, count, start):
        return "ESP8266"
    return None


def _esp_sound(data: bytes, at: int, count: int, start: int) -> bool:
    """Whether `count` segments from `at` on lie in the file and their checksum follows them."""
    total = 0xEF
    for _segment in range(count):
        load = int.from_bytes(data[at : at + 4], "little")
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        piece = data[at + 8 : at + 8 + length]
        if len(piece) != length or not length or (load not in _ESP_CODE and load != 0):
            return False
        total ^= _xor(piece)
        at += 8 + length
    last = start + ((at - start) | 15)  # the checksum ends a line of 16 bytes
    return last < len(data) and data[last] == total


def _xor(piece: bytes) -> int:
    """The exclusive or of all bytes."""
    while len(piece) > 8:
        half = (len(piece) + 1) // 2
        one, other = piece[:half], piece[half:].ljust(half, b"\0")
        mixed = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
        piece = mixed.to_bytes(half, "little")
    found = 0
    for byte in piece:
        found ^= byte
    return found


def _esp_parts(data: bytes) -> tuple[Part, ...]:
    """The partition table at 0x8000, if its MD5 is right; else nothing."""
    table = data[_ESP_TABLE : _ESP_TABLE + _ESP_TABLE_LEN]
    parts: list[Part] = []
    for at in range(0, len(table) - _ESP_ENTRY.size + 1, _ESP_ENTRY.size):
        entry = table[at : at + _ESP_ENTRY.size]
        if entry.startswith(b"\xeb\xeb"):
            sound = hashlib.md5(table[:at], usedforsecurity=False).digest() == entry[16:]
            return tuple(parts) if sound else ()
        magic, kind, sub, offset, size, name, _flags = _ESP_ENTRY.unpack(entry)
        if magic != b"\xaa\x50" or not size:
            return ()
        parts.append(part(name, offset, size, own=kind == _ESP_DATA and sub in _ESP_OWN))
    return ()


def _lightning(data: bytes) -> OtherMaker | None:
    """An LN882H: the CRC of its boot header, then those of the table's entries."""
    if len(data) < _LN_HEAD.size or not any(data[: _LN_HEAD.size]):
        return None
    if zlib.crc32(data[:20]) != _LN_HEAD.unpack_from(data)[6]:
        return None
    parts = []
    for at in range(_LN_TABLE, min(len(data), _LN_TABLE + 0x1000) - 15, 16):
        kind, start, size, crc = _LN_ENTRY.unpack_from(data, at)
        if zlib.crc32(data[at : at + 12]) != crc or kind >= len(_LN_NAMES) or not size:
            break
        name = _LN_NAMES[kind]
        parts.append(part(name.encode(), start, size, own=name in _LN_OWN))
    return OtherMaker(
        chip="LN882H",
        checked=(
            N_("the CRC-32 of the boot header"),
            *((N_("the CRC-32 of each row of the partition table"),) if parts else ()),
        ),
        flash=bool(parts),
        parts=tuple(parts),
    )


def _ameba(data: bytes) -> OtherMaker | None:
    """RTL8720C by 16 bytes; RTL8710B by 8, what follows them, and the mark of its application."""
    if data.startswith(_AMEBA_Z2):
        return OtherMaker(
            chip="RTL8720C", checked=(N_("the pattern of 16 bytes at the start"),), flash=True
        )
    ota1 = is_ameba_z_app(data, _AMEBA_Z_OTA1)
    if _is_ameba_z(data, 0, _AMEBA):
        checked = (
            N_("the header of the boot loader"),
            *((N_("the header of the application"),) if ota1 else ()),
        )
        return OtherMaker(chip="RTL8710B", checked=checked, flash=True)
    if is_ameba_z_app(data, 0):
        return OtherMaker(
            chip="RTL8710B", checked=(N_("the header of the application"),), flash=False
        )
    return None


def is_ameba_z_app(data: bytes, at: int) -> bool:
    """Whether an application of an RTL8710B begins at `at`, by its header."""
    return _is_ameba_z(data, at, _AMEBA_Z_SIGN)


def _is_ameba_z(data: bytes, at: int, mark: bytes) -> bool:
    length = int.from_bytes(data[at + 8 : at + 12], "little")
    return (
        data[at : at + len(mark)] == mark
        and 0 < length <= _AMEBA_LARGEST
        and data[at + 16 : at + 32] == _BLANK16
    )


_READERS: tuple[Callable[[bytes], OtherMaker | None], ...] = (
    _ameba, bouffalo, xradio, winner, eswin, _espressif, _lightning,
)  # fmt: skip
