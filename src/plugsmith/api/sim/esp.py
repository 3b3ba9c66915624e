"""`sim --chip esp8266`: a chip of Espressif that waits in its download mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.places import chip_endpoint
from plugsmith.api.sim.results import ChipSession
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.sim.request import SimRequest

_NAMES = ("esp8266", "esp32c3", "esp32-c3")
_USUAL_SIZE = 0x10_0000
_PATIENCE_S = 30.0  # 64 blocks are under way at once, and a loaded computer reads them when it can
_CLAIMED = N_(
    "Espressif's papers and esptool are what this is known from; no ROM was executed. It waits in "
    "its download mode, and no program ever runs on it."
)


def is_esp(name: str | None) -> bool:
    """Whether such a chip is meant."""
    return name is not None and name.lower() in _NAMES


def serve_esp(session: Session, request: SimRequest) -> ChipSession:
    """Serve until the session is cancelled."""
    from plugsmith.events import Log, Ready
    from plugsmith.sim.esp.chip import EspChip
    from plugsmith.sim.esp.model import MODELS
    from plugsmith.sim.esp.serve import EspServer
    from plugsmith.sim.flash.flash_file import FlashFile
    from plugsmith.sim.flash.nor import NorFlash, OpKind
    from plugsmith.sim.flash.parts import part_of_size

    file = FlashFile(request.flash, keep=request.read_only) if request.flash else None
    content = file.content if file is not None else b"\xff" * _USUAL_SIZE
    model = MODELS[(request.chip or "").lower().replace("-", "")]
    nor = NorFlash(part_of_size(len(content), rom_family=False), content)
    port = chip_endpoint(
        request.tcp,
        request.link,
        vanishes=False,
        raw_baud=request.raw_baud,
        patience_s=_PATIENCE_S,
    )
    try:
        server = EspServer(EspChip(model, nor), port=port, file=file)
        session.sink.emit(Log(message=_(_CLAIMED)))
        session.announce(Ready(port=port.address, log_port=None, boot=model.name))
        server.run(lambda: session.cancel.cancelled)
    finally:
        port.close()
    return ChipSession(
        boot=model.name,
        sessions=port.sessions,
        erased=sum(nor.erase_counts.values()),
        programmed=[item.kind for item in nor.operations].count(OpKind.PROGRAM),
        resets=port.sessions,
        struck=(),
    )
