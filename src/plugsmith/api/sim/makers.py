"""`sim --chip ln882h`: a chip of Lightning or Realtek that waits in its boot mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.places import chip_endpoint
from plugsmith.api.sim.results import ChipSession
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.sim.request import SimRequest

_NAMES = ("ln882h", "rtl8710b", "rtl8720c")
_CLAIMED = N_(
    "ltchiptool's own source is what this is known from; no ROM was executed. It waits in its "
    "boot mode, and no firmware ever runs on it."
)


def is_maker(name: str | None) -> bool:
    """Whether such a chip is meant."""
    return name is not None and name.lower() in _NAMES


def serve_maker(session: Session, request: SimRequest) -> ChipSession:
    """Serve until the session is cancelled."""
    from plugsmith.clock import RealClock
    from plugsmith.events import Log, Ready
    from plugsmith.sim.flash.flash_file import FlashFile
    from plugsmith.sim.flash.nor import OpKind
    from plugsmith.sim.makers.models import maker_chip
    from plugsmith.sim.makers.serve import MakerServer

    clock, name = RealClock(), (request.chip or "").lower()
    file = FlashFile(request.flash, keep=request.read_only) if request.flash else None
    chip = maker_chip(name, file.content if file is not None else None, now=clock.monotonic())
    port = chip_endpoint(request.tcp, request.link, vanishes=False, raw_baud=request.raw_baud)
    try:
        kept = request.power == "kept"
        server = MakerServer(chip, clock, port=port, file=file, kept=kept)
        session.sink.emit(Log(message=_(_CLAIMED)))
        session.announce(Ready(port=port.address, log_port=None, boot=name))
        server.run(lambda: session.cancel.cancelled)
    finally:
        port.close()
    return ChipSession(
        boot=name,
        sessions=port.sessions,
        erased=sum(chip.nor.erase_counts.values()),
        programmed=[item.kind for item in chip.nor.operations].count(OpKind.PROGRAM),
        resets=server.resets,
        struck=(),
    )
