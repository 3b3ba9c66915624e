"""Where a module's pads lie: for pictures, and to tell which modules fit the same footprint."""

from __future__ import annotations

import re
from functools import cache

from plugsmith.chips.modules import module
from plugsmith.chips.tables import CatalogueDefect, FactTable, load, tables
from plugsmith.records import frozen

FILE = "outlines.toml"
_PAD = re.compile(r"([0-9]{1,2}|[A-Z0-9]{1,4})=(P[0-9]{1,2}|GND|3V3|CEN|ANT|NC)")
_ROWS = ("left", "bottom", "right", "odd", "even", "points")


@frozen
class EdgePad:
    """One pad: its printed number or name, and P<gpio>, GND, 3V3, CEN, ANT or NC."""

    label: str
    signal: str

    @property
    def gpio(self) -> int | None:
        """The pin's number, None for power and control pads."""
        return int(self.signal[1:]) if re.fullmatch(r"P[0-9]+", self.signal) else None


@frozen
class Outline:
    """A module's shape and pads. `rows`: name of the edge or face, pads as the data file orders."""

    name: str
    shape: str
    width_mm: float
    height_mm: float
    rows: tuple[tuple[str, tuple[EdgePad, ...]], ...]
    evidence: str

    def row(self, name: str) -> tuple[EdgePad, ...]:
        """The pads of an edge, a face or the test points; empty where there are none."""
        return dict(self.rows).get(name, ())

    def by_label(self) -> dict[str, EdgePad]:
        """The numbered pads by their number."""
        return {pad.label: pad for _, pads in self.rows for pad in pads if pad.label.isdigit()}

    def gpios(self) -> frozenset[int]:
        """Every pin that some pad leads out."""
        return frozenset(pad.gpio for _, pads in self.rows for pad in pads if pad.gpio is not None)


def outline(name: str) -> Outline | None:
    """The outline of the module called `name`; None where nobody wrote it down."""
    board = module(name)
    clean = board.name if board else name.strip().upper()
    return _by_name().get(clean) or _by_name().get(clean.removesuffix("-IPEX"))


def outlines() -> tuple[Outline, ...]:
    """Every outline, by module name."""
    return tuple(_by_name()[name] for name in sorted(_by_name()))


@cache
def pad_translation(first: str, second: str) -> dict[int, int] | None:
    """Pins of module `first` -> pins at the same pads of `second`; None for other footprints."""
    here, there = outline(first), outline(second)
    if here is None or there is None or here.shape != there.shape:
        return None
    pads = there.by_label()
    found: dict[int, int] = {}
    for label, pad in here.by_label().items():
        other = pads.get(label)
        if pad.gpio is not None and other is not None and other.gpio is not None:
            found.setdefault(pad.gpio, other.gpio)
    return found


def pin_compatible(first: str, second: str) -> bool:
    """Whether both fit the same footprint and lead the same pins to the same pads."""
    pins = pad_translation(first, second)
    return pins is not None and all(here == there for here, there in pins.items())


@cache
def _by_name() -> dict[str, Outline]:
    document = load(FILE)
    shapes = document.get("shapes")
    if not isinstance(shapes, dict):
        raise CatalogueDefect(f"{FILE}: shapes must be a table")
    found: dict[str, Outline] = {}
    for table in tables(document, "outline", file=FILE):
        for item in _outlines(table, shapes):
            table.require(item.name not in found, "the module occurs twice")
            found[item.name] = item
    return found


def _outlines(table: FactTable, shapes: dict[str, dict[str, object]]) -> list[Outline]:
    shape = table.take("shape", str)
    table.require(shape in shapes, f"no shape called {shape}")
    size = FactTable(shapes[shape], place=f"{FILE} shapes {shape}")
    width, height = size.take("width_mm", float), size.take("height_mm", float)
    names = table.texts("modules")
    rows = tuple((row, _pads(table, table.texts(row))) for row in _ROWS)
    evidence = table.take("evidence", str)
    table.done()
    return [
        Outline(
            name=name,
            shape=shape,
            width_mm=width,
            height_mm=height,
            rows=tuple((row, pads) for row, pads in rows if pads),
            evidence=evidence,
        )
        for name in names
    ]


def _pads(table: FactTable, texts: tuple[str, ...]) -> tuple[EdgePad, ...]:
    found: list[EdgePad] = []
    for text in texts:
        match = _PAD.fullmatch(text)
        table.require(match is not None, f"not a pad: {text}")
        label, _, signal = text.partition("=")
        found.append(EdgePad(label=label, signal=signal))
    return tuple(found)
