"""Chips that Plugsmith cannot free: who frees them, with which tool, on which wires."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from plugsmith.chips.tables import FactTable, load, tables
from plugsmith.records import frozen

FILE = "other_chips.toml"
FILE_GRADES = ("judged", "source", "memory")


@frozen
class OtherChip:
    """A chip and the way to free it; empty texts and None stand for what is not known.

    `backup` and `flash` are commands with PORT and IMAGE to fill in. `rx`, `tx` and `strap` are
    pins of the chip; `strap` lies at `level` (GND or 3.3 V) while the chip starts. `listed` counts
    entries in OpenBeken's device list. `file` says how well its files are known: `judged` (a
    sample of ours is accepted by others' programs), `source`, `memory` (chips-beyond.md 1), or not.
    """

    name: str
    also: tuple[str, ...]
    maker: str
    firmware: tuple[str, ...]
    tool: str
    install: str
    backup: str
    flash: str
    rx: str
    tx: str
    strap: str
    level: str
    listed: int
    file: str
    evidence: tuple[str, ...]


def other_chips() -> tuple[OtherChip, ...]:
    """Every such chip."""
    return tuple(dict.fromkeys(_by_name().values()))


def other_chip(name: str) -> OtherChip | None:
    """The chip called `name`, by its own or another of its names; None for none of these.

    Case, blanks, `-` and `_` do not matter. Of "A/B" (a module with one of several) it is
    what they have in common, under that name.
    """
    found = [_by_name().get(_plain(one)) for one in name.split("/")]
    known = [item for item in found if item is not None]
    if len(known) < len(found):
        return None
    first, *others = dict.fromkeys(known)
    for item in others:
        first = _common(first, item)
    return first


def _common(one: OtherChip, two: OtherChip) -> OtherChip:
    """What holds for both; wires only where all of them are the same."""
    wires = ("rx", "tx", "strap", "level")
    same = all(getattr(one, item) == getattr(two, item) for item in wires)
    tool = one.tool == two.tool
    return replace(
        one,
        name=f"{one.name}/{two.name}",
        also=(),
        maker=one.maker if one.maker == two.maker else "",
        firmware=tuple(item for item in one.firmware if item in two.firmware),
        tool=one.tool if tool else "",
        install=one.install if tool else "",
        backup=one.backup if one.backup == two.backup else "",
        flash=one.flash if one.flash == two.flash else "",
        **({} if same else dict.fromkeys(wires, "")),
        listed=one.listed + two.listed,
        file="",
        evidence=tuple(dict.fromkeys((*one.evidence, *two.evidence))),
    )


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " -_")


@cache
def _by_name() -> dict[str, OtherChip]:
    found: dict[str, OtherChip] = {}
    for table in tables(load(FILE), "chip", file=FILE):
        item = _chip(table)
        for name in (item.name, *item.also):
            table.require(_plain(name) not in found, f"{name} occurs twice")
            found[_plain(name)] = item
    return found


def _chip(table: FactTable) -> OtherChip:
    def text(name: str) -> str:
        return table.optional(name, str) or ""

    item = OtherChip(
        name=table.take("name", str),
        also=table.texts("also"),
        maker=text("maker"),
        firmware=table.texts("firmware"),
        tool=text("tool"),
        install=text("install"),
        backup=text("backup"),
        flash=text("flash"),
        rx=text("rx"),
        tx=text("tx"),
        strap=text("strap"),
        level=text("level"),
        listed=table.optional("listed", int) or 0,
        file=text("file"),
        evidence=table.texts("evidence"),
    )
    table.done()
    table.require(bool(item.evidence), "evidence is missing")
    table.require(item.file in {"", *FILE_GRADES}, f"{item.file} is no grade of a file")
    table.require(bool(item.strap) == bool(item.level), "a strap pin needs its level")
    table.require(not item.backup or bool(item.tool), "a command needs its tool")
    return item
