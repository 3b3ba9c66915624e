"""The vendor's plain files in a dump: which sectors of the file hold which of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.store.tables import find_tables
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.files import (
    FILE_AREAS,
    FileArea,
    FileEntry,
    FileTable,
    newer_table,
)

if TYPE_CHECKING:
    from plugsmith.dump.layout import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that a table names; `spans` are file offsets of its sectors, in order."""

    name: str
    size: int
    spans: tuple[AddressRange, ...]
    current: bool

    def read(self, data: bytes) -> bytes:
        """Its content, as far as the dump holds it."""
        return b"".join(data[span.start : span.end] for span in self.spans)[: self.size]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFileArea:
    """One file area in a dump."""

    tables: tuple[AddressRange, ...]
    files: tuple[StoredFile, ...]
    sectors: tuple[AddressRange, ...]  # every sector of the area, tables first
    chip: str


def find_file_store(data: bytes, *, chip: str | None, layout: Layout) -> VendorFileArea | None:
    """The file area whose table has a good sum (or, without one, entries); None if there is none.

    Where the table lies says which numbering counts; without an address the chip does.
    """
    tables = _tables(data)
    if not tables:
        return None
    first = min(tables)
    area = _area(layout.address(first), chip)
    copies = [*tables.values(), None]
    current = newer_table(copies[0], copies[1])
    files = {
        (entry.name, spans): StoredFile(
            name=entry.name, size=entry.size, spans=spans, current=table is current
        )
        for table in sorted(tables.values(), key=lambda table: table is current)
        for entry in table.entries
        for spans in [_spans(entry, area=area, table=first, size=len(data))]
    }
    numbers = range(sum(count for _start, count in area.runs))
    return VendorFileArea(
        tables=tuple(AddressRange.sized(at, SECTOR_LEN) for at in tables),
        files=tuple(sorted(files.values(), key=lambda item: not item.current)),
        sectors=tuple(
            span
            for number in numbers
            if (span := _sector(number, area=area, table=first, size=len(data)))
        ),
        chip=area.chip,
    )


def _tables(data: bytes) -> dict[int, FileTable]:
    """The two copies at the lowest place that has a sound one."""
    found = {item.offset: item.table for item in find_tables(data)}
    sound = [at for at, table in found.items() if table.sum_ok] or list(found)
    if not sound:
        return {}
    pair = {at: found[at] for at in found if abs(at - sound[0]) <= SECTOR_LEN}
    return dict(sorted(pair.items())[:2])


def _area(address: int | None, chip: str | None) -> FileArea:
    for area in FILE_AREAS:
        if address in (area.table, area.table + SECTOR_LEN):
            return area
    return next((area for area in FILE_AREAS if area.chip == chip), FILE_AREAS[0])


def _sector(number: int, *, area: FileArea, table: int, size: int) -> AddressRange | None:
    address = area.sector_addr(number)
    if address is None:
        return None
    offset = table + address - area.table
    if offset < 0 or offset >= size:
        return None
    return AddressRange(offset, min(offset + SECTOR_LEN, size))


def _spans(entry: FileEntry, *, area: FileArea, table: int, size: int) -> tuple[AddressRange, ...]:
    spans = (
        _sector(number, area=area, table=table, size=size)
        for number in entry.sectors
        if number > 1  # 0 and 1 are the tables
    )
    return tuple(span for span in spans if span is not None)
