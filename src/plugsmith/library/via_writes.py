"""Writes of another program that began: each is remembered until it was proven."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from plugsmith.errors.content import InputError
from plugsmith.library.home import refusal, write_whole
from plugsmith.library.port_lock import one_name
from plugsmith.library.via_backups import passport_of
from plugsmith.limited_read import read_regular
from plugsmith.memory import SECTOR_LEN, AddressRange, subtract_ranges
from plugsmith.nested_json import read_nested

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMAT = "plugsmith-via-write/1"
_ENDING = ".write.json"
_LARGEST_RECORD = 0x4_0000
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaBoard:
    """By what a board is known again: its address as `program` told it, else port and content."""

    program: str
    mac: str | None
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunWrite:
    """What a write was to do, and the way back from it.

    `backup` holds what was there before, `undo` is the command that brings it back; `runs` are
    start, length and SHA-256 of each range that it writes.
    """

    board: ViaBoard
    started: str
    backup: str
    undo: str
    runs: tuple[tuple[int, int, str], ...]

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """None for what is no such record, whatever the bytes are."""
        try:
            found = read_nested(data)
            if not isinstance(found, dict) or found.pop("format", None) != _FORMAT:
                return None
            board = ViaBoard(**found["board"])
            texts = {name: found[name] for name in ("started", "backup", "undo")}
            runs = tuple((start, length, digest) for start, length, digest in found["runs"])
        except (ValueError, KeyError, TypeError):
            return None
        words = (board.program, board.port, board.mac or "", *texts.values())
        if not all(isinstance(text, str) for text in words):
            return None
        numbers = [number for start, length, _digest in runs for number in (start, length)]
        if not all(type(number) is int and 0 <= number <= _LARGEST for number in numbers):
            return None
        return cls(**texts, board=board, runs=runs)

    def as_bytes(self) -> bytes:
        """The file."""
        return (json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n").encode()

    def before(self) -> bytes | None:
        """The content of the backup, if it is still what was proven."""
        file = Path(self.backup)
        passport = passport_of(file)
        if passport is None:
            return None
        with suppress(InputError):
            data = read_regular(file, limit=_LARGEST)
            return data if passport.fits(data) else None
        return None

    def whose(self, board: ViaBoard, content: bytes, before: bytes) -> bool:
        """Whether it is a write to `board`, which holds `content` now.

        Where no address tells, all that the write never touches has to be as `before`. Where that
        is nothing, or says nothing, the port has to be the same, and some of the rest as before.
        """
        if self.board.program != board.program or self.board.mac != board.mac:
            return False
        if len(content) != len(before):
            return False
        if board.mac is not None:
            return True
        left = _without(content, self._spans)
        if left != _without(before, self._spans):
            return False
        same = one_name(self.board.port) == one_name(board.port)
        return len(set(left)) > 1 or (same and _shares(content, before))

    def half_done(self, content: bytes, before: bytes) -> bool:
        """Whether `content` is neither what was there `before` nor what was to be."""
        digests = [digest for _start, _length, digest in self.runs]
        held = [hashlib.sha256(content[s.start : s.end]).hexdigest() for s in self._spans]
        return content != before and held != digests

    @property
    def _spans(self) -> list[AddressRange]:
        return [AddressRange.sized(start, length) for start, length, _digest in self.runs]


class BegunWrites:
    """One record for each board, by its address, else by its backup: `via/<digest>.write.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def half_done(self, board: ViaBoard, content: bytes) -> BegunWrite | None:
        """The write that left the `content` of this board half old and half new."""
        for write, before in self._of(board, content):
            if write.half_done(content, before):
                return write
        return None

    def begin(self, write: BegunWrite) -> None:
        """On the disk before the first byte goes out; NoRightToWrite, NoSpaceLeft."""
        try:
            write_whole(self._path(write), write.as_bytes(), keep_existing=False)
        except OSError as problem:
            raise refusal(self.folder, problem) from problem

    def settle(self, board: ViaBoard, content: bytes, *more: BegunWrite) -> None:
        """The board that held `content` is as it should be, and `more` were writes to it.

        A record that stays behind is seen to be done later.
        """
        for write in (*more, *(write for write, _before in self._of(board, content))):
            with suppress(OSError):
                self._path(write).unlink()

    def _of(self, board: ViaBoard, content: bytes) -> Iterator[tuple[BegunWrite, bytes]]:
        """Writes to this board, each with what was there before it."""
        for file in sorted(self.folder.glob(f"*{_ENDING}")):
            with suppress(InputError):
                write = BegunWrite.parse(read_regular(file, limit=_LARGEST_RECORD))
                if write is None or self._path(write) != file or write.board.mac != board.mac:
                    continue
                before = write.before()
                if before is not None and write.whose(board, content, before):
                    yield write, before

    def _path(self, write: BegunWrite) -> Path:
        words = f"{write.board.program} {write.board.mac or write.backup}"
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
        return self.folder / f"{digest[:16]}{_ENDING}"


def _shares(one: bytes, other: bytes) -> bool:
    """Whether a sector that holds something is the same in both."""
    return any(
        one[at : at + SECTOR_LEN] == other[at : at + SECTOR_LEN]
        and len(set(one[at : at + SECTOR_LEN])) > 1
        for at in range(0, len(one), SECTOR_LEN)
    )


def _without(content: bytes, spans: list[AddressRange]) -> bytes:
    """All of `content` that lies outside of `spans`."""
    left = subtract_ranges([AddressRange.sized(0, len(content))], spans)
    return b"".join(content[span.start : span.end] for span in left)
