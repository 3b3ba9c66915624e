"""Keeping a loader in download mode while the program does something else.

A loader resets after 50 ms to 2 s without a byte (uart-protocol.md 1.5): while the user reads a
question, or a disk is slow, a link check goes out every 30 ms. On a virtual clock this is not
needed, because time stands still there.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from plugsmith.errors.port import PortError

if TYPE_CHECKING:
    from plugsmith.boot.wire import Wire

_LOOK_EVERY_S = 0.015


class KeepAlive:
    """A thread that sends link checks whenever nobody else uses the wire."""

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
        while not self._stop.wait(_LOOK_EVERY_S):
            if not self._wire.lock.acquire(blocking=False):
                continue  # the client is talking
            try:
                if not self._stop.is_set():
                    self._wire.keep_alive()
            except PortError:
                return  # the client will see it itself
            finally:
                self._wire.lock.release()
