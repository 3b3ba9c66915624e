"""A thread that keeps a loader awake, for programs that have threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from plugsmith.boot.alive import LOOK_EVERY_S
from plugsmith.errors.port import PortError

if TYPE_CHECKING:
    from plugsmith.boot.wire import Wire


class ThreadKeeper:
    """Sends link checks in a thread of its own (see `boot.alive.KeepAlive`)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keep-alive", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; afterwards nothing more is sent."""
        self._stop.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            with self._wire.turn.between() as free:
                if not free or self._stop.is_set():
                    continue
                try:
                    self._wire.keep_alive()
                except PortError:
                    return  # the client will see it itself
