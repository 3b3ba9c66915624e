"""Locks between processes: one Plugsmith at a time on a port, and on a device."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from plugsmith.errors.library import DeviceInUse
from plugsmith.private_files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held(folder: Path, name: str, *, words: str) -> Iterator[int | None]:
    """Hold the lock `name` below `folder`; DeviceInUse with `words` if another one has it.

    The system lets go of it when the process ends, however that happens, and with it all that were
    given the open file that this yields. Where no file can be made there is no lock, and nothing
    can be written to the library either; there, and where the system knows no locks, it is None.
    """
    file = _open(folder, name)
    if file is None:
        yield None
        return
    with file:
        locked = _lock(file)
        if locked is False:
            raise DeviceInUse(name=words)
        try:
            yield file.fileno() if locked else None
        finally:
            _unlock(file)


def _open(folder: Path, name: str) -> IO[bytes] | None:
    with suppress(OSError):
        make_private_folder(folder)
        return (folder / f"{lock_id(name)}.lock").open("ab")
    return None


def lock_id(name: str) -> str:
    """What stands for `name` in the names of files."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:24]


@contextmanager
def held_if_free(folder: Path, identity: str) -> Iterator[bool]:
    """Hold the lock with that `lock_id`; whether it is proven that nobody else has it."""
    try:
        make_private_folder(folder)
        file = (folder / f"{identity}.lock").open("ab")
    except OSError:
        yield False
        return
    with file:
        locked = _lock(file)
        try:
            yield locked is True
        finally:
            if locked:
                _unlock(file)


def _lock(file: IO[bytes]) -> bool | None:
    """Whether the lock was free, None where there are no locks; it ends with the file."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - Windows only

            os.lseek(file.fileno(), 0, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - POSIX only

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return None  # a browser: the page itself sees to it that one tab has the library
    except OSError as problem:
        return False if problem.errno in {11, 13, 35, 36} else None  # taken; or unknown here
    return True


def _unlock(file: IO[bytes]) -> None:
    """Let go of it, whoever else has the file open."""
    if sys.platform != "win32":  # there nobody else has it: files are not handed on
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 - POSIX only

            fcntl.flock(file.fileno(), fcntl.LOCK_UN)
