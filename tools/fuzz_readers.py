"""Feeds forged and broken inputs to every reader of foreign bytes; one table at the end.

    python tools/fuzz_readers.py [--seconds S | --count N] [--seed N] [--only NAME ...]
                                 [--keep DIR] [--learn DIR]

`--seconds` or `--count` is for all targets together. Each target runs in a process of its own. A
value or an error of ours is right; anything else, more than 2 s of processor time or more than
500 MiB is a finding: its input is written to DIR and the run ends with exit code 1. `--learn DIR`
begins without the kept seeds and writes the small inputs that each led to an outcome which none
before it had; `--learn tests/data/fuzz` makes the kept seeds anew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from fuzz.driver import Budget, run
from fuzz.file_targets import FILE_TARGETS
from fuzz.text_targets import TEXT_TARGETS
from fuzz.wire_targets import WIRE_TARGETS

TARGETS = (*FILE_TARGETS, *TEXT_TARGETS, *WIRE_TARGETS)
_TIME = {"dump": 5, "image": 2, "log texts": 2}  # shares, else 1
_COUNT = {  # shares in a thousand: fewer where one takes longer
    "dump": 10, "image": 20, "uf2": 60, "rbl": 200, "block": 20, "settings": 40,
    "template list": 100, "log texts": 10, "redactor": 20, "HTTP answers": 180, "SSDP": 180,
    "passports and journals": 90, "boot frames": 70,
}  # fmt: skip
_ROW = "{:<24} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9}"
_HEAD = ("target", "inputs", "a second", "worst s", "worst MiB", "typed", "outcomes", "findings")


def main() -> int:
    """Command line."""
    given = _arguments()
    chosen = [item for item in TARGETS if not given.only or item.name in given.only]
    if given.one:
        (target,) = (item for item in TARGETS if item.name == given.one)
        budget = Budget(count=given.count, seconds=given.seconds)
        tally = run(target, budget=budget, seed=given.seed, keep=given.keep, learn=given.learn)
        print(json.dumps(tally.as_dict()))
        return 0
    rows = []
    for item in chosen:
        rows.append(_one(item.name, given, _share(item.name, given, [x.name for x in chosen])))
        print(f"{item.name}: {rows[-1]['inputs']}", file=sys.stderr, flush=True)
    return _show(rows)


def _share(name: str, given: argparse.Namespace, names: list[str]) -> list[str]:
    """What one target gets of the inputs or of the time, as words of a command line."""
    if given.count:
        whole = sum(_COUNT[item] for item in names)
        return ["--count", str(-(-given.count * _COUNT[name] // whole))]
    whole = sum(_TIME.get(item, 1) for item in names)
    return ["--seconds", str((given.seconds or 60) * _TIME.get(name, 1) / whole)]


def _one(name: str, given: argparse.Namespace, share: list[str]) -> dict[str, float | str]:
    words = [sys.executable, __file__, "--one", name, "--seed", str(given.seed)]
    words += ["--keep", str(given.keep), *share]
    words += ["--learn", str(given.learn)] if given.learn else []
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode:
        dead: dict[str, float | str] = {"name": name, "inputs": 0, "seconds": 0.0, "worst_s": 0.0}
        print(f"{name}: its process ended with {done.returncode}", file=sys.stderr)
        return {**dead, "worst_mib": 0.0, "typed": 0, "outcomes": 0, "findings": 1}
    found: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _show(rows: list[dict[str, float | str]]) -> int:
    print(_ROW.format(*_HEAD))
    for row in rows:
        rate = float(row["inputs"]) / max(float(row["seconds"]), 0.001)
        print(
            _ROW.format(
                row["name"], row["inputs"], f"{rate:.0f}", f"{float(row['worst_s']):.2f}",
                f"{float(row['worst_mib']):.0f}", row["typed"], row["outcomes"], row["findings"],
            )
        )  # fmt: skip
    inputs, findings = (sum(int(row[key]) for row in rows) for key in ("inputs", "findings"))
    print(f"{inputs} inputs, {findings} findings")
    return 1 if findings else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, help="inputs for all targets together")
    parser.add_argument("--seconds", type=float, help="time for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--learn", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
