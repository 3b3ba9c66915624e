"""Reading the packaged TOML tables strictly: a field that is unknown or wrong is our defect."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

_DATA = Path(__file__).parent / "data"
_QUICK = "parsed.json"  # generated: `make generated`

T = TypeVar("T")
E = TypeVar("E", bound="StrEnum")


class CatalogueDefect(ValueError):
    """The packaged data is wrong; only a developer can see this."""


class FactTable:
    """One TOML table; every field is taken exactly once, `done` complains about the rest."""

    def __init__(self, fields: Mapping[str, object], *, place: str) -> None:
        self._fields = dict(fields)
        self.place = place

    def take(self, name: str, kind: type[T]) -> T:
        """The field `name`, which must be there."""
        value = self._fields.pop(name, None)
        if not isinstance(value, kind):
            raise CatalogueDefect(f"{self.place}: {name} must be a {kind.__name__}")
        return value

    def optional(self, name: str, kind: type[T]) -> T | None:
        """The field `name`, or None where it is left out."""
        return self.take(name, kind) if name in self._fields else None

    def member(self, name: str, enum: type[E]) -> E:
        """The field `name` as a member of `enum`."""
        return self.check(enum, self.take(name, str))

    def check(self, enum: type[E], value: str) -> E:
        """`value` as a member of `enum`."""
        try:
            return enum(value)
        except ValueError as wrong:
            raise CatalogueDefect(f"{self.place}: {wrong}") from wrong

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where it is left out."""
        return self._items(name, str)

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of numbers; empty where it is left out."""
        return self._items(name, int)

    def rows(self, name: str) -> tuple[tuple[object, ...], ...]:
        """A list of lists; empty where it is left out."""
        return tuple(tuple(row) for row in self._items(name, list))

    def hex(self, name: str) -> bytes | None:
        """A text of hex bytes as bytes, or None where it is left out."""
        text = self.optional(name, str)
        return None if text is None else self.unhex(text)

    def unhex(self, text: str) -> bytes:
        """The bytes of a hex text."""
        try:
            return bytes.fromhex(text)
        except ValueError as wrong:
            raise CatalogueDefect(f"{self.place}: {text!r} is not hex") from wrong

    def done(self) -> None:
        """Complain about fields that nobody took."""
        if self._fields:
            raise CatalogueDefect(f"{self.place}: unknown fields {sorted(self._fields)}")

    def require(self, fact: bool, problem: str) -> None:  # noqa: FBT001 - reads like assert
        """Complain unless `fact` holds."""
        if not fact:
            raise CatalogueDefect(f"{self.place}: {problem}")

    def _items(self, name: str, kind: type[T]) -> tuple[T, ...]:
        items = self._fields.pop(name, [])
        if not isinstance(items, list) or not all(isinstance(item, kind) for item in items):
            raise CatalogueDefect(f"{self.place}: {name} must be a list of {kind.__name__}")
        return tuple(items)


def load(name: str) -> dict[str, object]:
    """The parsed packaged table file `name`: the copy that is quick to read, if it is of this text.

    Parsing TOML costs a command more than recovering the pins; people edit the TOML alone.
    """
    text = (_DATA / name).read_text(encoding="utf-8")
    copy = _quick_copies().get(name, {})
    if copy.get("crc32") == crc32(text.encode()):
        return dict(copy["tables"])
    return parse(text)


def parse(text: str) -> dict[str, object]:
    """The tables of a TOML text."""
    import tomllib  # noqa: PLC0415 - a run that needs no chip facts does not pay for the parser

    return tomllib.loads(text)


def quick_copies() -> str:
    """The text of `data/parsed.json`, as it should be for the TOML files beside it."""
    copies = {}
    for path in sorted(_DATA.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        copies[path.name] = {"crc32": crc32(text.encode()), "tables": parse(text)}
    return json.dumps(copies, separators=(",", ":")) + "\n"


@cache
def _quick_copies() -> dict[str, Any]:
    try:
        found: object = json.loads((_DATA / _QUICK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def tables(document: Mapping[str, object], name: str, *, file: str) -> list[FactTable]:
    """The array of tables `name`, each with a place for messages."""
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise CatalogueDefect(f"{file}: {name} must be an array of tables")
    return [
        FactTable(item, place=f"{file} {name} {item.get('name') or item.get('id') or number}")
        for number, item in enumerate(found)
    ]
