"""Files that can hold a secret: readable by their owner alone, from the first byte on.

A dump, a part of one, a repaired or cleaned copy: mode 0600 in folders of mode 0700, so that not
even a process that is killed half-way leaves something behind that others can read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
_NOT_A_LINK = getattr(os, "O_NOFOLLOW", 0)


def write_private(path: Path, data: bytes) -> None:
    """Write all or nothing: through a file beside it (`.part`) that is then renamed.

    Raises OSError; what an earlier run left half-written is replaced.
    """
    partial = path.with_name(path.name + ".part")
    with suppress(FileNotFoundError):
        partial.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NOT_A_LINK
    handle = os.open(partial, flags, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def make_private_folder(folder: Path) -> None:
    """Make a folder and the missing ones above it, each for its owner alone; raises OSError."""
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
