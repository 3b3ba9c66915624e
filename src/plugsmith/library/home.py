"""Where the user's things lie, and how a file gets there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from plugsmith.errors.flows import NoRightToWrite, NoSpaceLeft
from plugsmith.errors.library import OutputExists
from plugsmith.library.durable import make_durable, written
from plugsmith.messages import _
from plugsmith.private_files import make_private_folder

_FULL = {errno.ENOSPC, errno.EDQUOT}
_SPARE = 256 * 1024  # passport, RF sector, index and what a file system needs for itself


def home() -> Path:
    """PLUGSMITH_HOME, else the platform's folder for a user's data; need not exist yet."""
    named = os.environ.get("PLUGSMITH_HOME")
    if named:
        return Path(named).expanduser()
    import platformdirs  # noqa: PLC0415 - a few ms that only runs without PLUGSMITH_HOME pay

    return Path(platformdirs.user_data_dir("plugsmith", appauthor=False))


def check_room(folder: Path, needed: int) -> None:
    """Return if `folder` (made if need be) takes `needed` bytes; NoRightToWrite, NoSpaceLeft."""
    try:
        make_private_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"?")
        free = shutil.disk_usage(folder).free
    except OSError as problem:
        raise refusal(folder, problem) from problem
    needed += _SPARE
    if free < needed:
        shortage = _("{free} bytes are free, {needed} are needed", free=free, needed=needed)
        raise NoSpaceLeft(folder=str(folder), free=free, needed=needed, shortage=shortage)


def refusal(folder: Path, problem: OSError) -> NoSpaceLeft | NoRightToWrite:
    """The error for what the system said when something was put into `folder`."""
    if problem.errno not in _FULL:
        from plugsmith.system_words import system_words  # noqa: PLC0415 - only where it fails

        return NoRightToWrite(folder=str(folder), problem=system_words(problem))
    shortage = _shortage(folder, problem.errno)
    return NoSpaceLeft(folder=str(folder), free=_free(folder), needed=None, shortage=shortage)


def _free(folder: Path) -> int:
    try:
        there = next(place for place in (folder, *folder.parents) if place.exists())
        return shutil.disk_usage(there).free
    except (OSError, StopIteration):
        return 0


def _shortage(folder: Path, number: int | None) -> str:
    """What ran out; bytes that are free may be free again, or not for this user."""
    if number == errno.EDQUOT:
        return _("what this user may store on that disk is used up")
    free = _free(folder)
    if free < _SPARE:
        return _("the disk took no more; {free} bytes are free now", free=free)
    return _(
        "the disk took no more, although {free} bytes are free now: something else took the room "
        "for a while, or no more files can be made there, or what one user may store is used up",
        free=free,
    )


def check_output(path: Path, needed: int = 0) -> None:
    """Return if a new file can be made at `path`; OutputExists, or as `check_room`."""
    if path.exists():
        raise OutputExists(name=str(path))
    check_room(path.absolute().parent, needed)


def write_whole(path: Path, data: bytes, *, keep_existing: bool = True) -> None:
    """Put `data` at `path` so that after a crash the file is whole, or absent.

    With `keep_existing` an existing file raises FileExistsError and is not touched.
    """
    if keep_existing:
        reserve(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            make_durable(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        if keep_existing:
            with suppress(OSError):
                path.unlink()
        raise
    sync_folder(path.parent)


def reserve(path: Path) -> None:
    """Make an empty file at `path` as a claim on its name; FileExistsError if it is taken."""
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable where the system can, and tell that a write is complete."""
    with suppress(OSError):  # Windows cannot open a folder; the rename is still atomic there
        handle = os.open(folder, os.O_RDONLY)
        try:
            make_durable(handle)
        finally:
            os.close(handle)
    written()
