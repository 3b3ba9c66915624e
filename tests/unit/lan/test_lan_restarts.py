"""A restart is told from the seconds that a device counts, at any pace, and never imagined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugsmith.lan.restarts import UptimeWatch

PACES = st.floats(1.0, 300.0)
GAPS = st.lists(st.floats(0.02, 2.0), min_size=1, max_size=12)
DELAYS = st.floats(0.0, 0.5)


def answers(pace, gaps, delay, *, up, restart_after=None):
    """Whether any answer counts as a later start; the value is sampled within the delay."""
    now, watch, seen = 0.0, UptimeWatch(0.0 + delay, int(up)), False
    for gap in gaps:
        now += gap + delay
        device_s = pace * now
        alive = up + device_s if restart_after is None else device_s - restart_after
        if alive < 0:
            continue
        seen = watch.restarted(now, now + delay, int(alive)) or seen
    return seen


@given(PACES, GAPS, DELAYS, st.floats(0, 1e6))
def test_a_device_that_did_not_restart_is_never_taken_for_one(pace, gaps, delay, up):
    assert not answers(pace, gaps, delay, up=up)


@given(PACES, st.floats(20, 1e6))
def test_a_restart_is_seen_within_a_few_looks(pace, up):
    gaps = [1.0] * 12
    assert answers(pace, gaps, 0.01, up=up, restart_after=5.0)
