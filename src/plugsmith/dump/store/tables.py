"""Tables of the vendor's plain file area, anywhere in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_all
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.files import PIN_FILES, TABLE_MAGIC_BYTES, FileTable, newer_table, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.tuya.files import FileEntry

_MAX_TABLES = 8


@frozen
class FoundTable:
    """A table at `offset` of the file."""

    offset: int
    table: FileTable

    def pin_entries(self) -> list[FileEntry]:
        """Entries of files that hold the pin text."""
        return [entry for entry in self.table.entries if entry.name in PIN_FILES and entry.size]


def find_tables(data: bytes) -> list[FoundTable]:
    """Tables anywhere in the file; of two neighbouring copies only the current one."""
    found: list[FoundTable] = []
    for at in find_all(data, TABLE_MAGIC_BYTES, limit=_MAX_TABLES):
        table = read_table(data[at : at + SECTOR_LEN])
        if table is None or not (table.sum_ok or table.entries):
            continue
        found.append(FoundTable(offset=at, table=table))
    return found


def current_tables(tables: Sequence[FoundTable]) -> list[FoundTable]:
    """One table of each pair of copies: a good sum first, then more writes."""
    kept: list[FoundTable] = []
    for item in tables:
        rival = kept[-1] if kept and item.offset - kept[-1].offset == SECTOR_LEN else None
        if rival is None:
            kept.append(item)
        elif newer_table(rival.table, item.table) is item.table:
            kept[-1] = item
    return kept
