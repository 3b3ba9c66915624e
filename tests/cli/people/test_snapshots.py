"""What people see of common runs is what somebody has read: tests/data/snapshots."""

from __future__ import annotations

import pytest
from snapshots import FOLDER, RUNS, take


@pytest.fixture(scope="module")
def taken():
    return take()


@pytest.mark.sample(7)
@pytest.mark.parametrize("name", RUNS)
def test_a_run_looks_as_it_was_read(name, taken, monkeypatch):
    kept = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert taken[name] == kept, "read the difference, then run tools/take_snapshots.py"
