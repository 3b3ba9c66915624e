"""Adapter memory: learns, forgets nothing it should keep, survives damage."""

from __future__ import annotations

import pytest

from plugsmith.library.adapters import AdapterFacts, AdapterMemory


def test_speeds_are_learnt_per_adapter(tmp_path):
    memory = AdapterMemory(tmp_path / "a" / "adapters.json")
    assert memory.facts("x") == AdapterFacts()
    memory.worked("x", 921600)
    memory.worked("x", 2000000)
    memory.failed("y", 2000000)
    again = AdapterMemory(tmp_path / "a" / "adapters.json")
    assert again.facts("x").good == (2000000, 921600)
    assert again.facts("y") == AdapterFacts(bad=(2000000,))


def test_a_speed_is_either_good_or_bad(tmp_path):
    memory = AdapterMemory(tmp_path / "adapters.json")
    memory.worked("x", 921600)
    memory.failed("x", 921600)
    assert memory.facts("x") == AdapterFacts(bad=(921600,))
    memory.worked("x", 921600)
    assert memory.facts("x") == AdapterFacts(good=(921600,))


def test_the_speed_in_use_is_kept_until_an_orderly_end(tmp_path):
    memory = AdapterMemory(tmp_path / "adapters.json")
    memory.in_use("x", 921600)
    assert AdapterMemory(tmp_path / "adapters.json").facts("x").in_use == 921600
    memory.in_use("x", None)
    assert memory.facts("x").in_use is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"x": 3}',
        b'{"x": {"good": ["fast"]}}',
        b'{"x": {"good": [-1]}}',
        b"\xff",
    ],
)
def test_a_damaged_memory_counts_as_empty(tmp_path, damage):
    path = tmp_path / "adapters.json"
    path.write_bytes(damage)
    memory = AdapterMemory(path)
    assert memory.facts("x") == AdapterFacts()
    memory.worked("x", 921600)
    assert memory.facts("x").good == (921600,)


def test_a_memory_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    memory = AdapterMemory(tmp_path / "file" / "adapters.json")
    memory.worked("x", 921600)
    assert memory.facts("x") == AdapterFacts()
