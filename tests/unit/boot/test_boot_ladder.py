"""Which rate is tried next: down to the ground in few steps, and never the same failure twice."""

from __future__ import annotations

import pytest

from plugsmith.boot.ladder import Ladder

START = 115_200


def descent(ladder: Ladder, *, lost: bool) -> list[int]:
    rates = [ladder.entry()]
    while rates[-1] != START:
        ladder.failed(rates[-1], lost=lost)
        rates.append(ladder.entry())
    return rates


def test_a_new_adapter_begins_at_the_usual_rate_and_may_go_higher() -> None:
    ladder = Ladder()
    assert ladder.entry() == 921_600
    ladder.proved(921_600)
    assert ladder.above(921_600) == [2_000_000, 1_000_000]


def test_rates_at_which_the_chip_is_lost_cost_resets_so_the_third_try_is_the_ground() -> None:
    assert descent(Ladder(), lost=True) == [921_600, 460_800, START]


def test_rates_that_only_garble_are_stepped_through() -> None:
    assert descent(Ladder(), lost=False) == [921_600, 460_800, 230_400, START]


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("limit", [None, START, 230_400, 500_000, 921_600, 1_300_000, 3_000_000])
@pytest.mark.parametrize("good", [(), (START,), (2_000_000,), (460_800, 921_600), (1_234_567,)])
def test_it_always_ends_on_the_ground_and_tries_nothing_twice(lost, limit, good) -> None:
    ladder = Ladder(limit=limit, good=good)
    rates = descent(ladder, lost=lost)
    assert rates[-1] == START
    assert len(set(rates)) == len(rates) <= 6
    assert rates == sorted(rates, reverse=True) or good
    assert all(rate <= ladder.top for rate in rates)
    if len(rates) > 1:
        assert ladder.above(START) == []


def test_after_a_failure_the_session_does_not_climb() -> None:
    ladder = Ladder()
    ladder.failed(921_600, lost=True)
    ladder.proved(460_800)
    assert ladder.above(460_800) == []


def test_what_is_remembered_as_bad_is_not_tried_until_it_is_long_ago() -> None:
    known = {"good": (START,), "bad": (460_800, 921_600)}
    assert Ladder(**known).entry() == START
    assert Ladder(**known).above(START) == []
    again = Ladder(**known, trial=True)
    assert again.entry() == START
    assert again.above(START) == [230_400]


def test_a_port_whose_change_resets_the_chip_stays_on_the_ground() -> None:
    failed: list[int] = []
    ladder = Ladder(on_failed=failed.append)
    ladder.stay_down()
    assert ladder.entry() == START
    assert 921_600 in failed


def test_a_named_rate_is_tried_although_another_worked_before() -> None:
    assert Ladder(limit=2_000_000, good=(921_600,)).above(921_600) == [2_000_000]
