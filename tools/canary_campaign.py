"""The whole canary matrix: every spelling in every place of six kinds of dump, with and without
`--strict`, judged by a scanner that shares no code with the sanitizer.

    python tools/canary_campaign.py [STEP [KIND ...]]

STEP 1 (the default) is the whole matrix, about fifteen minutes of one core; 10 a tenth of it. Each
kind can be run by itself beside the others.
"""

from __future__ import annotations

import sys
from pathlib import Path

from plugsmith.errors import PlugsmithError

sys.path[:0] = map(str, (Path(__file__).resolve().parent.parent / "tests" / "rigs").iterdir())


def main(step: int, chosen: list[str]) -> int:
    """Print every failure and a line for each kind; exit code 1 if anything failed."""
    from canary_matrix import (  # type: ignore[import-not-found]  # noqa: PLC0415 - of tests/rigs
        KINDS,
        SPELLINGS,
        cells_of,
    )
    from canary_run import failures  # type: ignore[import-not-found]  # noqa: PLC0415

    bad = 0
    for kind in chosen or KINDS:
        cells = 0
        for turn in range(0, len(SPELLINGS), step):
            planted = cells_of(kind, turn)
            cells += len(planted)
            try:
                wrong = failures(kind, planted)
            except PlugsmithError as refused:
                wrong = [f"{kind}, turn {turn}: {refused}"]
            bad += len(wrong)
            for line in wrong:
                print(line, flush=True)
        print(f"{kind}: {cells} cells", flush=True)
    print(f"{bad} failures")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, sys.argv[2:]))
