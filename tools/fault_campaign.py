"""The fault campaign of tests/rigs at any length: `python tools/fault_campaign.py N [first seed]`.

Prints how often each outcome came, and every seed at which a promise broke; exit 1 if one did.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "rigs"))


def main(count: int, first: int) -> int:
    """Run `count` seeds from `first` on all processors."""
    from campaign import (  # type: ignore[import-not-found]  # noqa: PLC0415 - of tests/rigs
        Case,
        run_seed,
    )

    began_s = time.monotonic()
    outcomes: Counter[str] = Counter()
    broken: list[int] = []
    with Pool() as pool:
        for seed, outcome, trace in pool.imap_unordered(run_seed, range(first, first + count), 8):
            outcomes[outcome] += 1
            if trace:
                broken.append(seed)
                print(f"seed {seed}: {Case(seed)} {Case(seed).faults}\n{trace}", flush=True)
    for outcome, number in outcomes.most_common():
        print(f"{number:7} {outcome}")
    seconds = time.monotonic() - began_s
    print(f"{count} cases in {seconds:.0f} s; broken: {sorted(broken) or 'none'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
