"""A chip's SPI face served on real time, until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.spi.face import SpiFace
from plugsmith.sim.spi.serprog import Manners, SerprogServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock
    from plugsmith.sim.chip.board import SimBoard
    from plugsmith.sim.ports.endpoint import Endpoint
    from plugsmith.sim.ports.serve import SimServer

_WAIT_S = 0.02  # short enough for somebody who taps CEN


class SpiServer:
    """Serves `board` behind a serprog programmer at `port`, the chip's other pins by `uart`."""

    def __init__(
        self,
        board: SimBoard,
        clock: Clock,
        *,
        port: Endpoint,
        manners: Manners,
        uart: SimServer | None = None,
    ) -> None:
        self._board = board
        self._clock = clock
        self._port = port
        self.face = SpiFace(board.chip)
        self._programmer = SerprogServer(self.face, manners)
        self._uart = uart

    @property
    def address(self) -> str:
        """What a client is told: `serprog://host:port`, or `serprog:///dev/...` of a terminal."""
        return f"serprog://{self._port.address.removeprefix('socket://')}"

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`; the flash file is up to date afterwards."""
        try:
            while not stopped():
                self.step()
        finally:
            self._save()

    def step(self) -> None:
        """One turn: hear the client, answer, wait for what comes next."""
        for act in self._port.poll(device_rate=115_200):
            if act.data:
                replies = self._programmer.feed(act.data, now=self._clock.monotonic())
                self._clock.sleep(self._programmer.pause_s)
                self._port.send(replies)
        if self._port.connected:
            self._programmer.pass_time(self._clock.monotonic())
        self._save()
        here = self._uart is None or self._port.connected
        if self._uart is not None:
            self._uart.step(at_most_s=0.0 if here else _WAIT_S)
        if here:
            self._port.wait(_WAIT_S)

    def _save(self) -> None:
        if self._board.file is not None:
            self._board.file.save(self._board.chip.nor)
