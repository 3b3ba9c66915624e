"""What the page draws modules from: outlines, pads, and where the wires go."""

from __future__ import annotations

import json

from plugsmith.chips.catalog import modules
from plugsmith.chips.outlines import outline


def page() -> str:
    """One row a module, the chips that we can free only."""
    rows = []
    for board in modules():
        if not board.chip.startswith("BK7"):
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
        )
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"
