"""A simulated chip whose UART and CEN are wired to a simulated OpenBeken module."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lan_rig import QUICK
from link_servers import served

from plugsmith.clock import RealClock
from plugsmith.lan.bridge_port import BridgePort
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve
from plugsmith.sim.obk.net.uart_bridge import UartBridge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.sim.chip.board import BoardRequest
    from plugsmith.sim.ports.serve import Power

CEN = 14


class Bench:
    """`module` with its `name` as a port, and how to open it."""

    def __init__(self, module: SimObk, name: str) -> None:
        self.module, self.name = module, name

    def open(self) -> BridgePort:
        return BridgePort(self.name, clock=RealClock(), patience=QUICK)


@contextmanager
def bridged(board: BoardRequest, *, power: Power, cen: int | None = CEN) -> Iterator[Bench]:
    module = SimObk()
    uart = UartBridge(module, "127.0.0.1", 0, cen=cen)
    line = "rts" if cen is not None else "none"
    with serve(module, settle_s=0.02) as server, served(board, uart, lines=line, power=power):
        where = server.urls[0].removeprefix("http://")
        pin = f"cen=P{cen}&" if cen is not None else ""
        yield Bench(module, f"openbeken://{where}?{pin}uart={uart.number}")
