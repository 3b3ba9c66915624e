"""`plugsmith sim --spi`: the chip's flash download pins behind a serprog programmer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.places import chip_endpoint, log_endpoint
from plugsmith.api.sim.results import ChipSession
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.sim.request import SimRequest
    from plugsmith.sim.chip.board import SimBoard

_ANYWHERE = "127.0.0.1:0"


def serve_spi(session: Session, request: SimRequest, board: SimBoard) -> ChipSession:
    """Serve until interrupted, the UART beside it; the flash file is changed like a real chip's."""
    from plugsmith.clock import RealClock
    from plugsmith.events import Log, Ready
    from plugsmith.sim.ports.serve import Power, SimServer
    from plugsmith.sim.spi.serprog import CenWire, Manners
    from plugsmith.sim.spi.served import SpiServer

    tcp = None if request.pty else request.tcp or _ANYWHERE
    port = chip_endpoint(tcp, request.link, vanishes=False, raw_baud=request.raw_baud)
    uart_port = log_endpoint(tcp)
    try:
        clock = RealClock()
        server = SpiServer(
            board,
            clock,
            port=port,
            manners=Manners(cen=CenWire(request.cen)),
            uart=SimServer(board, clock, port=uart_port, power=Power(request.power)),
        )
        for note in board.notes:
            session.sink.emit(Log(message=note))
        text = _("The chip's download UART is on {port}.", port=uart_port.address)
        session.sink.emit(Log(message=text))
        session.announce(Ready(port=server.address, uart_port=uart_port.address, boot=board.boot))
        server.run(lambda: session.cancel.cancelled)
    finally:
        uart_port.close()
        port.close()
    return ChipSession.of(board, port.sessions)
