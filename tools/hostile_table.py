"""Every verb that takes a file on every hostile file: how long it works, and how it ends.

    python tools/hostile_table.py [--size 0x1000000] [--verbs V,..] [--files F|..] [--bound S]

Prints the cells that took more than the bound of processor time, and those that ended in anything
but a result or an error of ours. Ends with 1 if there was one.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from plugsmith.cli.app import main as plugsmith

sys.path[:0] = map(str, (Path(__file__).resolve().parent.parent / "tests" / "rigs").iterdir())


def main() -> int:
    """Run the table."""
    from hostile_files import HOSTILE  # type: ignore[import-not-found]  # noqa: PLC0415 - of tests/rigs
    from verbs_of_files import MORE_VERBS, VERBS  # type: ignore[import-not-found]  # noqa: PLC0415

    lines = VERBS | MORE_VERBS

    asked = argparse.ArgumentParser()
    asked.add_argument("--size", type=lambda text: int(text, 0), default=0x100_0000)
    asked.add_argument("--verbs", default=",".join(lines))
    asked.add_argument("--files", default="")
    asked.add_argument("--bound", type=float, default=5.0)  # seconds of processor time
    options = asked.parse_args()
    names = [name for name in HOSTILE if not options.files or name in options.files.split("|")]
    bad = cells = 0
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PLUGSMITH_HOME"] = f"{folder}/home"
        other = Path(folder) / "other"
        other.write_bytes(HOSTILE["key blocks, each another"](options.size))
        for name in names:
            path = Path(folder) / "hostile"
            path.write_bytes(HOSTILE[name](options.size))
            for verb in options.verbs.split(","):
                took, ended = cell(
                    lines[verb].format(file=path, other=other, out=Path(folder) / str(cells))
                )
                cells, slowest = cells + 1, max(slowest, took)
                if took > options.bound or not ended.startswith(("result", "error PS-")):
                    bad += 1
                    print(f"{name}: {verb}: {took:.1f} s, {ended}", flush=True)
    print(f"{cells} cells, {bad} not as they must be, slowest {slowest:.1f} s")
    return 1 if bad else 0


def cell(line: str) -> tuple[float, str]:
    """Seconds of processor time, and the last line of the verb in short."""
    said = io.StringIO()
    start = time.process_time()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            plugsmith([*line.split(), "--json"])
    except BaseException as fault:  # noqa: BLE001 - that is what is looked for
        return time.process_time() - start, f"raised {fault!r}"
    took = time.process_time() - start
    last = json.loads(said.getvalue().splitlines()[-1])
    return took, f"{last['type']} {last.get('code', '')}"


if __name__ == "__main__":
    sys.exit(main())
