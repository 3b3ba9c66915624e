"""Mutation testing of modules that keep promises: `tools/mutants.py SAMPLE [SEED] [MODULE ...]`.

SAMPLE places are drawn from each module, one change each (a comparison, a number, a condition, a
statement left out). TESTS run once with a tracer; a change is then judged by the tests that run its
line, the nearest first. It works on a copy of the source. Prints killed and survived per module;
exit 1 if a module is below 85 % or all are below 92 %. Survivors that change nothing that can be
seen stand with a reason in docs/search.md, and are not counted.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "plugsmith"
LINES = ROOT / "build" / "mutant-lines.json"  # kept for the next run with KEEP=1
EXPLAINED = ROOT / "docs" / "search.md"
WANTED, WANTED_WHOLE = 85.0, 92.0
MOST_S = float(
    os.environ.get("MOST", "40")
)  # of tests for one change: what is not noticed by then is called a survivor
HUNG_S = 240  # of processor time: a change that makes a loop endless is noticed

MODULES = (
    "library/device_key.py",
    "library/backups/store.py",
    "library/undo.py",
    "flows/write/preflight.py",
    "flows/write/device_checks.py",
    "flows/write/image_checks.py",
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
_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change: the node's number in the walk over the module, its line, and what is done."""

    node: int
    line: int
    last: int
    what: str


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every change that is known for this module; texts for people and types are left alone."""
    found = []
    for number, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)

        place = node.test if isinstance(node, (ast.If, ast.IfExp)) else node
        last = getattr(place, "end_lineno", line)

        match node:
            case ast.Compare(ops=[op]) if type(op) in _SWAPS:
                what = "comparison"
            case ast.BoolOp():
                what = "and/or"
            case ast.UnaryOp(op=ast.Not()):
                what = "not left out"
            case ast.Constant(value=bool()):
                what = "true/false"
            case ast.Constant(value=int()):
                what = "number + 1"
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                what = "plus/minus"
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
                what = "statement left out"
            case ast.If() | ast.IfExp():
                what = "condition turned"
            case _:
                continue
        found.append(Mutant(node=number, line=line, last=last, what=what))
    return found


def mutated(tree: ast.Module, mutant: Mutant) -> str:
    """The source with the change."""
    tree = copy.deepcopy(tree)
    node = list(ast.walk(tree))[mutant.node]
    match node:
        case ast.Compare(ops=[op]):
            node.ops = [_SWAPS[type(op)]()]
        case ast.BoolOp(op=op):
            node.op = ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.BinOp(op=op):
            node.op = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
        case ast.If() | ast.IfExp():
            node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
        case _:
            _Replaced(node).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


class _Replaced(ast.NodeTransformer):
    """Leaves one statement out, or the `not` of an expression."""

    def __init__(self, target: ast.AST) -> None:
        self._target = target

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self._target:
            return self.generic_visit(node)
        return node.operand if isinstance(node, ast.UnaryOp) else ast.Pass()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one test ran: its processor seconds and the lines of each module."""

    test: str
    seconds: float
    lines: Mapping[str, frozenset[int]]


