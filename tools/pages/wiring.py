"""Where to solder: a picture of every module that we can draw, and the modules that we cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import plugsmith
from plugsmith.api.session import Session
from plugsmith.chips.modules import module
from plugsmith.chips.outlines import outlines
from plugsmith.messages import speaking

if TYPE_CHECKING:
    from pathlib import Path

_TITLES = {"en": "Where to solder", "pl": "Gdzie lutować"}
_ABOUT = {
    "en": """Four wires, and a touch of CEN with GND for the reset. **Never while mains is near;
3.3 V only.** Black marks say where the adapter goes, blue ones where a programmer goes that works
[over SPI](spi.md); the face with the lowest pad is shown first.
The same picture for your terminal: `plugsmith doctor --module NAME`. A module that is missing here
may still be known: `plugsmith doctor` tells.
""",
    "pl": """Cztery przewody i dotknięcie CEN masą (GND) do resetu. **Nigdy przy napięciu sieciowym;
tylko 3,3 V.** Czarne znaki mówią, gdzie idzie adapter, niebieskie: gdzie programator
[przez SPI](spi.md). Ten sam rysunek w terminalu:
`plugsmith doctor --module NAME`. Moduł, którego tu nie ma, może być mimo to znany: powie o tym
`plugsmith doctor`.
""",
}


def modules() -> list[tuple[str, str]]:
    """Name and chip of each module that has an outline, sorted."""
    found = []
    for name in sorted(shape.name for shape in outlines()):
        known = module(name)
        found.append((name, known.chip if known and known.chip else ""))
    return found


def pictures(work: Path, language: str) -> dict[str, str]:
    """Name -> SVG, as `template export --to svg` draws it."""
    verb = plugsmith.verb("template export")
    made = {}
    for name, chip in modules():
        source = work / "template.json"
        facts = {"vendor": "", "name": name, "chip": chip or "BK7231N", "board": name, "pins": {}}
        source.write_text(json.dumps(facts), encoding="utf-8")
        target = work / "picture.svg"
        with speaking(language):
            kind: Any = verb.request_type
            verb.run(Session(), kind(device=str(source), to="svg", output=target))
        made[name] = target.read_text(encoding="utf-8")
        source.unlink()
        target.unlink()
    return made


def page(language: str) -> str:
    """The whole page."""
    parts = [f"# {_TITLES[language]}\n", _ABOUT[language]]
    for name, chip in modules():
        parts.append(f"## {name}{f': {chip}' if chip else ''}\n")
        parts.append(f"![{name}](modules/{name}.svg)\n")
    return "\n".join(parts)
