"""What lies in the flash of a simulated chip that nobody gave a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.forge.flash import forge_flash, forged_mac
from plugsmith.sim.chip.personality import chip_name, personality

if TYPE_CHECKING:
    from plugsmith.sim.chip.board import BoardRequest


def practice_flash(request: BoardRequest, *, serial: str = "") -> bytes | None:
    """A made-up factory flash for a board without a file; None where there is none to make.

    Another `serial` is another device: its own address and calibration.
    """
    named = personality(request.boot) if request.boot else None
    practice = chip_name(request.chip) or (named.chip if named else None)
    if request.flash is not None or practice is None:
        return None
    try:
        mac = forged_mac(practice.upper(), *([serial] if serial else []))
        return forge_flash(chip=practice.upper(), mac=mac)
    except PlugsmithError:
        return None  # no boot code of this chip can be forged: a blank flash
