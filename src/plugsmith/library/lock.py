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
    can be written to the library either.
    """
    file = _open(folder, name)
    if file is None:
        yield None
        return
    with file:
        if not _lock(file):
            raise DeviceInUse(name=words)
        try:
            yield file.fileno()
        finally:
            _unlock(file)


def _open(folder: Path, name: str) -> IO[bytes] | None:
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:24]
    with suppress(OSError):
        make_private_folder(folder)
        return (folder / f"{digest}.lock").open("ab")
    return None


def _lock(file: IO[bytes]) -> bool:
    """Whether the lock was free; it ends with the file."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - Windows only

            os.lseek(file.fileno(), 0, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - POSIX only

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return True  # a browser: the page itself sees to it that one tab has the library
    except OSError as problem:
        return problem.errno not in {11, 13, 35, 36}  # taken; else locks are unknown here
    return True


def _unlock(file: IO[bytes]) -> None:
    """Let go of it, whoever else has the file open."""
    if sys.platform != "win32":  # there nobody else has it: files are not handed on
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 - POSIX only

            fcntl.flock(file.fileno(), fcntl.LOCK_UN)
