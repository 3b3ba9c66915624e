"""Which pads of a module lead the lines of its chip's flash download mode: spi-download.md 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.outlines import EdgePad, outline
from plugsmith.errors import PlugsmithError
from plugsmith.messages import _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard

_LINES = ("SCK", "CS", "MOSI", "MISO")  # in the order of `Chip.flash_pins`


@frozen
class SpiPads:
    """`wires`: line of the adapter, signal of the chip, (row of the outline, pad) of each place.

    `wires` is empty where the chip's pins are not known, `drawn` false where none of the module's
    pads is. `needed`: whether the chip is lost to the UART with its boot loader.
    """

    chip: str
    wires: tuple[tuple[str, str, tuple[tuple[str, EdgePad], ...]], ...]
    drawn: bool
    needed: bool

    @property
    def lines(self) -> dict[str, str]:
        """Signal of the chip -> line of the adapter."""
        return {signal: line for line, signal, _pads in self.wires}

    @property
    def missing(self) -> tuple[str, ...]:
        """The signals that a drawn module leads to no pad."""
        return tuple(signal for _line, signal, pads in self.wires if self.drawn and not pads)


def spi_pads(board: ModuleBoard) -> SpiPads | None:
    """Those of `board`; None for a chip that is none of ours."""
    try:
        chip = find_chip(board.chip)
    except PlugsmithError:
        return None
    wires = tuple(
        (line, signal, places_of(board, signal))
        for line, signal in zip(_LINES, chip.flash_pins, strict=False)
    )
    return SpiPads(
        chip=chip.name,
        wires=wires,
        drawn=outline(board.name) is not None or any(pads for _line, _signal, pads in wires),
        needed=not chip.recoverable_over_uart,
    )


def places_of(board: ModuleBoard, signal: str) -> tuple[tuple[str, EdgePad], ...]:
    """The pads of a module that lead `signal` out, each with its place: the row of its outline, or
    what is known without one.
    """
    shape = outline(board.name)
    if shape is None:
        return tuple(
            (pad.where, EdgePad(label=str(pad.number), signal=signal))
            for pad in board.pads
            if pad.signal == signal and pad.number is not None
        )
    return tuple((row, pad) for row, pads in shape.rows for pad in pads if pad.signal == signal)


def spi_sentences(spi: SpiPads) -> list[str]:
    """Which lines are led nowhere, what is not known, and whether the chip can need them."""
    found = []
    if not spi.wires:
        found.append(_("Which pins of a {chip} lead to its flash is not known.", chip=spi.chip))
    elif not spi.drawn:
        names = ", ".join(f"{signal} {line}" for line, signal, _pads in spi.wires)
        found.append(
            _("Where this module's pads lie is not known; its chip has: {names}.", names=names)
        )
    elif spi.missing:
        names = ", ".join(spi.missing)
        found.append(
            _("The module does not lead {names} out: solder to the chip's own legs.", names=names)
        )
    if not spi.needed:
        found.append(_("A {chip} answers from its mask ROM and does not need it.", chip=spi.chip))
    return found
