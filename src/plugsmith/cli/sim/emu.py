"""`plugsmith sim --engine emu`: the vendor's own boot code out of a dump, at a port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.cli.session import Session
    from plugsmith.errors import Fact
    from plugsmith.sim.ports.endpoint import Endpoint


def emu_chip(chip: str | None, flash: Path | None) -> str:
    """The chip to emulate; EmulatorMissing without the extra, UsageError without a dump."""
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
    return name


def serve_emulated(
    session: Session, *, chip: str, flash: Path, ports: tuple[Endpoint, Endpoint | None]
) -> dict[str, Fact]:
    """Serve until interrupted; the flash file is changed like a real chip's."""
    import signal

    from plugsmith.cli.jsonl import JsonSink
    from plugsmith.emu.served import EmuServer
    from plugsmith.events import Ready

    port, log_port = ports
    server = EmuServer(flash, chip=chip, port=port, log_port=log_port)
    before = signal.signal(signal.SIGTERM, lambda _signum, _frame: session.cancel.cancel())
    try:
        ready = Ready(
            port=port.address,
            log_port=log_port.address if log_port else None,
            boot=f"emulated {chip}",
        )
        JsonSink().emit(ready)  # always on stdout: scripts wait for this line
        server.run(lambda: session.cancel.cancelled)
    finally:
        signal.signal(signal.SIGTERM, before)
        if log_port is not None:
            log_port.close()
    return {"boot": f"emulated {chip}", "sessions": port.sessions}
