"""UF2 files as LibreTiny makes them: 512-byte blocks with tags, data relative to named partitions.

Block: magic 0x0A324655, magic 0x9E5D5157, flags, address, length, sequence, count, family (u32
little endian each), up to 476 bytes of data and tags, magic 0x0AB16F30. A tag: length (1 byte, its
4-byte header included), id (3 bytes), value, padded to 4; length 0 ends them. The tag OTA_PARTS
holds six 4-bit partition numbers, one per way of installing, then the partition names; the fourth
is for a flasher. Layout and ids checked against files written by ltchiptool 4.15.0 (uf2tool).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import RegionRole
from plugsmith.errors import Malformed
from plugsmith.memory import AddressRange
from plugsmith.messages import _

BLOCK_LEN = 512
MAGIC_START = 0x0A32_4655
MAGIC_SECOND = 0x9E5D_5157
MAGIC_END = 0x0AB1_6F30
_HEADER = struct.Struct("<IIIIIIII")
_DATA_AT = _HEADER.size
_MAX_DATA = BLOCK_LEN - _DATA_AT - 4
_NOT_MAIN_FLASH, _FILE, _HAS_FAMILY, _HAS_TAGS = 0x1, 0x1000, 0x2000, 0x8000
_FLASHER_SINGLE = 3
_FAL = struct.Struct("<I16s16sIII")
_FAL_MAGIC = 0x4550_3130
_MAX_ADDR = 0x100_0000
_MAX_BLOCKS = 0x1_0000

FAMILIES = {
    0xAFE8_1D49: "BK7231Q",
    0x675A_40B0: "BK7231T",
    0x7B3E_F230: "BK7231N",
    0x159A_C324: "BK7238",
    0x6A82_CC42: "BK7252",
}
_ROLES = {"bootloader": RegionRole.BOOTLOADER, "app": RegionRole.APP, "download": RegionRole.OTA}


class Tag(IntEnum):
    """The tags that are read."""

    VERSION = 0x9FC7BC
    FIRMWARE = 0x00DE43
    BOARD = 0xCA25C8
    DEVICE = 0x650D9D
    LIBRETINY_VERSION = 0x59563D
    PARTITION_TABLE = 0x8288ED
    OTA_LIST = 0x6EC68A
    OTA_PARTS = 0xC0EE0C
    BINARY_PATCH = 0xB948DE
    OTA_FORMAT_2 = 0x6C8492  # in every file of today's writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Bytes that belong at the physical address `start`."""

    start: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uf2File:
    """What a UF2 file holds for a flasher."""

    family: int
    chip: str | None  # of the family number; None: not one of ours
    board: str | None
    firmware: str | None
    version: str | None
    libretiny: str | None
    segments: tuple[Segment, ...]


def flash_of(content: Uf2File, span: AddressRange) -> bytes:
    """The bytes of `span` as a write of all segments to an erased flash leaves them."""
    flash = bytearray(b"\xff" * len(span))
    for item in content.segments:
        shared = AddressRange.sized(item.start, len(item.data)).intersection(span)
        if shared is not None:
            cut = item.data[shared.start - item.start : shared.end - item.start]
            flash[shared.start - span.start : shared.end - span.start] = cut
    return bytes(flash)


def is_uf2(data: bytes) -> bool:
    """Whether the first block has both magics."""
    return data[:8] == struct.pack("<II", MAGIC_START, MAGIC_SECOND)


