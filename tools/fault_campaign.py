"""The fault campaign of tests/rigs at any length: `python tools/fault_campaign.py N [first seed]`.

Prints how often each outcome came, and every seed at which a promise broke; exit 1 if one did.
Stopped by Ctrl-C or SIGTERM it prints what it has counted until then; exit 130.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from multiprocessing import Pool
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

sys.path[:0] = map(str, (Path(__file__).resolve().parent.parent / "tests" / "rigs").iterdir())


def _stopped(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _only_the_parent_is_asked() -> None:
    """In a worker: Ctrl-C is the parent's, and the parent ends workers by SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def main(count: int, first: int) -> int:
    """Run `count` seeds from `first` on all processors."""
    from campaign import (  # type: ignore[import-not-found]  # noqa: PLC0415 - of tests/rigs
        Case,
        run_seed,
    )

    began_s = time.monotonic()
    outcomes: Counter[str] = Counter()
    broken: list[int] = []
    stopped = False
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stopped)
    with Pool(initializer=_only_the_parent_is_asked) as pool:
        try:
            seeds = range(first, first + count)
            for seed, outcome, trace in pool.imap_unordered(run_seed, seeds):
                outcomes[outcome] += 1
                if trace:
                    broken.append(seed)
                    print(f"seed {seed}: {Case(seed)} {Case(seed).faults}\n{trace}", flush=True)
        except KeyboardInterrupt:
            stopped = True
    for outcome, times in outcomes.most_common():
        print(f"{times:7} {outcome}")
    seconds = time.monotonic() - began_s
    done = f"{outcomes.total()} of {count} cases" if stopped else f"{count} cases"
    print(f"{done} in {seconds:.0f} s; broken: {sorted(broken) or 'none'}")
    return 1 if broken else 130 if stopped else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
