"""8 seeded fault plans over backup, flash and restore on T and N; CI runs 200: make campaign."""

from __future__ import annotations

import pytest
from campaign import Case, run_seed

CASES = 8
BATCH = 2


@pytest.mark.parametrize("first", range(0, CASES, BATCH))
def test_faults_never_corrupt_in_silence_and_never_last(first):
    broken = {}
    for seed in range(first, first + BATCH):
        _seed, _outcome, trace = run_seed(seed)
        if trace:
            broken[seed] = f"{Case(seed)} {Case(seed).faults}\n{trace}"
    assert not broken, "\n".join(broken.values())
