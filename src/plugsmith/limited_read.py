"""Reading files that somebody else may have put there: never more than a limit, never a hang."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from plugsmith.errors import InputMissing, InputTooLarge
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_limited(path: Path, *, limit: int) -> bytes:
    """All bytes of what the user named: a file, a device, or a pipe such as `<(zcat x)` is.

    Raises InputMissing, and InputTooLarge for more than `limit` bytes, of which no more are read.
    """
    try:
        facts = path.stat()
        if stat.S_ISREG(facts.st_mode) and facts.st_size > limit:
            raise InputTooLarge(name=path.name, size=facts.st_size, limit=limit)
        if stat.S_ISCHR(facts.st_mode) and _is_terminal(path):
            raise InputMissing(name=str(path), problem=_("it is a serial port, not a file"))
        with path.open("rb") as stream:
            parts: list[bytes] = []
            size = 0
            while size <= limit and (part := stream.read(min(_CHUNK, limit + 1 - size))):
                parts.append(part)
                size += len(part)
    except OSError as problem:
        raise _missing(path, problem) from problem
    if size > limit:
        raise InputTooLarge(name=path.name, size=size, limit=limit)
    return b"".join(parts)


def read_regular(path: Path, *, limit: int) -> bytes:
    """All bytes of a regular file; a pipe, device or folder is refused at once.

    For files that were found in a folder, not named by anybody. Raises InputMissing, InputTooLarge.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _NO_WAIT)  # opening a pipe must not wait for a writer
        with os.fdopen(handle, "rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise InputMissing(name=str(path), problem=_("it is not a regular file"))
            if facts.st_size > limit:
                raise InputTooLarge(name=path.name, size=facts.st_size, limit=limit)
            data = stream.read(limit + 1)
    except OSError as problem:
        raise _missing(path, problem) from problem
    if len(data) > limit:
        raise InputTooLarge(name=path.name, size=len(data), limit=limit)
    return data


def _is_terminal(path: Path) -> bool:
    """Whether reading from it waits until somebody types or sends a line."""
    handle = os.open(path, os.O_RDONLY | _NO_WAIT | getattr(os, "O_NOCTTY", 0))
    try:
        return os.isatty(handle)
    finally:
        os.close(handle)


def _missing(path: Path, problem: OSError) -> InputMissing:
    from plugsmith.system_words import system_words  # noqa: PLC0415 - only where reading fails

    return InputMissing(name=str(path), problem=system_words(problem))
