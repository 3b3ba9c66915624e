"""Test tool: something that answers link checks, behind every kind of port."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING

from plugsmith.clock import RealClock
from plugsmith.sim.chip.board import BoardRequest, build_board
from plugsmith.sim.ports.serve import Power, SimServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugsmith.sim.ports.endpoint import Endpoint


@contextlib.contextmanager
def served(
    request: BoardRequest,
    endpoint: Endpoint,
    *,
    lines: str = "none",
    power: Power = Power.HELD,
) -> Iterator[str]:
    """A simulated chip at `endpoint` for the length of the block; yields its address."""
    clock = RealClock()
    board = build_board(request, now=clock.monotonic())
    server = SimServer(board, clock, port=endpoint, lines=lines, power=power)
    over = threading.Event()
    thread = threading.Thread(target=server.run, args=(over.is_set,), daemon=True)
    thread.start()
    try:
        yield endpoint.address
    finally:
        over.set()
        thread.join(60)  # the endpoint must not be closed under it
        endpoint.close()


@contextlib.contextmanager
def echo_pty(reply: Callable[[bytes], bytes]) -> Iterator[str]:
    """A pseudo-terminal whose far end answers what it reads with `reply(data)`."""
    master, slave = os.openpty()
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                data = os.read(master, 4096)
                os.write(master, reply(data))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        over.set()
        os.close(slave)
        thread.join(1)
        os.close(master)


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
