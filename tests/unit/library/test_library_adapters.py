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
    assert again.facts("y").bad == (2000000,)


def test_a_speed_is_either_good_or_bad(tmp_path):
    memory = AdapterMemory(tmp_path / "adapters.json")
    memory.worked("x", 921600)
    memory.failed("x", 921600)
    assert (memory.facts("x").good, memory.facts("x").bad) == ((), (921600,))
    memory.worked("x", 921600)
    assert (memory.facts("x").good, memory.facts("x").bad) == ((921600,), ())


def test_after_some_good_sessions_a_failed_speed_may_be_tried_again_and_later_each_time(tmp_path):
    memory = AdapterMemory(tmp_path / "adapters.json")
    waits = []
    for _failure in range(3):
        memory.failed("x", 921600)
        memory.failed("x", 1000000)  # of the same session: counts once
        sessions = 0
        while not AdapterMemory(tmp_path / "adapters.json").facts("x").trial_due:
            memory.worked("x", 460800)
            sessions += 1
        waits.append(sessions)
    assert waits == [4, 8, 16]


def test_the_length_of_writes_that_arrive_is_remembered(tmp_path):
    memory = AdapterMemory(tmp_path / "adapters.json")
    memory.carries("x", 128, whole=False)
    facts = AdapterMemory(tmp_path / "adapters.json").facts("x")
    assert (facts.piece, facts.split, facts.trial_due) == (128, True, False)
    memory.carries("x", 4108, whole=True)
    assert (memory.facts("x").piece, memory.facts("x").split) == (4108, False)


def test_a_memory_of_an_earlier_version_is_understood(tmp_path):
    path = tmp_path / "adapters.json"
    path.write_text('{"x": {"good": [921600], "bad": [], "in_use": null}}')
    assert AdapterMemory(path).facts("x") == AdapterFacts(good=(921600,))


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
