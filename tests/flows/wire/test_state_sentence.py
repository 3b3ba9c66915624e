"""What is said of a device whose write was stopped: no more than is true."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plugsmith.chips.catalog import chip
from plugsmith.flows.write.execute import Execution, state_sentence


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ([0x1F_0000], "application is left to write; 1 sector elsewhere is"),
        ([0x1E_0000, 0x1F_0000], "2 sectors elsewhere are"),
        ([0x11_8000, 0x1F_0000], "may not start: 2 sectors"),
        ([0x1_1000, 0x1F_0000], "does not start now: 2 sectors"),
    ],
)
def test_what_a_stopped_write_leaves_is_said_as_it_is(left, words):
    plan = SimpleNamespace(chip=chip("BK7231T"), changed_sectors=left)
    run = Execution(plan, survey=None)
    run.begun = True
    assert words in state_sentence(run)
