"""The fuzz targets: each takes its own valid inputs, its kept seeds and a few broken ones."""

from __future__ import annotations

import random

import pytest

from fuzz.driver import Budget, kept_seeds, outcome_of, run
from fuzz.target import Target
from fuzz_readers import TARGETS

NAMES = {
    "dump", "image", "uf2", "rbl", "block", "settings", "template list", "HTTP answers", "SSDP",
    "passports and journals", "boot frames", "log texts", "redactor",
}  # fmt: skip


def test_every_reader_has_its_target():
    assert {item.name for item in TARGETS} == NAMES
    assert all(kept_seeds(item.name) for item in TARGETS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda item: item.name)
def test_a_valid_input_is_read(target):
    """Otherwise the target would only ever show that rubbish is refused."""
    rng = random.Random(7)
    assert any(not outcome_of(target, target.make(rng))[1] for _ in range(40))


@pytest.mark.parametrize("target", TARGETS, ids=lambda item: item.name)
def test_kept_and_broken_inputs_give_a_value_or_an_error_of_ours(target, tmp_path, capsys):
    seeds = len(kept_seeds(target.name))
    count = seeds + (12 if target.name == "dump" else 60)
    tally = run(target, budget=Budget(count=count), seed=3, keep=tmp_path, learn=None)
    assert (tally.findings, tally.inputs) == (0, count), capsys.readouterr().err


def test_a_fault_is_found_and_its_input_kept(tmp_path):
    def take(data: bytes) -> str:
        return str(data[5])  # too short: IndexError

    target = Target(name="broken", take=take, make=lambda rng: rng.randbytes(20))
    tally = run(target, budget=Budget(count=300), seed=1, keep=tmp_path, learn=None)
    assert tally.findings
    kept = sorted(tmp_path.glob("broken-*.bin"))
    assert len(kept) == tally.findings
    assert all(len(path.read_bytes()) <= 5 for path in kept)
