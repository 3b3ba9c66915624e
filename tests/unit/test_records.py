"""Records as JSON data: names, what is left out, what is spread, and what no record may hold."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import FrozenInstanceError, field, replace
from enum import StrEnum
from pathlib import Path

import pytest

from plugsmith.records import Record, frozen, named, record, sparse, spread


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


@frozen
class Small:
    size: int
    names: list[str] = field(default_factory=list)
    secret: str = field(default="x", repr=False)


@frozen
class Wider(Small):
    note: str = "none"

    def __post_init__(self) -> None:
        if self.note == "bad":
            raise ValueError(self.note)


@pytest.mark.parametrize("kind", [Small, Wider])
def test_frozen_objects_are_dataclasses_in_all_that_people_see(kind):
    one = kind(size=1)
    assert one == kind(size=1) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one))
    assert one != kind(size=2)
    assert one != object()
    assert one.names is not kind(size=1).names
    assert repr(one).startswith(f"{kind.__name__}(size=1, names=[]")
    assert "secret" not in repr(one)
    assert replace(one, size=3) == kind(size=3)
    assert not hasattr(one, "__dict__")
    for change in (lambda: setattr(one, "size", 2), lambda: delattr(one, "size")):
        with pytest.raises(FrozenInstanceError):
            change()


@pytest.mark.parametrize("kind", [Small, Wider, Inner])
def test_many_objects_are_made_as_the_first_are(kind):
    made = [kind(size=number) for number in range(30)]
    assert [item.size for item in made] == [*range(30)]
    assert made[0] == kind(size=0)
    if kind is not Inner:
        assert made[29].names == []
        assert made[28].names is not made[29].names
    for values in ({}, {"size": 1, "colour": 2}):
        with pytest.raises(TypeError):
            kind(**values)
    with pytest.raises(FrozenInstanceError):
        made[29].size = 3
    if kind is Wider:
        with pytest.raises(ValueError, match="bad"):
            kind(size=1, note="bad")


def test_a_record_without_fields_is_one_too():
    @record
    class Nothing(Record):
        pass

    made = [Nothing() for _time in range(20)]
    assert len({*made}) == 1
    assert repr(made[0]).endswith("Nothing()")
    with pytest.raises(TypeError):
        Nothing(size=1)


@pytest.mark.parametrize("values", [{}, {"size": 1, "colour": 2}])
def test_missing_and_unknown_fields_are_defects(values):
    with pytest.raises(TypeError):
        Small(**values)
    with pytest.raises(TypeError):
        Inner(**values)


def test_frozen_objects_run_their_own_check_and_are_keys():
    with pytest.raises(ValueError, match="bad"):
        Wider(size=1, note="bad")
    assert len({Inner(size=1), Inner(size=1), Inner(size=2)}) == 2
