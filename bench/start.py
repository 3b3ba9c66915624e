"""Start-up: CPU time of whole processes, with the bare interpreter beside them as a measure.

Budgets on a quiet machine: `--help` 0.12 s, a verb's help 0.15 s, `dump config FILE` 0.30 s. What
is imported is held by tests/arch/test_arch_startup.py, which no busy machine can disturb.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from plugsmith.forge.flash import forge_flash
from plugsmith.tuya.user_param import format_pin_text

RUNS = 7
TEXT = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 11, "bt1_lv": 0})


def cpu_s(command: list[str]) -> float:
    """The median CPU time of a process, in seconds."""
    spent = []
    for _run in range(RUNS):
        before = os.times()
        subprocess.run(command, capture_output=True, check=False)
        after = os.times()
        spent.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    return statistics.median(spent)


def main(*, full: bool = False) -> bool:
    """Print the table; True if the budgets hold."""
    del full
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "plug.bin"
        dump.write_bytes(forge_flash(pin_text=TEXT, chip="BK7231T"))
        plugsmith = [sys.executable, "-m", "plugsmith"]
        bare = cpu_s([sys.executable, "-c", "pass"])
        print(f"{'python':20} {bare:.3f} s")
        held = True
        for title, words, budget in (
            ("--help", ["--help"], 0.12),
            ("backup --help", ["backup", "--help"], 0.15),
            ("dump config FILE", ["dump", "config", str(dump)], 0.30),
        ):
            spent = cpu_s([*plugsmith, *words])
            held = held and spent <= budget
            verdict = "ok" if spent <= budget else "OVER"
            print(
                f"{title:20} {spent:.3f} s, {spent / bare:.1f} times the bare interpreter, "
                f"budget {budget:.2f}: {verdict}"
            )
    return held


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
