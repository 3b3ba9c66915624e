"""The vendor's plain file area of a forged device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.files import FILE_AREAS, FileEntry, FileTable, encode_table

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip
    from plugsmith.forge.canary import CanaryCage

_FIRST_SECTOR = 2  # 0 and 1 are the two copies of the table
_WRITES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgedFiles:
    """Bytes by flash address and what they are."""

    contents: dict[int, bytes]
    contains: tuple[str, ...]


def forge_files(owner: Chip, text: bytes | None, cage: CanaryCage, *, paired: bool) -> ForgedFiles:
    """Tables and files; nothing for chips without a known area, or when there is nothing in it."""
    area = next((area for area in FILE_AREAS if area.chip == owner.name), None)
    files = _files(text, cage, paired=paired) if area else []
    if area is None or not files:
        return ForgedFiles(contents={}, contains=())
    contents: dict[int, bytes] = {}
    entries: list[FileEntry] = []
    for number, (name, body) in enumerate(files, start=_FIRST_SECTOR):
        address = area.sector_addr(number)
        if address is None:
            break
        entries.append(FileEntry(name=name, size=len(body), sectors=(number,)))
        contents[address] = body.ljust(SECTOR_LEN, b"\xff")
    stray = area.sector_addr(_FIRST_SECTOR + len(files))
    if paired and stray is not None:  # a deleted log that no table names any more
        contents[stray] = _log(cage, "files deleted log").ljust(SECTOR_LEN, b"\xff")
    current = encode_table(FileTable(writes=_WRITES, entries=tuple(entries)))
    contents[area.table] = contents[area.table + SECTOR_LEN] = current
    contains = ["files"] + (["pin-file"] if text is not None else [])
    return ForgedFiles(contents=contents, contains=tuple(contains))


def _files(text: bytes | None, cage: CanaryCage, *, paired: bool) -> list[tuple[str, bytes]]:
    files: list[tuple[str, bytes]] = []
    if text is not None:
        files.append(("oem_cfg", text))
    if paired:
        files.append(("netcfg_log", _log(cage, "files netcfg_log")))
        files.append(("logseq0", _log(cage, "files logseq0")))
        if text is not None:  # a wall switch keeps its text in 1024 bytes with garbage behind it
            rest = b'\0"token":"' + cage.text("files json rest", "token", 12).encode() + b'"'
            files.append(("json", (text + rest).ljust(1024, b"\0")))
    return files


def _log(cage: CanaryCage, place: str) -> bytes:
    uuid, name = cage.digits(place, "uuid", 20), cage.text(place, "ssid", 10)
    return f"12:00:01 POST /d.json?uuid={uuid} err -3 ap {name} rssi -61\n".encode() * 3