def trace(path: Path) -> list[Ran]:
    """Run TESTS once on the source as it is; `path` keeps what each of them ran."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    path.write_text(json.dumps({"modules": MODULES}), encoding="utf-8")
    tools = str(Path(__file__).resolve().parent)
    done = _pytest(
        ["-p", "mutant_lines", "-n", os.environ.get("JOBS", "2"), "--timeout=0", *TESTS],
        {"PYTHONPATH": os.pathsep.join((str(SOURCE.parent), tools)), "PLUGSMITH_LINES": str(path)},
        limited=False,
    )
    if done.returncode:
        print(done.stdout[-3000:], file=sys.stderr)
        sys.exit("the tests fail without any change")
    return recorded(path)


def recorded(path: Path) -> list[Ran]:
    """What `trace` kept in `path`."""
    rows = [
        json.loads(line)
        for part in path.parent.glob(f"{path.name}.*")
        for line in part.read_text(encoding="utf-8").splitlines()
    ]
    return [
        Ran(
            test=row["test"],
            seconds=row["seconds"],
            lines={name: frozenset(lines) for name, lines in row["lines"].items()},
        )
        for row in rows
    ]


def chosen(module: str, mutant: Mutant, ran: Iterable[Ran]) -> list[str]:
    """The tests that run the changed lines, those of few modules first, up to MOST_S seconds.

    What is run at the import alone (a constant, a default) is judged by all tests of the module.
    """
    touched = frozenset(range(mutant.line, mutant.last + 1))
    own = sorted(
        (item for item in ran if module in item.lines),
        key=lambda item: (len(item.lines), item.seconds),
    )
    near = [item for item in own if item.lines[module] & touched]
    names: list[str] = []
    spent = 0.0
    for item in near or own:
        spent += item.seconds
        if names and spent > MOST_S:
            break
        names.append(item.test)
    return names


def _pytest(
    arguments: list[str], env: Mapping[str, str], *, limited: bool
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not corpus and not campaign"]
    return subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        text=True,
        preexec_fn=_limit if limited else None,
    )


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (HUNG_S, HUNG_S))


def killed(tests: list[str], copied: Path) -> bool:
    """Whether one of `tests` fails on the source in the folder `copied`, or never ends."""
    if not tests:
        return False
    arguments = ["-n", "0", "-x", "--timeout=0", *tests]
    done = _pytest(arguments, {"PYTHONPATH": str(copied)}, limited=True)
    unimportable = done.returncode == 4 and "ERROR collecting" in done.stdout
    if (
        done.returncode > 2 and not unimportable
    ):  # 1: a test failed, 2: no import, below 0: a signal
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode != 0


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
    module: str, ran: list[Ran], copied: Path, *, count: int, seed: int
) -> tuple[int, list[str]]:
    """How many of `count` drawn mutants of a module were killed, and the survivors."""
    path = copied / "plugsmith" / module
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    known, without = mutants(tree), explained()
    known = [item for item in known if survivor(module, item, source) not in without]
    drawn = random.Random(f"{seed} {module}").sample(known, min(count, len(known)))
    dead, survivors = 0, []
    try:
        for mutant in drawn:
            path.write_text(mutated(tree, mutant), encoding="utf-8")
            if killed(chosen(module, mutant, ran), copied):
                dead += 1
            else:
                survivors.append(f"{mutant.line}: {survivor(module, mutant, source)}")
    finally:
        path.write_text(source, encoding="utf-8")
    return dead, survivors


def main(count: int, seed: int, names: list[str]) -> int:
    """Sample the named modules, or all; print the table and the survivors."""
    keep = os.environ.get("KEEP") and LINES.is_file()
    ran = recorded(LINES) if keep else trace(LINES)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        shutil.copytree(SOURCE, Path(folder) / "plugsmith")
        return _table(Path(folder), ran, count, seed, names)


def _table(copied: Path, ran: list[Ran], count: int, seed: int, names: list[str]) -> int:
    low, total, alive = [], 0, 0
    for module in MODULES:
        if names and not any(name in module for name in names):
            continue
        dead, survivors = sample(module, ran, copied, count=count, seed=seed)
        drawn = dead + len(survivors)
        share = 100 * dead / drawn if drawn else 100.0
        print(f"{share:5.0f} %  {dead:3}/{drawn:<3} {module}", flush=True)
        for item in survivors:
            print(f"           survived: {item}", flush=True)
        total, alive = total + drawn, alive + len(survivors)
        low += [module] if share < WANTED else []
    whole = 100 * (total - alive) / total if total else 100.0
    print(f"{total - alive} of {total} killed, {whole:.1f} %; below {WANTED:.0f} %:", end=" ")
    print(", ".join(low) or "none")
    return 1 if low or whole < WANTED_WHOLE else 0


if __name__ == "__main__":
    numbers = [int(item) for item in sys.argv[1:3] if item.isdecimal()] + [8, 0]
    words = [item for item in sys.argv[1:] if not item.isdecimal()]
    given = sum(item.isdecimal() for item in sys.argv[1:3])
    sys.exit(main(numbers[0] if given else 8, numbers[1] if given > 1 else 0, words))
