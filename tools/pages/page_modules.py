"""What the page draws modules from: outlines, pads, and where the wires go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips, modules
from plugsmith.chips.other_chips import OtherChip, other_chip, other_chips
from plugsmith.chips.outlines import outline
from plugsmith.chips.spi_pads import spi_pads
from plugsmith.flows.wire.wiring_card import bridge_commands

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard


def page() -> str:
    """One row a module, then one a chip; and the way to free each other maker's chip, once."""
    rows: list[dict[str, object]] = []
    for board in modules():
        other = other_chip(board.chip)
        if other is not None:
            rows.append(
                {
                    "name": board.name,
                    "chip": board.chip,
                    "support": str(board.support),
                    "way": other.name,
                }
            )
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
    rows += [
        {"name": other.name, "chip": other.name, "way": other.name, "also": list(other.also)}
        for other in other_chips()
    ]
    ways: dict[str, object] = {other.name: _way(other) for other in other_chips()}
    return f'{{"modules": [\n{_lines(rows)}\n],\n"ways": {_lines([ways])}}}\n'


def _lines(rows: list[dict[str, object]]) -> str:
    return ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def _spi(board: ModuleBoard) -> dict[str, object]:
    spi = spi_pads(board)
    if spi is None or not spi.wires:
        return {}
    return {"spi": spi.lines, "needs_spi": spi.needed}


def _way(other: OtherChip) -> dict[str, object]:
    return {
        "firmware": list(other.firmware),
        "tool": other.tool,
        "install": other.install,
        "backup": other.backup,
        "flash": other.flash,
        "rx": other.rx,
        "tx": other.tx,
        "strap": other.strap,
        "level": other.level,
        "reads": other.name in {item.name for item in chips()},
        "by_plugsmith": list(bridge_commands(other)),
        "evidence": list(other.evidence),
    }
