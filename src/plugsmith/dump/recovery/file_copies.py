"""Copies of the pin text in the vendor's plain file area, with or without its table."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import TextCopy, find_end, is_clean
from plugsmith.dump.recovery.outcome import SourceKind, TextPart
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.files import FILE_AREAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.dump.store.tables import FoundTable
    from plugsmith.tuya.files import FileArea, FileEntry

_MAX_LOOSE = 64
_BRACE = ord("{")


def file_copies(data: bytes, tables: Sequence[FoundTable]) -> Iterator[TextCopy]:
    """The pin files of every table, in every layout of the area that puts a text there."""
    seen: set[tuple[int, int]] = set()
    for item in tables:
        for entry in item.pin_entries():
            for area in FILE_AREAS:
                copy = _file(data, item, entry, area)
                if copy is not None and (copy.offset, entry.size) not in seen:
                    seen.add((copy.offset, entry.size))
                    yield copy


def _file(data: bytes, item: FoundTable, entry: FileEntry, area: FileArea) -> TextCopy | None:
    """A file in one layout; None where its sectors do not begin with a text there.

    The table may be the first or the second copy; addresses count from the first.
    """
    for table_at in (item.offset, item.offset - SECTOR_LEN):
        body = bytearray()
        pieces: list[TextPart] = []
        for number in entry.sectors:
            addr = area.sector_addr(number)
            if addr is None:
                return None
            offset = (addr - area.table + table_at) % max(len(data), 1)
            sector = data[offset : offset + SECTOR_LEN]
            pieces.append(TextPart(at=len(body), length=len(sector), offset=offset))
            body += sector.ljust(SECTOR_LEN, b"\0")
        text = bytes(body[: entry.size])
        if text.startswith(b"{") and is_clean(text[:8]):
            return _copy(item, entry, text, tuple(pieces))
    return None


def _copy(
    item: FoundTable, entry: FileEntry, body: bytes, pieces: tuple[TextPart, ...]
) -> TextCopy:
    """The file as a copy; the file `json` is longer than its text and filled with garbage."""
    size: int = entry.size
    end = find_end(body)
    garbage_behind = entry.name == "json"
    padded = end is not None and not body[end:].strip(b"\0\xff")
    return TextCopy(
        kind=SourceKind.FILE,
        data=body,
        pieces=pieces,
        length=end if padded or garbage_behind else size,
        file_ok=item.table.sum_ok and (garbage_behind or end in {None, size}),
    )


def loose_files(data: bytes, *, phases: Sequence[int]) -> Iterator[TextCopy]:
    """Sectors that begin like a text although no table names them; `phases` of the 4 KiB grid."""
    places = (
        offset
        for phase in phases
        for offset in range(phase, len(data), SECTOR_LEN)
        if data[offset] == _BRACE and _begins(data[offset : offset + 32])
    )
    for offset in islice(places, _MAX_LOOSE):
        body = data[offset : offset + SECTOR_LEN]
        yield TextCopy(
            kind=SourceKind.FILE,
            data=body,
            pieces=(TextPart(at=0, length=len(body), offset=offset),),
            named=False,
        )


def _begins(head: bytes) -> bool:
    return b":" in head and is_clean(head[:8])
