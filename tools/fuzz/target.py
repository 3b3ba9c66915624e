"""One reader of foreign bytes: how its inputs are made, and what takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`take` reads an input and says what came of it in a few words; it raises PlugsmithError or
    AssertionError (a broken promise of its own), and anything else is a finding.

    `make` gives a fresh valid input. `seal` puts sums right again after an input was broken, so
    that what lies behind them is reached; it is asked for half of the inputs.
    """

    name: str
    take: Callable[[bytes], str]
    make: Callable[[random.Random], bytes]
    seal: Callable[[bytes], bytes] | None = None
