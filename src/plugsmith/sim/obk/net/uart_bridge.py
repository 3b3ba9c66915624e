"""The driver UartTCP of a simulated module: the UART of a chip beside it, over TCP.

openbeken.md 17: 8N1 at the speed that the driver was started with; answers are gathered for up to
50 ms; a stop ends the connection. `cen` is the module's pin that is wired to the chip's CEN.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from plugsmith.sim.ports.endpoint import HostAct
from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint

if TYPE_CHECKING:
    from plugsmith.sim.obk.device import SimObk

_GATHERED_S = 0.05
_STOPS_S = 0.2  # a stop takes as long
_LOOK_S = 0.01


class UartBridge(TcpEndpoint):
    """A place for clients while the module's driver runs; CEN is the line "rts" of it."""

    def __init__(self, module: SimObk, host: str, port: int, *, cen: int | None = None) -> None:
        super().__init__(host, port)
        self._module = module
        self._cen = cen
        self._started = 0
        self._low = False
        self._gathered = bytearray()
        self._since = 0.0
        self._back_at: float | None = None
        self.vanish()
        module.uart_ends = self._end

    def _end(self) -> None:
        """The module stops its driver: the connection is over before that command is answered."""
        with self._module.lock:
            self._gathered.clear()
            self._back_at = None
            self.vanish()

    def wait(self, timeout_s: float) -> None:
        """The module has to be looked at between two of its commands."""
        if self.listening:
            with suppress(OSError, ValueError):  # a command closed what is waited for
                super().wait(min(timeout_s, _LOOK_S))
        else:
            time.sleep(min(timeout_s, _LOOK_S))

    def poll(self, *, device_rate: float) -> list[HostAct]:
        """What the module did with its driver and its pin, then what the client did."""
        with self._module.lock:
            return self._turn(device_rate)

    def _turn(self, device_rate: float) -> list[HostAct]:
        uart = self._module.uart
        low = self._cen is not None and self._module.plug.driven(self._cen) == 0
        if (uart.started if uart else 0) != self._started:
            self._started = uart.started if uart else 0
            self._gathered.clear()
            self.vanish()
            self._back_at = time.monotonic() + _STOPS_S if uart is not None else None
        if uart is not None and self._back_at is not None and time.monotonic() >= self._back_at:
            self._back_at = None
            self.raw_baud = uart.baud
            self.reappear()
        line = [HostAct(rts=low)] if low != self._low else []
        self._low = low
        self._send_gathered()
        return [*line, *super().poll(device_rate=device_rate)]

    def send(self, data: bytes) -> None:
        """Gather what the chip says, as the driver's task does."""
        if not self._gathered:
            self._since = time.monotonic()
        self._gathered += data

    def _send_gathered(self) -> None:
        uart = self._module.uart
        full = uart is not None and len(self._gathered) >= uart.buffer
        if self._gathered and (full or time.monotonic() - self._since >= _GATHERED_S):
            super().send(bytes(self._gathered))
            self._gathered.clear()
