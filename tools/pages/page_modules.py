"""What the page draws modules from: outlines, pads, and where the wires go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import modules
from plugsmith.chips.other_chips import OtherChip, other_chip
from plugsmith.chips.outlines import outline
from plugsmith.chips.spi_pads import spi_pads

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard


def page() -> str:
    """One row a module; with the way to free it where the chip is none that we can free."""
    rows = []
    for board in modules():
        other = other_chip(board.chip)
        if other is not None:
            rows.append(_other_row(board, other))
            continue
        shape = outline(board.name)
        rows.append(
            {
                "name": board.name,
                "chip": board.chip,
                "support": str(board.support),
                "gpios": list(board.gpios),
                "pads": [
                    {"signal": pad.signal, "number": pad.number, "where": pad.where}
                    | ({"note": pad.note} if pad.note else {})
                    for pad in board.pads
                ],
                "outline": None
                if shape is None
                else {
                    "width": shape.width_mm,
                    "height": shape.height_mm,
                    "rows": {
                        name: [f"{pad.label}={pad.signal}" for pad in pads]
                        for name, pads in shape.rows
                    },
                },
            }
            | _spi(board)
        )
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"


def _spi(board: ModuleBoard) -> dict[str, object]:
    spi = spi_pads(board)
    if spi is None or not spi.wires:
        return {}
    return {"spi": spi.lines, "needs_spi": spi.needed}


def _other_row(board: ModuleBoard, other: OtherChip) -> dict[str, object]:
    return {
        "name": board.name,
        "chip": board.chip,
        "support": str(board.support),
        "gpios": [],
        "pads": [],
        "outline": None,
        "other": {
            "firmware": list(other.firmware),
            "tool": other.tool,
            "install": other.install,
            "backup": other.backup,
            "flash": other.flash,
            "rx": other.rx,
            "tx": other.tx,
            "strap": other.strap,
            "level": other.level,
        },
    }
