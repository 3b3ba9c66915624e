"""Keeping a loader in download mode while the program does something else.

A loader resets after 50 ms to 2 s without a byte (uart-protocol.md 1.5): while the user reads a
question, or a disk is slow, a link check goes out every 30 ms. Who sends it is handed in: a thread
(`boot.alive_thread`), a task where there are no threads, nobody on a virtual clock, which stands
still meanwhile.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugsmith.boot.wire import Wire

LOOK_EVERY_S = 0.015


class KeepAlive(Protocol):
    """Sends link checks whenever nobody else uses the wire, from its making on."""

    def stop(self) -> None:
        """Afterwards nothing more is sent."""


if TYPE_CHECKING:
    Keeper = Callable[[Wire], KeepAlive]


class Turn:
    """Whose turn it is on a wire: the client's whenever it wants, the keeper's in between.

    The client nests. A keeper that runs in the client's own thread is kept out like any other.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(self, *_problem: object) -> None:
        self._depth -= 1
        self._lock.release()

    @contextmanager
    def between(self) -> Iterator[bool]:
        """Whether nobody talks; if so, nobody can until the end of the block."""
        if not self._lock.acquire(blocking=False):
            yield False
            return
        try:
            yield self._depth == 0
        finally:
            self._lock.release()