def read_uf2(data: bytes) -> Uf2File:
    """Read all blocks. Raises Malformed for a file that breaks the format."""
    count = len(data) // BLOCK_LEN
    if not count or len(data) % BLOCK_LEN or count > _MAX_BLOCKS:
        raise _malformed("its length is no multiple of 512 or impossible", len(data))
    blocks = [_read_block(data, at) for at in range(0, len(data), BLOCK_LEN)]
    _check_sequence(blocks)
    tags = {number: value for block in blocks for number, value in block.tags.items()}
    chip = FAMILIES.get(blocks[0].family)
    return Uf2File(
        family=blocks[0].family,
        chip=chip,
        board=_text(tags.get(Tag.BOARD)),
        firmware=_text(tags.get(Tag.FIRMWARE)),
        version=_text(tags.get(Tag.VERSION)),
        libretiny=_text(tags.get(Tag.LIBRETINY_VERSION)),
        segments=_collect(blocks, _partition_starts(tags.get(Tag.PARTITION_TABLE), chip)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    at: int
    flags: int
    addr: int
    sequence: int
    count: int
    family: int
    data: bytes
    tags: dict[int, bytes]


def _read_block(data: bytes, at: int) -> _Block:
    first, second, flags, addr, length, sequence, count, family = _HEADER.unpack_from(data, at)
    end = int.from_bytes(data[at + BLOCK_LEN - 4 : at + BLOCK_LEN], "little")
    if (first, second, end) != (MAGIC_START, MAGIC_SECOND, MAGIC_END):
        raise _malformed("a block lacks its magic numbers", at)
    if length > _MAX_DATA:
        raise _malformed(_("a block claims {length} bytes of data", length=length), at)
    body = data[at + _DATA_AT : at + BLOCK_LEN - 4]
    return _Block(
        at=at,
        flags=flags,
        addr=addr,
        sequence=sequence,
        count=count,
        family=family if flags & _HAS_FAMILY else 0,
        data=body[:length],
        tags=_read_tags(body[length:], at) if flags & _HAS_TAGS else {},
    )


def _read_tags(raw: bytes, at: int) -> dict[int, bytes]:
    tags: dict[int, bytes] = {}
    here = 0
    while here + 4 <= len(raw) and raw[here]:
        length = raw[here]
        if length < 4 or here + length > len(raw):
            raise _malformed("a tag runs over its block", at)
        tags[int.from_bytes(raw[here + 1 : here + 4], "little")] = raw[here + 4 : here + length]
        here += -(-length // 4) * 4
    return tags


def _check_sequence(blocks: list[_Block]) -> None:
    for number, block in enumerate(blocks):
        if block.sequence != number or block.count != len(blocks):
            raise _malformed(
                _(
                    "block {number} says it is number {said} of {count}",
                    number=number,
                    said=block.sequence,
                    count=block.count,
                ),
                block.at,
            )
        if block.family != blocks[0].family:
            raise _malformed("its blocks are for different chip families", block.at)


def _collect(blocks: list[_Block], starts: dict[str, int]) -> tuple[Segment, ...]:
    pieces: dict[int, bytearray] = {}
    ends: dict[int, int] = {}  # where a piece ends -> where it starts
    part: str | None = None
    for block in blocks:
        if Tag.OTA_PARTS in block.tags:
            part = _flasher_partition(block.tags[Tag.OTA_PARTS], block.at)
        if part is None or not block.data or block.flags & (_NOT_MAIN_FLASH | _FILE):
            continue
        if part not in starts:
            raise _malformed(
                _("it does not say where the partition {name} lies", name=repr(part)), block.at
            )
        addr = starts[part] + block.addr
        if addr + len(block.data) > _MAX_ADDR:
            raise _malformed("a block lies outside of every flash", block.at)
        start = ends.pop(addr, addr)
        if start == addr and addr in pieces:
            raise _malformed("two blocks are for the same address", block.at)
        pieces.setdefault(start, bytearray()).extend(block.data)
        ends[start + len(pieces[start])] = start
    found = tuple(Segment(start=at, data=bytes(pieces[at])) for at in sorted(pieces))
    for one, other in pairwise(found):
        if one.start + len(one.data) > other.start:
            raise _malformed("its blocks overlap", 0)
    return found


def _flasher_partition(info: bytes, at: int) -> str | None:
    """The partition that a flasher writes the following blocks to; None: they are not for it."""
    if len(info) < 3:
        raise _malformed("the partition tag is too short", at)
    number = int(info[:3].hex()[_FLASHER_SINGLE], 16)
    names = [name for name in info[3:].split(b"\0") if name]
    if not number or not names:
        return None
    if number > len(names):
        raise _malformed("the partition tag names no such partition", at)
    return names[number - 1].decode("ascii", "backslashreplace")


def _partition_starts(table: bytes | None, chip: str | None) -> dict[str, int]:
    if table is not None:
        starts: dict[str, int] = {}
        for at in range(0, len(table) - _FAL.size + 1, _FAL.size):
            magic, name, _, start, _, _ = _FAL.unpack_from(table, at)
            if magic != _FAL_MAGIC or start >= _MAX_ADDR:
                raise _malformed("its partition table is damaged", 0)
            starts[name.rstrip(b"\0").decode("ascii", "backslashreplace")] = start
        return starts
    layout = find_chip(chip).map_of("libretiny") if chip else None
    regions = {name: layout.region(role) for name, role in _ROLES.items()} if layout else {}
    return {name: region.span.start for name, region in regions.items() if region is not None}


def _text(value: bytes | None) -> str | None:
    return value.rstrip(b"\0").decode("utf-8", "backslashreplace") if value else None


def _malformed(problem: str, at: int) -> Malformed:
    return Malformed(structure="UF2 file", problem=problem, offset=at)
