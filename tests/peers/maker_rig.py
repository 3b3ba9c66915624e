"""Simulated chips of Lightning and Realtek on a pseudo-terminal, served by a thread of the test."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from plugsmith.clock import RealClock
from plugsmith.sim.makers.models import maker_chip
from plugsmith.sim.makers.serve import MakerServer
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint


@contextmanager
def served(name, content):
    """The chip in its boot mode; nobody resets it but the test. Gives the chip and its port."""
    clock = RealClock()
    chip = maker_chip(name, content, now=clock.monotonic())
    port = PtyEndpoint()
    server = MakerServer(chip, clock, port=port, file=None, kept=True)
    done = threading.Event()
    thread = threading.Thread(target=server.run, args=(done.is_set,))
    thread.start()
    try:
        yield chip, port.address
    finally:
        done.set()
        thread.join()
        port.close()
