"""Writes of another program that began: each is remembered until it was proven."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from plugsmith.errors.content import InputError
from plugsmith.library.home import refusal, write_whole
from plugsmith.library.via_backups import passport_of
from plugsmith.limited_read import read_regular
from plugsmith.memory import AddressRange
from plugsmith.nested_json import read_nested

_FORMAT = "plugsmith-via-write/1"
_ENDING = ".write.json"
_LARGEST_RECORD = 0x4_0000
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaBoard:
    """By what a board is known again: its address as `program` told it, else its port."""

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

    def half_done(self, content: bytes, before: bytes) -> bool:
        """Whether `content` is neither what was there `before` nor what was to be.

        Where no address tells the board, only if all that the write never touches is as before.
        """
        if content == before or len(content) != len(before):
            return False
        spans = [AddressRange.sized(start, length) for start, length, _digest in self.runs]
        if self.board.mac is None and _without(content, spans) != _without(before, spans):
            return False
        digests = [digest for _start, _length, digest in self.runs]
        held = [hashlib.sha256(content[span.start : span.end]).hexdigest() for span in spans]
        return held != digests


class BegunWrites:
    """One record for each board, by its address, else by its port: `via/<digest>.write.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, board: ViaBoard) -> BegunWrite | None:
        """The write that this board still waits for."""
        with suppress(InputError):
            found = BegunWrite.parse(read_regular(self._path(board), limit=_LARGEST_RECORD))
            if found is not None and self._path(found.board) == self._path(board):
                return found
        return None

    def begin(self, write: BegunWrite) -> None:
        """On the disk before the first byte goes out; NoRightToWrite, NoSpaceLeft."""
        try:
            write_whole(self._path(write.board), write.as_bytes(), keep_existing=False)
        except OSError as problem:
            raise refusal(self.folder, problem) from problem

    def settle(self, board: ViaBoard) -> None:
        """The board holds what it should; a record that stays behind is seen to be done later."""
        with suppress(OSError):
            self._path(board).unlink()

    def _path(self, board: ViaBoard) -> Path:
        words = f"{board.program} {board.mac or board.port}"
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
        return self.folder / f"{digest[:16]}{_ENDING}"


def _without(content: bytes, spans: list[AddressRange]) -> bytes:
    left = bytearray(content)
    for span in spans:
        left[span.start : span.end] = bytes(len(span))
    return bytes(left)
