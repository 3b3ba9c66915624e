"""The vendor's plain file area: a table in two sectors, files in whole sectors.

Source: tuya-storage.md section 4.
"""

from __future__ import annotations

import struct

from plugsmith.errors.content import Malformed
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.records import frozen
from plugsmith.tuya.kv import SUM_START, byte_sum

TABLE_MAGIC = 0x9876_4321
TABLE_MAGIC_BYTES = struct.pack("<I", TABLE_MAGIC)
ENTRY_LEN = 100
MAX_FILES = (SECTOR_LEN - 16) // ENTRY_LEN
MAX_SECTORS = 32

_HEAD = struct.Struct("<IIIHH")
_ENTRY = struct.Struct("<32sI32H")

PIN_FILES = ("oem_cfg", "user_param_key", "json")  # files that hold the pin text


@frozen
class FileEntry:
    """A file: its name, its size in bytes, and the numbers of its sectors."""

    name: str
    size: int
    sectors: tuple[int, ...]


@frozen
class FileTable:
    """One copy of the table; `sum_ok` says whether its sum agreed when it was read."""

    writes: int
    entries: tuple[FileEntry, ...]
    sum_ok: bool = True


@frozen
class FileArea:
    """Where the sectors lie: runs of (first address, how many), numbered through in order."""

    chip: str
    runs: tuple[tuple[int, int], ...]

    @property
    def table(self) -> int:
        """Address of the first table copy."""
        return self.runs[0][0]

    def sector_addr(self, number: int) -> int | None:
        """Address of sector `number`, or None if the area has no such sector."""
        for start, count in self.runs:
            if number < count:
                return start + number * SECTOR_LEN
            number -= count
        return None

    def spans(self) -> tuple[AddressRange, ...]:
        """The address ranges of the area."""
        return tuple(AddressRange.sized(start, count * SECTOR_LEN) for start, count in self.runs)


FILE_AREAS: tuple[FileArea, ...] = (
    FileArea(chip="BK7231N", runs=((0x1D_2000, 24),)),
    FileArea(chip="BK7231T", runs=((0x1E_3000, 11), (0x1D_8000, 8), (0x12_A000, 8))),
    FileArea(chip="BK7236", runs=((0x3E_0000, 16),)),
)


def read_table(sector: bytes) -> FileTable | None:
    """The table in a sector, whether or not its sum agrees; None where it is none.

    Entries that cannot be true (no name, no sectors, absurd size) are left out.
    """
    if len(sector) < SECTOR_LEN:
        return None
    magic, total, writes, zero, count = _HEAD.unpack_from(sector)
    if magic != TABLE_MAGIC or zero or count > MAX_FILES:
        return None
    entries = (_entry(sector, _HEAD.size + at * ENTRY_LEN) for at in range(count))
    return FileTable(
        writes=writes,
        entries=tuple(entry for entry in entries if entry is not None),
        sum_ok=total == byte_sum(sector[SUM_START:SECTOR_LEN]),
    )


def _entry(sector: bytes, at: int) -> FileEntry | None:
    raw, size, *numbers = _ENTRY.unpack_from(sector, at)
    name, _zero, rest = raw.partition(b"\0")
    if not name or rest.strip(b"\0") or not name.isascii():
        return None
    text = name.decode("ascii")
    sectors = tuple(number for number in numbers if number)
    if not text.isprintable() or size > len(sectors) * SECTOR_LEN:
        return None
    return FileEntry(name=text, size=size, sectors=sectors)


def decode_table(sector: bytes) -> FileTable:
    """The table of a sound sector; raises Malformed if magic or sum is wrong."""
    table = read_table(sector)
    if table is None:
        raise Malformed(structure="file table", problem="its header is unknown", offset=0)
    if not table.sum_ok:
        raise Malformed(structure="file table", problem="its sum is wrong", offset=4)
    return table


def encode_table(table: FileTable) -> bytes:
    """The sector of a table. Raises Malformed if names, files or sectors are too many."""
    if len(table.entries) > MAX_FILES:
        raise Malformed(structure="file table", problem="too many files", offset=14)
    body = b"".join(map(_encode_entry, table.entries))
    head = _HEAD.pack(TABLE_MAGIC, 0, table.writes, 0, len(table.entries))
    sector = (head + body).ljust(SECTOR_LEN, b"\xff")
    total = byte_sum(sector[SUM_START:])
    return sector[:4] + struct.pack("<I", total) + sector[SUM_START:]


def _encode_entry(entry: FileEntry) -> bytes:
    name = entry.name.encode("ascii", "replace")
    if len(name) > 32 or len(entry.sectors) > MAX_SECTORS:
        raise Malformed(structure="file entry", problem="it does not fit", offset=16)
    numbers = (*entry.sectors, *[0] * (MAX_SECTORS - len(entry.sectors)))
    return _ENTRY.pack(name, entry.size, *numbers)


def newer_table(first: FileTable | None, second: FileTable | None) -> FileTable | None:
    """Which of two copies is current: a good sum first, then more writes."""
    copies = [table for table in (first, second) if table is not None]
    return max(copies, key=lambda table: (table.sum_ok, table.writes), default=None)
