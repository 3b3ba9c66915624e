"""A finger pauses, a line that pulses does not."""

from __future__ import annotations

import random

import pytest

from plugsmith.lan.pin_doctor import _activity

SAMPLES = 36  # ten seconds


@pytest.mark.parametrize("presses", range(1, 13))
@pytest.mark.parametrize("first", [0, 3, 10])
def test_presses_in_a_row_are_a_button_however_quick(presses, first):
    row = [1] * first + [0, 1] * presses
    row = (row + [1] * SAMPLES)[:SAMPLES]
    found = _activity(row)
    assert found.pressed
    assert not found.pulsing


@pytest.mark.parametrize("period", [2, 3, 4])
def test_a_line_that_changes_all_the_time_is_no_button(period):
    row = [at % period // (period // 2) & 1 for at in range(SAMPLES)]
    assert _activity(row).pulsing


def test_most_lines_of_chance_are_no_button():
    chance = random.Random(7)
    rows = [[chance.getrandbits(1) for _sample in range(SAMPLES)] for _row in range(400)]
    assert sum(_activity(row).pulsing for row in rows) > 360
