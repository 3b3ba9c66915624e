"""Mutation testing of modules that keep promises: `tools/mutants.py SAMPLE [SEED] [MODULE ...]`.

SAMPLE places are drawn from each module, one change each (a comparison, a number, a condition, a
statement left out), and only the tests of that module run. Prints killed and survived per module;
exit 1 if a module is below 85 %. It works on a copy of the source.
"""

from __future__ import annotations

import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "plugsmith"
WANTED = 85.0
TIMEOUT_S = 900

FLOWS = "tests/flows/wire/"
MODULES: dict[str, tuple[str, ...]] = {
    "library/device_key.py": ("tests/unit/library/test_device_key.py",),
    "library/backups/store.py": ("tests/unit/library/test_library_backups.py",),
    "library/undo.py": (FLOWS + "test_promises.py", "tests/flows/device/test_device_apply.py"),
    "flows/write/preflight.py": ("tests/unit/flows/test_checklist.py",),
    "flows/write/device_checks.py": ("tests/unit/flows/test_checklist.py",),
    "flows/write/image_checks.py": (
        "tests/unit/flows/test_checklist.py",
        "tests/unit/image/test_image_preflight.py",
    ),
    "flows/write/target_image.py": (
        "tests/unit/flows/test_flows_plan.py",
        "tests/unit/image/test_image_preflight.py",
        FLOWS + "test_flows_flash.py",
        FLOWS + "test_reach.py",
    ),
    "flows/write/plan.py": ("tests/unit/flows/test_flows_plan.py", FLOWS + "test_flows_raw.py"),
    "flows/write/execute.py": (FLOWS + "test_promises.py", FLOWS + "test_flows_flash.py"),
    "flows/write/collateral.py": (FLOWS + "test_promises.py", FLOWS + "test_nothing_lost.py"),
    "flows/write/proven.py": (FLOWS + "test_promises.py", FLOWS + "test_nothing_lost.py"),
    "boot/writing.py": ("tests/unit/boot/test_boot_writing.py", FLOWS + "test_promises.py"),
    "boot/reading.py": ("tests/unit/boot/test_boot_reading.py",),
    "boot/speed.py": ("tests/unit/boot/test_boot_speed.py", "tests/unit/boot/test_boot_faults.py"),
    "tuya/user_param.py": ("tests/unit/tuya",),
    "dump/survey/damage.py": ("tests/unit/dump/test_dump_survey.py",),
    "dump/survey/secret_scan.py": ("tests/unit/dump/test_dump_canaries.py",),
    "dump/health.py": ("tests/unit/dump/test_dump_survey.py",),
    "dump/sanitize/proof.py": ("tests/unit/dump/test_dump_sanitize.py",),
    "dump/recovery/verdict.py": ("tests/unit/dump/test_recover_forged.py",),
    "dump/recovery/ranking.py": ("tests/unit/dump/test_recover_newest.py",),
    "interpret/vendor/lights.py": ("tests/unit/interpret",),
    "interpret/vendor/buttons.py": ("tests/unit/interpret",),
    "flows/settings/desired_settings.py": ("tests/flows/device/test_obkconfig_flows.py",),
    "lan/change.py": ("tests/unit/lan", "tests/flows/device/test_device_apply.py"),
    "secrets.py": ("tests/unit/test_secrets.py",),
}
_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change: the node's number in the walk over the module, its line, and what is done."""

    node: int
    line: int
    what: str


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every change that is known for this module; texts for people and types are left alone."""
    found = []
    for number, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Compare(ops=[op]) if type(op) in _SWAPS:
                found.append(Mutant(node=number, line=line, what="comparison"))
            case ast.BoolOp():
                found.append(Mutant(node=number, line=line, what="and/or"))
            case ast.UnaryOp(op=ast.Not()):
                found.append(Mutant(node=number, line=line, what="not left out"))
            case ast.Constant(value=bool()):
                found.append(Mutant(node=number, line=line, what="true/false"))
            case ast.Constant(value=int()):
                found.append(Mutant(node=number, line=line, what="number + 1"))
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                found.append(Mutant(node=number, line=line, what="plus/minus"))
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
                found.append(Mutant(node=number, line=line, what="statement left out"))
            case ast.If() | ast.IfExp():
                found.append(Mutant(node=number, line=line, what="condition turned"))
            case _:
                pass
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


def killed(tests: tuple[str, ...], copied: Path) -> bool:
    """Whether a test fails on the source that was copied to the folder `copied`."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-x", "-m", "not corpus", *tests]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(copied)},
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def sample(
    module: str, tests: tuple[str, ...], copied: Path, *, count: int, seed: int
) -> tuple[int, list[str]]:
    """How many of `count` drawn mutants of a module were killed, and the survivors."""
    path = copied / "plugsmith" / module
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    known = mutants(tree)
    drawn = random.Random(f"{seed} {module}").sample(known, min(count, len(known)))
    dead, survivors = 0, []
    try:
        for mutant in drawn:
            path.write_text(mutated(tree, mutant), encoding="utf-8")
            if killed(tests, copied):
                dead += 1
            else:
                text = source.splitlines()[mutant.line - 1].strip() if mutant.line else ""
                survivors.append(f"{module}:{mutant.line} {mutant.what}: {text}")
    finally:
        path.write_text(source, encoding="utf-8")
    return dead, survivors


def main(count: int, seed: int, names: list[str]) -> int:
    """Sample the named modules, or all; print the table and the survivors."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        shutil.copytree(SOURCE, Path(folder) / "plugsmith")
        return _table(Path(folder), count, seed, names)


def _table(copied: Path, count: int, seed: int, names: list[str]) -> int:
    low, total, alive = [], 0, 0
    for module, tests in MODULES.items():
        if names and not any(name in module for name in names):
            continue
        if not killed(tests, copied):
            dead, survivors = sample(module, tests, copied, count=count, seed=seed)
        else:
            print(f"{module}: its tests fail without any change", flush=True)
            return 2
        drawn = dead + len(survivors)
        share = 100 * dead / drawn if drawn else 100.0
        print(f"{share:5.0f} %  {dead:3}/{drawn:<3} {module}", flush=True)
        for item in survivors:
            print(f"           survived: {item}", flush=True)
        total, alive = total + drawn, alive + len(survivors)
        low += [module] if share < WANTED else []
    print(f"{total - alive} of {total} killed; below {WANTED:.0f} %: {', '.join(low) or 'none'}")
    return 1 if low else 0


if __name__ == "__main__":
    numbers = [int(item) for item in sys.argv[1:3] if item.isdecimal()] + [8, 0]
    words = [item for item in sys.argv[1:] if not item.isdecimal()]
    given = sum(item.isdecimal() for item in sys.argv[1:3])
    sys.exit(main(numbers[0] if given else 8, numbers[1] if given > 1 else 0, words))
