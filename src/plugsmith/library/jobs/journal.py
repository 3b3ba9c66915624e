"""An append-only file of JSON lines that survives a crash at any byte.

Line: {"n": number from 0, "kind": text, "data": object, "sum": CRC-32 of the rest as 8 hex digits}.
Whatever was cut off or damaged is ignored from the first bad line on, so that a replay is always a
prefix of what was appended. Every append reaches the operating system at once (a killed process
loses nothing); it is forced to the disk where `durable` is asked for and after every 64 records
(a power cut loses at most those, and the device's own checksums decide on the way back).
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.library.durable import make_durable, written
from plugsmith.library.home import reserve, sync_folder
from plugsmith.nested_json import read_nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from plugsmith.errors import Fact

_SYNC_EVERY = 64
_LONGEST = 64 << 20  # bytes of a journal that are looked at: 100 times a full flash


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a journal."""

    kind: str
    data: Mapping[str, object]


class Journal:
    """A journal that can be appended to; it is open only while a line is written."""

    def __init__(self, path: Path, *, count: int) -> None:
        self._path = path
        self._count = count

    @classmethod
    def create(cls, path: Path) -> Journal:
        """A new journal; FileExistsError where there is one."""
        reserve(path)
        sync_folder(path.parent)
        return cls(path, count=0)

    @classmethod
    def reopen(cls, path: Path) -> tuple[Journal, list[Entry]]:
        """An existing journal and its sound entries; a torn end is cut off. May raise OSError."""
        entries: list[Entry] = []
        end = 0
        with path.open("r+b") as file:
            for entry, stop in _sound(file.read(_LONGEST)):
                entries.append(entry)
                end = stop
            if entries:  # a journal without one sound line is left for people to look at
                file.truncate(end)
        return cls(path, count=len(entries)), entries

    def append(self, kind: str, data: Mapping[str, Fact], *, durable: bool = False) -> None:
        """Add a line; with `durable` return only when the disk has it. May raise OSError."""
        with self._path.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(encode_line(self._count, kind, data))
            file.flush()
            self._count += 1
            if durable or self._count % _SYNC_EVERY == 0:
                make_durable(file.fileno())
                written()


def replay(data: bytes) -> list[Entry]:
    """The sound entries at the start of `data`."""
    return [entry for entry, _end in _sound(data)]


def damaged(data: bytes) -> bool:
    """Whether a whole line of `data` is not sound: what follows it cannot be trusted to be all."""
    end = 0
    for _entry, stop in _sound(data):
        end = stop
    return b"\n" in data[end:]


def never_began(data: bytes) -> bool:
    """Whether `data` is a journal whose first line never came to its end: nothing was done yet."""
    head = b'{"n": 0, "kind": "begin"'
    return b"\n" not in data and (head.startswith(data) or data.startswith(head))


def encode_line(number: int, kind: str, data: Mapping[str, Fact]) -> bytes:
    """One line of a journal."""
    body = {"n": number, "kind": kind, "data": dict(data)}
    text = json.dumps(body, ensure_ascii=True)
    return f'{text[:-1]}, "sum": "{_sum(text)}"}}\n'.encode("ascii")


def _sum(text: str) -> str:
    return f"{zlib.crc32(text.encode('ascii')):08x}"


def _sound(data: bytes) -> Iterator[tuple[Entry, int]]:
    start = 0
    number = 0
    while (newline := data.find(b"\n", start)) >= 0:
        entry = _decode(data[start:newline], number)
        if entry is None:
            return
        start = newline + 1
        number += 1
        yield entry, start


def _decode(line: bytes, number: int) -> Entry | None:
    head, mark, tail = line.rpartition(b', "sum": "')
    if not mark or not line.isascii() or tail != f'{_sum(head.decode() + "}")}"}}'.encode():
        return None
    try:
        body = read_nested(head + b"}")
    except (ValueError, RecursionError):
        return None
    match body:
        case {"n": int(found), "kind": str(kind), "data": dict(fields)} if found == number:
            return Entry(kind=kind, data=fields)
        case _:
            return None
