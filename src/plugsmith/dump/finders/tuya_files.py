"""The vendor's plain file area: its tables and the files that they name (tuya-storage.md 4)."""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.files import TABLE_MAGIC_BYTES, FileTable, read_table


def find(data: bytes) -> list[Finding]:
    """Table sectors; two in a row are the two copies. Files lie behind them and are not claimed."""
    found: list[Finding] = []
    for at in find_all(data, TABLE_MAGIC_BYTES):
        table = read_table(data[at : at + SECTOR_LEN])
        if table is None or not (table.sum_ok or table.entries):
            continue
        found.append(_finding(at, table))
    return found


def _finding(at: int, table: FileTable) -> Finding:
    return Finding(
        kind=FindingKind.TUYA_FILES,
        span=AddressRange.sized(at, SECTOR_LEN),
        evidence=("table magic", "table sum") if table.sum_ok else ("table magic",),
        facts={"files": [entry.name for entry in table.entries], "writes": table.writes},
        sound=table.sum_ok,
    )
