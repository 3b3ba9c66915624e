"""The model-based test of tests/rigs at any length: `tools/model_campaign.py STEPS [first seed]`.

Prints how often each outcome came, and every failing run made as short as it gets; exit 1 if one
did.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import suppress
from multiprocessing import Pool
from pathlib import Path

sys.path[:0] = map(str, (Path(__file__).resolve().parent.parent / "tests" / "rigs").iterdir())


def main(steps: int, first: int) -> int:
    """Run `steps` steps in runs of some each, from seed `first` on."""
    from model_run import (  # type: ignore[import-not-found]  # noqa: PLC0415 - of tests/rigs
        STEPS_A_RUN,
        play,
        shorten,
    )

    began_s = time.monotonic()
    outcomes: Counter[str] = Counter()
    broken: list[int] = []
    done = 0
    with (
        suppress(KeyboardInterrupt),  # what was done by then counts
        Pool(int(os.environ.get("JOBS", "0")) or None) as pool,
    ):
        for report in pool.imap_unordered(play, range(first, first + max(1, steps // STEPS_A_RUN))):
            done += 1
            outcomes.update(report.outcomes)
            if report.problem:
                broken.append(report.seed)
                short = shorten(report)
                story = "\n".join(f"  {line}" for line in short.story)
                print(f"seed {report.seed}:\n{story}\n{short.problem}", flush=True)
    for outcome, number in sorted(outcomes.items()):
        print(f"{number:7} {outcome}")
    seconds = time.monotonic() - began_s
    print(f"{done * STEPS_A_RUN} steps in {seconds:.0f} s; broken: {sorted(broken) or 'none'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
