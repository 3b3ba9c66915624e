"""What was read of a backup that is not complete yet: survives a lost port, Ctrl-C and kill -9.

`<name>.part` holds the bytes at their addresses, `<name>.part.journal` one JSON line for each
proven range. A line is written only after its bytes; what the journal says is checked again against
the file and against the device before it counts.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.flash import Proof
from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenRange:
    """A range that was read and proven, with the zlib CRC-32 of its bytes."""

    span: AddressRange
    crc32: int
    proof: Proof


class Partial:
    """An unfinished backup of one device; `key` names the device and its content source."""

    def __init__(self, folder: Path, key: str, *, size: int) -> None:
        self._data_path = folder / f"{key}.part"
        self._journal_path = folder / f"{key}.part.journal"
        self._size = size
        self.data = bytearray(b"\xff" * size)
        self.ranges: list[ProvenRange] = []

    @property
    def exists(self) -> bool:
        """Whether an earlier run left something."""
        return self._journal_path.is_file() and self._data_path.is_file()

    def load(self) -> None:
        """Take over what an earlier run left, as far as file and journal agree."""
        try:
            stored = self._data_path.read_bytes()
            lines = self._journal_path.read_text("ascii").splitlines()
        except (OSError, ValueError):
            return
        for line in lines:
            item = _parse(line, self._size)
            if item is None or item.span.end > len(stored):
                continue
            piece = stored[item.span.start : item.span.end]
            if zlib.crc32(piece) == item.crc32:
                self.data[item.span.start : item.span.end] = piece
                self.ranges.append(item)

    def start(self) -> None:
        """Begin the files anew with what `ranges` and `data` hold now."""
        self._data_path.parent.mkdir(parents=True, exist_ok=True)
        self._data_path.write_bytes(self.data)
        with self._journal_path.open("w", encoding="ascii") as journal:
            journal.writelines(_line(item) for item in self.ranges)

    def add(self, span: AddressRange, data: bytes, proof: Proof) -> None:
        """Keep one proven range, on disk before this returns."""
        item = ProvenRange(span=span, crc32=zlib.crc32(data), proof=proof)
        self.data[span.start : span.end] = data
        self.ranges.append(item)
        with self._data_path.open("r+b") as store:
            store.seek(span.start)
            store.write(data)
        with self._journal_path.open("a", encoding="ascii") as journal:
            journal.write(_line(item))
            journal.flush()
            os.fsync(journal.fileno())

    def discard(self) -> None:
        """Remove the files: the backup is complete, or is not wanted any more."""
        self._data_path.unlink(missing_ok=True)
        self._journal_path.unlink(missing_ok=True)


def _line(item: ProvenRange) -> str:
    body = {
        "start": item.span.start,
        "length": len(item.span),
        "crc32": item.crc32,
        "proof": item.proof.value,
    }
    return json.dumps(body) + "\n"


def _parse(line: str, size: int) -> ProvenRange | None:
    """One journal line; None for anything that is not a sound record (a torn last line)."""
    try:
        body = json.loads(line)
        span = AddressRange.sized(int(body["start"]), int(body["length"]))
        item = ProvenRange(span=span, crc32=int(body["crc32"]), proof=Proof(body["proof"]))
    except (ValueError, TypeError, KeyError):
        return None
    return item if span.end <= size else None
