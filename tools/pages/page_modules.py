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
    """One row a module, then one a chip; with the way to free it where we cannot."""
    rows: list[dict[str, object]] = []
    for board in modules():
        other = other_chip(board.chip)
        if other is not None:
            rows.append(
                _other_row(
                    name=board.name, chip=board.chip, support=str(board.support), other=other
                )
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
        _other_row(name=other.name, chip=other.name, support="", other=other)
        | {"also": list(other.also)}
        for other in other_chips()
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"


def _spi(board: ModuleBoard) -> dict[str, object]:
    spi = spi_pads(board)
    if spi is None or not spi.wires:
        return {}
    return {"spi": spi.lines, "needs_spi": spi.needed}


def _other_row(*, name: str, chip: str, support: str, other: OtherChip) -> dict[str, object]:
    return {
        "name": name,
        "chip": chip,
        "support": support,
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
            "reads": other.name in {item.name for item in chips()},
            "by_plugsmith": list(bridge_commands(other)),
            "evidence": list(other.evidence),
        },
    }
