"""How much of a long table is run: PLUGSMITH_CAMPAIGN is `all`, or a number per table or case."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

_WORD = os.environ.get("PLUGSMITH_CAMPAIGN", "")
WHOLE = _WORD == "all"
#: None: the whole of it
COUNT = int(_WORD) if _WORD.isdigit() else None if WHOLE else 0
#: whether a campaign runs: tables that `make test` samples are tried whole
CAMPAIGN = WHOLE or bool(COUNT)


def spread(total: int, *, usual: list[int]) -> list[int]:
    """Numbers from 1 to `total`: all, so many evenly spread, or the usual few of `make test`."""
    if WHOLE:
        return list(range(1, total + 1))
    if not COUNT:
        return sorted(set(usual) & set(range(1, total + 1)))
    return sorted({1 + at * (total - 1) // max(1, COUNT - 1) for at in range(COUNT)})


def sampled(cases: list[Any], usual: int, *, seed: int = 1) -> list[Any]:
    """All cases for `parametrize`: `usual` of them, always the same, are for `make test`.

    The others are marked `whole`: `make test-whole` runs them, and CI runs that too.
    """
    if CAMPAIGN:
        return cases
    drawn = set(random.Random(seed).sample(range(len(cases)), min(usual, len(cases))))
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=() if at in drawn else pytest.mark.whole,
        )
        for at, case in enumerate(cases)
    ]
