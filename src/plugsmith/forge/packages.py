"""Forged packages: OTA files and UF2 files as LibreTiny's writer lays them out."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip
from plugsmith.forge.firmware import DEFAULT_APP_LEN, FORGED_TIME, app_code, code_key, forge_app
from plugsmith.image.ota import GZIP_AES, write_package
from plugsmith.image.packages.uf2 import (
    BLOCK_LEN,
    FAMILIES,
    MAGIC_END,
    MAGIC_SECOND,
    MAGIC_START,
    Tag,
)
from plugsmith.image.physical import APP_LOGICAL_START, APP_START
from plugsmith.image.rbl import header_for
from plugsmith.image.scramble import scramble

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAYLOAD = 256  # bytes of data in a block, as LibreTiny's writer does it
_HAS_FAMILY_AND_TAGS = 0x2000 | 0x8000
_FAL = struct.Struct("<I16s16sIII")


@lru_cache(maxsize=8)
def forge_ota(
    chip_name: str,
    *,
    version: str = "1.18.300",
    algorithm: int = GZIP_AES,
    code_len: int = DEFAULT_APP_LEN,
) -> bytes:
    """An OpenBeken update package for the chip."""
    stored = app_code(chip_name, firmware="openbeken", version=version, length=code_len)
    plain = scramble(stored, code_key(chip(chip_name)), start=APP_LOGICAL_START)
    return write_package(plain, version=version, time=FORGED_TIME, algorithm=algorithm)


def forge_uf2(chip_name: str, *, board: str = "wb2s", code_len: int = 0x4000) -> bytes:
    """A UF2 file that holds an application and its header for the partition `app`."""
    owner = chip(chip_name)
    stored = forge_app(owner.name, code_len=code_len)
    header = header_for(
        app_code(owner.name, firmware="openbeken", version="1.18.300", length=code_len),
        partition="app",
        version="1.00",
        time=FORGED_TIME,
    )
    app_len = 0x12_9F70 - APP_START
    trailer = header.trailer()
    part_info = bytes.fromhex("000100") + b"app\0"
    table = _FAL.pack(0x4550_3130, b"app", b"flash0", APP_START, app_len, 0)
    common: dict[int, bytes] = {
        Tag.BOARD: board.encode(),
        Tag.FIRMWARE: b"forged",
        Tag.VERSION: b"1.0.0",
        Tag.DEVICE: b"LibreTiny",
        Tag.PARTITION_TABLE: table,
        Tag.OTA_FORMAT_2: b"\x02",
    }
    rows: list[tuple[int, bytes, Mapping[int, bytes]]] = [(0, b"", common)]
    for start, data in ((0, stored), (app_len - len(trailer), trailer)):
        for at in range(0, len(data), _PAYLOAD):
            tags: Mapping[int, bytes] = {Tag.OTA_PARTS: part_info} if at == 0 else {}
            rows.append((start + at, data[at : at + _PAYLOAD], tags))
    family = next(number for number, name in FAMILIES.items() if name == owner.name)
    return b"".join(
        _block(addr, data, tags, sequence=number, count=len(rows), family=family)
        for number, (addr, data, tags) in enumerate(rows)
    )


def _block(
    addr: int, data: bytes, tags: Mapping[int, bytes], *, sequence: int, count: int, family: int
) -> bytes:
    head = struct.pack(
        "<IIIIIIII",
        MAGIC_START,
        MAGIC_SECOND,
        _HAS_FAMILY_AND_TAGS,
        addr,
        len(data),
        sequence,
        count,
        family,
    )
    body = head + data + b"".join(_tag(number, value) for number, value in tags.items())
    return body.ljust(BLOCK_LEN - 4, b"\0") + MAGIC_END.to_bytes(4, "little")


def _tag(number: int, value: bytes) -> bytes:
    raw = bytes([4 + len(value)]) + number.to_bytes(3, "little") + value
    return raw + bytes(-len(raw) % 4)
