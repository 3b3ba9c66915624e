"""The page's files: what was put onto the page, what its jobs made, and the user's library.

A handle is all that the page ever sees: `upload:ID/NAME`, `output:JOB/NAME`,
`library:backups/NAME`, and `practice:backups/NAME` for what a practice plug left behind.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.own.ui import UiFileName, UiFull, UiTooLarge
from plugsmith.messages import _
from plugsmith.private_files import make_private_folder
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

MOST_BYTES = 64 << 20  # one upload
MOST_TOGETHER = 1 << 30
MOST_FILES = 2000
_LONGEST_NAME = 200  # bytes; file systems take 255 with what we add for a moment
_SHELVES = ("backups", "rescued", "via", "devices", "undo", "cache")  # of the library
_HANDLE = re.compile(r"(upload|output|library|practice):(.+)", re.DOTALL)
_SHELVED = ("library", "practice")
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def plain_name(name: str) -> str:
    """`name` if it can be that of a file in a folder; UiFileName for paths and for odd ones."""
    whole = name.encode("utf-8", "replace")
    if (
        not name.strip(". ")
        or len(whole) > _LONGEST_NAME
        or _UNFIT.search(name)
        or _RESERVED.fullmatch(name)
        or not _encodes(name)
    ):
        raise UiFileName(name=name)
    return name


def _encodes(name: str) -> bool:
    try:
        os.fsencode(name)
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What the page is told about a file that it put; `size` in bytes."""

    file: str
    size: int
    sha256: str


class Incoming:
    """One upload on its way: bytes go to disk as they come, and never more than the limit."""

    def __init__(self, folder: Path, name: str, *, room: int, done: Callable[[int], None]) -> None:
        self._folder = folder
        self._path = folder / name
        self._room = room
        self._done = done
        self._size = 0
        self._sum = hashlib.sha256()
        handle = os.open(
            self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        self._stream: BinaryIO = os.fdopen(handle, "wb")

    def write(self, data: bytes) -> None:
        """Take the next bytes; UiTooLarge, UiFull."""
        self._size += len(data)
        if self._size > MOST_BYTES:
            raise UiTooLarge(name=self._path.name, limit=MOST_BYTES)
        if self._size > self._room:
            raise UiFull(problem=_("the page's files together are too large"))
        self._sum.update(data)
        try:
            self._stream.write(data)
        except OSError as problem:
            raise UiFull(problem=system_words(problem)) from problem

    def finish(self) -> Upload:
        """The whole file is there."""
        try:
            self._stream.close()
        except OSError as problem:
            raise UiFull(problem=system_words(problem)) from problem
        self._done(self._size)
        return Upload(
            file=f"upload:{self._folder.name}/{self._path.name}",
            size=self._size,
            sha256=self._sum.hexdigest(),
        )

    def drop(self) -> None:
        """It did not come whole: nothing of it stays."""
        with suppress(OSError):
            self._stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Files:
    """The folders behind the handles; `library` is the root of the user's library."""

    def __init__(self, library: Path) -> None:
        self._base = Path(tempfile.mkdtemp(prefix="plugsmith-ui-")).resolve()
        self._roots = {
            "upload": self._base / "uploads",
            "output": self._base / "jobs",
            "library": library.expanduser().absolute(),
            "practice": self._base / "practice",
        }
        # once, since every text of every event is looked at
        self._own = [(kind, f"{self._roots[kind]}{os.sep}") for kind in ("upload", "output")]
        self._shelved = [
            (kind, f"{root}{os.sep}")
            for kind in _SHELVED
            for root in dict.fromkeys((self._roots[kind], self._roots[kind].resolve()))
        ]
        self._lock = threading.Lock()
        self._count = 0
        self._bytes = 0
        for kind in ("upload", "output", "practice"):
            make_private_folder(self._roots[kind])

    @property
    def practice(self) -> Path:
        """The library of what is only practised: it goes with the server."""
        return self._roots["practice"]

    def close(self) -> None:
        """Remove what was put and made; the library stays."""
        shutil.rmtree(self._base, ignore_errors=True)

    def receive(self, name: str) -> Incoming:
        """Begin an upload; UiFileName, UiFull."""
        plain_name(name)
        with self._lock:
            if self._count >= MOST_FILES:
                raise UiFull(problem=_("there are {count} files already", count=self._count))
            self._count += 1
            room = MOST_TOGETHER - self._bytes
        folder = self._roots["upload"] / secrets.token_hex(6)
        try:
            folder.mkdir(mode=0o700)
            return Incoming(folder, name, room=room, done=self._grown)
        except OSError as problem:
            raise UiFull(problem=system_words(problem)) from problem

    def put(self, name: str, data: bytes) -> Upload:
        """A file of our own making, for the page to use."""
        incoming = self.receive(name)
        incoming.write(data)
        return incoming.finish()

    def _grown(self, size: int) -> None:
        with self._lock:
            self._bytes += size

    def job_folder(self, job: str) -> Path:
        """The folder for what a job makes."""
        folder = self._roots["output"] / job
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def path(self, handle: str) -> Path:
        """The path behind a handle, inside of its root whatever the handle says; UiFileName."""
        found = _HANDLE.fullmatch(handle)
        if found is None:
            raise UiFileName(name=handle)
        kind, rest = found[1], found[2]
        parts = rest.replace("\\", "/").split("/") if os.sep == "\\" else rest.split("/")
        unfit = any(part in ("", ".", "..") or _UNFIT.search(part) for part in parts)
        unfit = unfit or len(parts) < 2
        if unfit or not _encodes(rest) or (kind in _SHELVED and parts[0] not in _SHELVES):
            raise UiFileName(name=handle)
        root = self._roots[kind]
        path = root.joinpath(*parts)
        if not path.resolve().is_relative_to(root.resolve()):
            raise UiFileName(name=handle)
        return path

    def shown(self, text: str) -> str:
        """`text` with handles for the paths of the page's files.

        A path of the library becomes a handle where it stands alone: in a command that somebody
        may copy into a terminal it stays what it is.
        """
        for kind, beginning in self._own:
            text = text.replace(beginning, f"{kind}:")
        for kind, beginning in self._shelved:
            if text.startswith(beginning):
                rest = text.removeprefix(beginning)
                if Path(rest).parts[:1] and Path(rest).parts[0] in _SHELVES and "\n" not in rest:
                    return f"{kind}:" + rest.replace(os.sep, "/")
        return text

    def forget(self, handle: str) -> None:
        """Remove an upload."""
        path = self.path(handle)
        if path.is_relative_to(self._roots["upload"]):
            shutil.rmtree(path.parent, ignore_errors=True)
