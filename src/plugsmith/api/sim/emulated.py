"""`plugsmith sim --engine emu`: the vendor's own boot code out of a dump, at a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.results import EmulatedSession
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.api.session import Session
    from plugsmith.sim.ports.endpoint import Endpoint


def emu_chip(chip: str | None, flash: Path | None) -> tuple[str, Path]:
    """The chip to emulate and its dump; EmulatorMissing without the extra, UsageError otherwise."""
    from plugsmith.chips.catalog import chip as find_chip
    from plugsmith.emu.runner import check_board
    from plugsmith.flows.image.file import open_image

    if flash is None:
        raise UsageError(
            problem=_("--engine emu runs the boot code of a dump: give one with --flash")
        )
    found = open_image(flash).image.chips
    name = find_chip(chip).name if chip else (found[0] if found else "")
    if not name:
        raise UsageError(problem=_("the dump does not say its chip: name it with --chip"))
    check_board(name)
    return name, flash


def serve_emulated(
    session: Session, *, chip: str, flash: Path, ports: tuple[Endpoint, Endpoint | None]
) -> EmulatedSession:
    """Serve until interrupted; the flash file is changed like a real chip's."""
    from plugsmith.emu.served import EmuServer
    from plugsmith.events import Ready

    port, log_port = ports
    server = EmuServer(flash, chip=chip, port=port, log_port=log_port)
    try:
        ready = Ready(
            port=port.address,
            log_port=log_port.address if log_port else None,
            boot=f"emulated {chip}",
        )
        session.announce(ready)
        server.run(lambda: session.cancel.cancelled)
    finally:
        if log_port is not None:
            log_port.close()
    return EmulatedSession(boot=f"emulated {chip}", sessions=port.sessions)
