"""Which pads of a module lead the lines of the flash download mode, by its outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import Family
from plugsmith.chips.outlines import outline
from plugsmith.errors import PlugsmithError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard
    from plugsmith.chips.outlines import Outline

# adapter pin, arrow, signal of the module: spi-download.md 1
_WIRES = (
    (N_("3.3 V supply"), "------", "3V3"),
    ("GND", "------", "GND"),
    ("SCK", "----->", "P20"),
    ("CS", "----->", "P21"),
    ("MOSI", "----->", "P22"),
    ("MISO", "<-----", "P23"),
    (N_("reset line"), "----->", "CEN"),
)
_EDGES = {
    "left": N_("left"),
    "bottom": N_("bottom"),
    "right": N_("right"),
    "odd": N_("odd numbers"),
    "even": N_("even numbers"),
    "points": N_("test point"),
}


def spi_card(board: ModuleBoard) -> str:
    """The wires of an SPI adapter for `board`; empty where its pads are not known.

    Says which lines the module does not lead out, and whether its chip can need them at all.
    """
    shape = outline(board.name)
    if shape is None:
        return ""
    width = max(len(_(name)) for name, _arrow, _signal in _WIRES)
    lines = [_("Over SPI, for a chip whose boot loader is lost:")]
    missing = []
    for name, arrow, signal in _WIRES:
        pads = _pads(shape, signal)
        if not pads:
            missing.append(signal)
        lines.append(f"  {_(name):<{width}}  {arrow}  {signal:<4} {pads or '-'}")
    if missing:
        names = ", ".join(missing)
        lines.append(
            _("The module does not lead {names} out: solder to the chip's own legs.", names=names)
        )
    if not _needs_it(board.chip):
        lines.append(_("A {chip} answers from its mask ROM and does not need it.", chip=board.chip))
    return "\n".join(f"  {line}" for line in lines)


def _pads(shape: Outline, signal: str) -> str:
    return ", ".join(
        f"{pad.label} ({_(_EDGES[row])})"
        for row, pads in shape.rows
        for pad in pads
        if pad.signal == signal
    )


def _needs_it(chip: str) -> bool:
    try:
        return find_chip(chip).family is Family.LOADER
    except PlugsmithError:
        return False
