"""Mutation testing of modules that keep promises: `tools/mutants.py SAMPLE [SEED] [MODULE ...]`.

SAMPLE places are drawn from each module, one change each (a comparison, a number, a condition, a
statement left out). Everything is imported once; a change is judged in a forked process by the
tests that run its line, the nearest first. Prints killed and survived per module; exit 1 if a
module is below 85 % or all are below 92 %. Survivors that change nothing that can be seen stand
with a reason in docs/search.md, and are not counted.
"""

from __future__ import annotations

import ast
import os
import random
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mutant_children import Children
from mutant_judge import Judge
from mutant_kinds import Mutant, mutants
from mutant_lines import Record

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "plugsmith"
LINES = ROOT / "build" / "mutant-lines.json"
EXPLAINED = ROOT / "docs" / "search.md"
WANTED, WANTED_WHOLE = 85.0, 92.0

MODULES = (
    "library/device_key.py",
    "library/backups/store.py",
    "library/undo.py",
    "flows/write/checks/preflight.py",
    "flows/write/checks/device_checks.py",
    "flows/write/checks/image_checks.py",
    "flows/write/target_image.py",
    "flows/write/plan.py",
    "flows/write/execute.py",
    "flows/write/collateral.py",
    "flows/write/proven.py",
    "boot/writing.py",
    "boot/reading.py",
    "boot/speed.py",
    "tuya/user_param.py",
    "dump/survey/damage.py",
    "dump/survey/standing.py",
    "dump/survey/store_places.py",
    "dump/survey/secret_scan.py",
    "dump/health.py",
    "dump/sanitize/proof.py",
    "dump/recovery/verdict.py",
    "dump/recovery/ranking.py",
    "interpret/vendor/lights.py",
    "interpret/vendor/buttons.py",
    "flows/settings/desired_settings.py",
    "lan/change.py",
    "lan/change_steps.py",
    "secrets.py",
)
_WIRE = "tests/flows/wire/test_"
TESTS = (
    *(f"tests/unit/{name}" for name in ("library", "flows", "boot", "tuya", "dump", "image")),
    *(f"tests/unit/{name}" for name in ("interpret", "openbeken", "lan", "api")),
    "tests/unit/test_secrets.py",
    "tests/unit/test_known_secrets.py",
    *(f"{_WIRE}{name}.py" for name in ("promises", "nothing_lost", "reach", "same_device")),
    *(f"{_WIRE}{name}.py" for name in ("console", "state_sentence")),
    *(f"{_WIRE}flows_{name}.py" for name in ("flash", "raw", "restore", "backup")),
    "tests/flows/device/test_device_apply.py",
    "tests/flows/device/test_device_groups.py",
    "tests/flows/device/test_device_quirks.py",
    "tests/flows/device/test_obkconfig_flows.py",
    "tests/flows/device/test_prepared_image.py",
    "tests/flows/test_backups_shelf.py",
    "tests/property/test_tuya_round_trip.py",
    "tests/property/test_library_formats.py",
    "tests/property/test_moved_sectors.py",
    "tests/property/test_obkconfig_round_trip.py",
)


def explained() -> frozenset[str]:
    """The survivors that docs/search.md lists with a reason, as `survivor` words them."""
    if not EXPLAINED.is_file():
        return frozenset()
    return frozenset(
        re.findall(r"^- `(.+?)`: ", EXPLAINED.read_text(encoding="utf-8"), re.MULTILINE)
    )


def survivor(module: str, mutant: Mutant, source: str) -> str:
    """A survivor in words that stay the same when lines above it come or go."""
    text = source.splitlines()[mutant.line - 1].strip() if mutant.line else ""
    return f"{module}, {mutant.what}: {text}".replace("`", "'")


def sample(
    module: str, judge: Judge, say: Callable[[str], object], *, count: int, seed: int
) -> tuple[int, int]:
    """Try `count` drawn changes of a module: how many were drawn, and how many killed."""
    source = (SOURCE / module).read_text(encoding="utf-8")
    tree = ast.parse(source)
    without = explained()
    known = [item for item in mutants(tree) if survivor(module, item, source) not in without]
    drawn = random.Random(f"{seed} {module}").sample(known, min(count, len(known)))
    survivors = []
    for mutant in drawn:
        killer = judge.killer(module, mutant, tree)
        if killer is None:
            survivors.append(f"{mutant.line}: {survivor(module, mutant, source)}")
        elif os.environ.get("KILLERS"):
            say(f"           {mutant.line}: {mutant.what}: {killer}")
    dead = len(drawn) - len(survivors)
    share = 100 * dead / len(drawn) if drawn else 100.0
    say(f"{share:5.0f} %  {dead:3}/{len(drawn):<3} {module}")
    for item in survivors:
        say(f"           survived: {item}")
    return len(drawn), dead


def table(
    judge: Judge, say: Callable[[str], object], count: int, seed: int, names: list[str]
) -> bool:
    """Sample the named modules, or all; whether enough changes were killed."""
    judge.trace()
    chosen = [item for item in MODULES if not names or any(name in item for name in names)]
    results = {item: sample(item, judge, say, count=count, seed=seed) for item in chosen}
    low = [item for item, (drawn, dead) in results.items() if 100 * dead < WANTED * drawn]
    total = sum(drawn for drawn, _dead in results.values())
    killed = sum(dead for _drawn, dead in results.values())
    whole = 100 * killed / total if total else 100.0
    below = ", ".join(low) or "none"
    say(f"{killed} of {total} killed, {whole:.1f} %; below {WANTED:.0f} %: {below}")
    return not low and whole >= WANTED_WHOLE


def main(count: int, seed: int, names: list[str]) -> int:
    """Collect the tests, then judge in place of running them."""
    enough = False
    record = Record(LINES, MODULES, source=SOURCE, tests=ROOT)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, os.fdopen(os.dup(1), "w") as out:

        def say(line: str) -> None:
            print(line, file=out, flush=True)

        def work(children: Children) -> None:
            nonlocal enough
            judge = Judge(children, record, MODULES, source=SOURCE, copied=Path(folder), say=say)
            enough = table(judge, say, count, seed, names)

        shutil.copytree(SOURCE, Path(folder) / "plugsmith")
        os.chdir(ROOT)
        sys.path.insert(0, str(ROOT))  # as `python -m pytest` has it
        arguments = ["--timeout=0", "-m", "not corpus and not campaign", *TESTS]
        done = pytest.main(arguments, plugins=[Children(work)])
    return int(done or not enough)


if __name__ == "__main__":
    numbers = [int(item) for item in sys.argv[1:3] if item.isdecimal()] + [8, 0]
    words = [item for item in sys.argv[1:] if not item.isdecimal()]
    given = sum(item.isdecimal() for item in sys.argv[1:3])
    sys.exit(main(numbers[0] if given else 8, numbers[1] if given > 1 else 0, words))
