"""Records as JSON data: names, what is left out, what is spread, and what no record may hold."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

import pytest

from plugsmith.records import Record, named, record, sparse, spread


class Colour(StrEnum):
    RED = "red"


@record
class Inner(Record):
    size: int


@record
class Outer(Record):
    kind: str = named("class")
    file: Path
    colour: Colour
    parts: tuple[Inner, ...]
    note: str | None = sparse()
    hint: str | None = None
    facts: dict[str, int] = spread()


def outer(**more) -> Outer:
    values = {"note": None, "facts": {}, "parts": (Inner(size=1),)}
    return Outer(kind="a", file=Path("x/y"), colour=Colour.RED, **(values | more))


def test_fields_keep_their_order_and_take_their_json_names():
    assert json.dumps(outer().as_data()) == (
        '{"class": "a", "file": "x/y", "colour": "red", "parts": [{"size": 1}], "hint": null}'
    )


def test_sparse_fields_appear_with_a_value_and_spread_entries_stand_in_the_object():
    data = outer(note="n", facts={"depth": 2}).as_data()
    assert list(data) == ["class", "file", "colour", "parts", "note", "hint", "depth"]


def test_what_is_no_json_is_a_defect():
    with pytest.raises(TypeError, match="bytes"):
        outer(parts=(b"raw",)).as_data()


def test_records_cannot_be_changed():
    with pytest.raises(AttributeError):
        outer().kind = "b"
