"""`plugsmith sim --spi`: the chip's flash download pins behind a serprog programmer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.places import chip_endpoint
from plugsmith.api.sim.results import ChipSession

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.sim.request import SimRequest
    from plugsmith.sim.chip.board import SimBoard

_ANYWHERE = "127.0.0.1:0"


def serve_spi(session: Session, request: SimRequest, board: SimBoard) -> ChipSession:
    """Serve until interrupted; the flash file is changed like a real chip's."""
    from plugsmith.clock import RealClock
    from plugsmith.events import Log, Ready
    from plugsmith.sim.spi.serprog import CenWire, Manners
    from plugsmith.sim.spi.served import SpiServer

    tcp = None if request.pty else request.tcp or _ANYWHERE
    port = chip_endpoint(tcp, request.link, vanishes=False, raw_baud=request.raw_baud)
    try:
        manners = Manners(cen=CenWire(request.cen))
        server = SpiServer(board, RealClock(), port=port, manners=manners)
        for note in board.notes:
            session.sink.emit(Log(message=note))
        session.announce(Ready(port=server.address, boot=board.boot))
        server.run(lambda: session.cancel.cancelled)
    finally:
        port.close()
    return ChipSession.of(board, port.sessions)
