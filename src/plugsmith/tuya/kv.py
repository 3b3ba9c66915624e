"""Sectors and pages of the vendor's key-value store, decrypted.

A sector is 32 pages of 128 bytes: page 0 is the header, an index page names a value, the value lies
in whole pages of this or of other sectors. Source: tuya-storage.md sections 3.1 to 3.3.
"""

from __future__ import annotations

import struct
from enum import StrEnum

from plugsmith.errors.content import Malformed
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen

PAGE_LEN = 128
PAGES = SECTOR_LEN // PAGE_LEN
SUM_START = 8  # the sector sum covers the bytes from here to the end
BITMAP_LEN = 4

_HEADER = struct.Struct("<IIHIBI")
_INDEX = struct.Struct("<IIHBHIB")
_PART = struct.Struct("<HBB")
_PAGE_FILL = b"\xff" * (PAGE_LEN - _HEADER.size)
_MAX_BLOCK = 0x100  # no store of these chips has more sectors
RAM = range(0x40_0000, 0x44_0000)  # where the leaked pointers of all dumps lie


class StoreKind(StrEnum):
    """The two generations of the store."""

    CLASSIC = "classic"
    TUYAOS3 = "tuyaos3"


SECTOR_MAGICS = {StoreKind.CLASSIC: 0x9876_1234, StoreKind.TUYAOS3: 0x1357_26AB}
_KINDS = {magic: kind for kind, magic in SECTOR_MAGICS.items()}


def byte_sum(data: bytes) -> int:
    """The plain 32-bit sum of bytes that the store uses everywhere."""
    return sum(data) & 0xFFFF_FFFF


@frozen
class SectorHeader:
    """Page 0. `writes` grows by one with each rewrite; bit p of `live` marks a live index page."""

    kind: StoreKind
    total: int
    block: int
    writes: int
    live: int

    def is_live(self, page: int) -> bool:
        """Whether `page` is marked as a live index page."""
        return bool(self.live >> page & 1)


@frozen
class PageRun:
    """Pages `first` to `last`, both included, of a block."""

    block: int
    first: int
    last: int

    @property
    def pages(self) -> int:
        """How many pages."""
        return self.last - self.first + 1


@frozen
class IndexPage:
    """Name and place of a value. `pointer` is a leaked RAM address without meaning."""

    total: int
    length: int
    block: int
    page: int
    pointer: int
    name: str
    parts: tuple[PageRun, ...]

    @property
    def room(self) -> int:
        """Bytes in the pages of all parts."""
        return PAGE_LEN * sum(part.pages for part in self.parts)


def read_header(page: bytes) -> SectorHeader | None:
    """The header at the start of `page`, or None where the magic or a bound is wrong."""
    if len(page) < _HEADER.size:
        return None
    magic, total, block, writes, bitmap_len, live = _HEADER.unpack_from(page)
    kind = _KINDS.get(magic)
    if kind is None or block >= _MAX_BLOCK or bitmap_len != BITMAP_LEN:
        return None
    return SectorHeader(kind=kind, total=total, block=block, writes=writes, live=live)


def sector_sum(sector: bytes) -> int:
    """The sum that the header of this sector must hold."""
    return byte_sum(sector[SUM_START:SECTOR_LEN])


def read_index(page: bytes) -> IndexPage | None:
    """The index page, or None where the bytes cannot be one."""
    if len(page) < PAGE_LEN:
        return None
    total, length, block, number, count, pointer, name_len = _INDEX.unpack_from(page)
    end = _INDEX.size + name_len
    fits = name_len > 1 and count > 0 and end + _PART.size * count <= PAGE_LEN
    if not fits or block >= _MAX_BLOCK or not 0 < number < PAGES:
        return None
    name = _name(page[_INDEX.size : end])
    parts = _parts(page[end : end + _PART.size * count])
    if name is None or parts is None:
        return None
    found = IndexPage(
        total=total,
        length=length,
        block=block,
        page=number,
        pointer=pointer,
        name=name,
        parts=parts,
    )
    return found if length <= found.room else None


def _name(raw: bytes) -> str | None:
    text, zero, rest = raw.partition(b"\0")
    if not zero or rest or not text.isascii() or not text.decode("ascii").isprintable():
        return None
    return text.decode("ascii")


def _parts(raw: bytes) -> tuple[PageRun, ...] | None:
    parts = tuple(
        PageRun(block=block, first=first, last=last)
        for block, first, last in _PART.iter_unpack(raw)
    )
    good = all(0 < part.first <= part.last < PAGES and part.block < _MAX_BLOCK for part in parts)
    return parts if good else None


def encode_index(index: IndexPage, *, tail: bytes = b"") -> bytes:
    """The page of `index`; the rest behind the parts is `tail`, filled up with zeros.

    Raises Malformed if name and parts do not fit into a page.
    """
    name = index.name.encode("ascii", "replace") + b"\0"
    if len(name) > 0xFF or len(name) < 2:
        raise Malformed(structure="record name", problem="its length does not fit", offset=17)
    head = _INDEX.pack(
        index.total,
        index.length,
        index.block,
        index.page,
        len(index.parts),
        index.pointer,
        len(name),
    )
    parts = b"".join(_PART.pack(part.block, part.first, part.last) for part in index.parts)
    page = head + name + parts
    if len(page) > PAGE_LEN:
        raise Malformed(structure="index page", problem="it does not fit", offset=PAGE_LEN)
    return (page + tail).ljust(PAGE_LEN, b"\0")[:PAGE_LEN]


def decode_sector(plain: bytes) -> SectorHeader:
    """The header of a whole decrypted sector; raises Malformed if magic or sum is wrong."""
    if len(plain) < SECTOR_LEN:
        raise Malformed(structure="data sector", problem="it is cut short", offset=len(plain))
    header = read_header(plain)
    if header is None:
        raise Malformed(structure="data sector", problem="its header is unknown", offset=0)
    if header.total != sector_sum(plain):
        raise Malformed(structure="data sector", problem="its sum is wrong", offset=4)
    return header


def seal_sector(header: SectorHeader, pages: bytes) -> bytes:
    """A whole sector of `header` and the bytes of pages 1 to 31, with the right sum.

    The `total` of `header` is replaced. Raises Malformed if `pages` has another length.
    """
    if len(pages) != SECTOR_LEN - PAGE_LEN:
        raise Malformed(structure="data sector", problem="it has a wrong size", offset=PAGE_LEN)
    magic = SECTOR_MAGICS[header.kind]
    live = header.live & 0xFFFF_FFFF
    body = _HEADER.pack(magic, 0, header.block, header.writes, BITMAP_LEN, live) + _PAGE_FILL
    total = byte_sum(body[SUM_START:]) + byte_sum(pages)
    return body[:4] + struct.pack("<I", total & 0xFFFF_FFFF) + body[SUM_START:] + pages
