"""The wires of an SPI adapter to a module, drawn with plain characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.spi_pads import places_of, spi_pads, spi_sentences
from plugsmith.code_words import said
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard
    from plugsmith.chips.outlines import EdgePad

_EDGES = {
    "left": N_("left"),
    "bottom": N_("bottom"),
    "right": N_("right"),
    "odd": N_("odd numbers"),
    "even": N_("even numbers"),
    "points": N_("test point"),
}
_INTO_ADAPTER = "MISO"


def spi_card(board: ModuleBoard) -> str:
    """The wires for `board`; empty for a chip that is none of ours.

    Says which lines the module does not lead out, what is not known, and whether its chip can need
    them at all.
    """
    spi = spi_pads(board)
    if spi is None:
        return ""
    wires = [
        (_("3.3 V supply"), "------", "3V3", places_of(board, "3V3")),
        ("GND", "------", "GND", places_of(board, "GND")),
        *(
            (line, "<-----" if line == _INTO_ADAPTER else "----->", signal, pads)
            for line, signal, pads in spi.wires
        ),
        (_("reset line"), "----->", "CEN", places_of(board, "CEN")),
    ]
    lines = [_("Over SPI, for a chip whose boot loader is lost") + ":"]
    if spi.wires and spi.drawn:
        width = max(len(name) for name, *_rest in wires)
        lines += [
            f"  {name:<{width}}  {arrow}  {signal:<4} {_said(pads) or '-'}"
            for name, arrow, signal, pads in wires
        ]
    return "\n".join(f"  {line}" for line in (*lines, *spi_sentences(spi)))


def _said(pads: tuple[tuple[str, EdgePad], ...]) -> str:
    return ", ".join(
        f"{pad.label} ({_(_EDGES[row]) if row in _EDGES else said(row)})" for row, pad in pads
    )
