"""Random verbs on several boards of one library, cut anywhere: the invariants of model_run hold."""

from __future__ import annotations

from collections import Counter

import model_run
import pytest
from model_run import STEPS_A_RUN, Report, Step, play, shorten

from plugsmith.library.jobs import store

RUNS = 2  # 50 steps; CI runs 500 others, `make campaign-model` 20,000
FIRST = 10_000
SOON = FIRST + 4  # breaks in a few steps


BROKE_ONCE = (
    1_500_071,  # an erase met another board, on which the sector was blank already
    12,  # link checks of the next run went into the sector whose write had been cut
    2_000_094,  # a board that was put in held no firmware, so that an older backup secured it
    2_000_161,  # link checks went into a sector, and the verb itself was refused each time
    2_000_097,  # calibration and address of a half-written board were put on another one
    5_000_041,  # a verb was done, and killed, on a board that an older one had left half-written
    5_000_066,  # a board came in whose address the one before it was just being given
)


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", [*range(FIRST, FIRST + RUNS), *BROKE_ONCE])
def test_nothing_is_lost_whatever_is_done_and_wherever_it_is_cut(seed):
    report = play(seed, count=STEPS_A_RUN)
    if report.problem:
        report = shorten(report)
    assert not report.problem, "\n".join((*report.story, report.problem))
    assert sum(report.outcomes.values()) >= 3  # a run that does nothing proves nothing


def test_the_model_finds_a_write_whose_old_bytes_were_only_in_memory(monkeypatch):
    """What it is there for: without the intent on the disk a run breaks within a few seeds."""
    monkeypatch.setattr(store, "write_sectors", lambda *_args: None)
    assert any(play(seed).problem for seed in (SOON, *range(FIRST, FIRST + 20)))


def test_a_run_is_the_same_each_time():
    assert play(FIRST, count=6).story == play(FIRST, count=6).story


def test_a_failing_run_is_made_as_short_as_it_gets(monkeypatch):
    def fails_with_both(seed, steps):
        found = {step.seed for step in steps} >= {3, 8}
        return Report(seed, steps, Counter(), "Broken: it is" if found else "")

    monkeypatch.setattr(model_run, "play", fails_with_both)
    steps = [Step(kind="verb", seed=number) for number in range(12)]
    short = shorten(Report(1, steps, Counter(), "Broken: it is"))
    assert [step.seed for step in short.steps] == [3, 8]
