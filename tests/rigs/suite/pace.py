"""Budgets of processor time that mean the same on a slow and on a busy machine.

Processor time grows with the load too (shared caches, two threads on a core): a limit in seconds
that holds on a quiet machine fails on a busy one. So the same loop is timed before and after, and
the limit grows as that loop does.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TURNS = 400_000
_QUIET_S = 0.02  # what the loop takes on the machine that the budgets were made for


def slowness() -> float:
    """How many times slower than that machine this one is just now; at least 1."""
    began, mixed = time.process_time(), 0
    for turn in range(_TURNS):
        mixed ^= turn
    return max(1.0, (time.process_time() - began) / _QUIET_S)


@contextmanager
def within_cpu(seconds: float) -> Iterator[None]:
    """The block takes at most `seconds` of this process' time, as the quiet machine counts them."""
    before, began = slowness(), time.process_time()
    yield
    spent = time.process_time() - began
    allowed = seconds * max(before, slowness())
    assert spent <= allowed, f"{spent:.1f} s of processor time, {allowed:.1f} allowed"
