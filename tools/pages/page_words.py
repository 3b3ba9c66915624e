"""Words in data that the page shows: for codes of results, places of pads, names of regions."""

from __future__ import annotations

import json

from plugsmith.chips.catalog import chips, modules
from plugsmith.code_words import WORDS


def page() -> str:
    """The words for each code, as the command line says them."""
    return json.dumps(WORDS, indent=1, ensure_ascii=False) + "\n"


def data_texts() -> list[str]:
    """Names of regions and places of pads: sentences of the catalogue that no code holds."""
    found = {region.name for one in chips() for area in one.memory_maps for region in area.regions}
    for board in modules():
        for pad in board.pads:
            found.update(text for text in (pad.where, pad.note) if text)
    return sorted(found)
