"""Making what was written durable, and telling whoever must carry it further.

On a computer the system's own call is enough. Where the files lie in memory first (a browser), a
hook takes them to where they last; a write counts as done only when it has returned.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_hooks: list[Callable[[], None]] = []


def on_write(hook: Callable[[], None]) -> None:
    """Call `hook` after each durable write of the library; what it raises ends the write."""
    _hooks.append(hook)


def make_durable(handle: int) -> None:
    """Return when the disk has what was written to an open file or renamed in a folder."""
    os.fsync(handle)


def written() -> None:
    """A write is complete under its final name: hooks carry it further. May raise OSError."""
    for hook in _hooks:
        hook()
