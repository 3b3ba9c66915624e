"""Module boards: which chip they carry, which pins they lead out, where to solder for flashing."""

from __future__ import annotations

from functools import cache

from plugsmith.chips.model import ModuleBoard, Pad, Support
from plugsmith.chips.tables import CatalogueDefect, FactTable, load, tables

FILE = "modules.toml"


def modules() -> tuple[ModuleBoard, ...]:
    """Every known module, by chip and name."""
    return tuple(_by_name().values())


def module(name: str) -> ModuleBoard | None:
    """The module called `name`; case, blanks, `-` and `_` do not matter."""
    return _by_name().get(_plain(name))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " -_")


@cache
def _by_name() -> dict[str, ModuleBoard]:
    document = load(FILE)
    layouts = {
        name: tuple(_pad(FactTable({}, place=f"{FILE} pads {name}"), tuple(row)) for row in rows)
        for name, rows in _layouts(document).items()
    }
    found: dict[str, ModuleBoard] = {}
    for table in tables(document, "module", file=FILE):
        board = _board(table, layouts)
        table.require(_plain(board.name) not in found, "the module occurs twice")
        found[_plain(board.name)] = board
    return found


def _layouts(document: dict[str, object]) -> dict[str, list[list[object]]]:
    layouts = document.get("pads", {})
    if not isinstance(layouts, dict):
        raise CatalogueDefect(f"{FILE}: pads must be a table")
    return layouts


def _board(table: FactTable, layouts: dict[str, tuple[Pad, ...]]) -> ModuleBoard:
    layout = table.optional("pads", str)
    table.require(layout is None or layout in layouts, f"no pads called {layout}")
    board = ModuleBoard(
        name=table.take("name", str),
        chip=table.take("chip", str),
        vendor=table.optional("vendor", str),
        gpios=table.numbers("gpios"),
        pwm=table.numbers("pwm"),
        adc=table.numbers("adc"),
        complete=bool(table.optional("complete", bool)),
        pads=layouts[layout] if layout else (),
        pads_evidence=table.optional("pads_evidence", str) or "",
        support=table.member("support", Support),
        evidence=table.texts("evidence"),
    )
    table.done()
    table.require(set(board.pwm) <= set(board.gpios), "a PWM pin is not led out")
    table.require(list(board.gpios) == sorted(set(board.gpios)), "pins are not in order")
    table.require(bool(board.evidence), "evidence is missing")
    table.require(bool(board.pads) == bool(board.pads_evidence), "pads need evidence")
    return board


def _pad(table: FactTable, row: tuple[object, ...]) -> Pad:
    match row:
        case (str(signal), int(number), str(where), *rest):
            return Pad(
                signal=signal,
                number=number or None,
                where=where,
                note=str(rest[0]) if rest else "",
            )
        case _:
            raise CatalogueDefect(f"{table.place}: not a pad: {row}")
