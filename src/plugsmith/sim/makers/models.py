"""The chips of other makers whose boot mode is simulated, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.flash.nor import NorFlash
from plugsmith.sim.flash.parts import part_of_size
from plugsmith.sim.makers.ameba_z import AmebaZ
from plugsmith.sim.makers.ameba_z2 import AmebaZ2
from plugsmith.sim.makers.lightning import Lightning

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.makers.chip import MakerChip

MODELS: dict[str, Callable[[NorFlash, float], MakerChip]] = {
    "ln882h": Lightning,
    "rtl8710b": AmebaZ,
    "rtl8720c": AmebaZ2,
}
USUAL_SIZE = 0x20_0000


def maker_chip(name: str, content: bytes | None = None, *, now: float) -> MakerChip:
    """A chip that waits in its boot mode since `now`; a blank flash without `content`."""
    flash = b"\xff" * USUAL_SIZE if content is None else content
    return MODELS[name](NorFlash(part_of_size(len(flash), rom_family=False), flash), now)
