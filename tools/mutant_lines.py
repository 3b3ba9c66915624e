"""The record of which test runs which lines of some modules; `tools/mutants.py` chooses by it.

It is kept from run to run. A test is traced anew when its file has changed, or a module whose lines
it ran.
"""

from __future__ import annotations

import ast
import builtins
import json
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import CodeType

_PROBE = "__mutant_lines__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one test ran: its processor seconds and the lines of each module."""

    test: str
    seconds: float
    lines: Mapping[str, list[int]]


class Record:
    """What is known of tests, in a file; `roots` are the folders of modules and of tests."""

    def __init__(self, file: Path, modules: Iterable[str], *, source: Path, tests: Path) -> None:
        self._file = file
        self._source = source
        self._tests = tests
        self._modules = {name: _digest(source / name) for name in modules}
        self._rows: dict[str, tuple[str, Ran]] = {}
        if file.is_file():
            self._load(json.loads(file.read_text(encoding="utf-8")))

    def _load(self, body: dict[str, Any]) -> None:
        same = {
            name for name, digest in self._modules.items() if body["modules"].get(name) == digest
        }
        new = self._modules.keys() - body["modules"].keys()
        for digest, row in body["tests"]:
            ran = Ran(**row)
            if not new and same.issuperset(ran.lines) and digest == self._of_test(ran.test):
                self._rows[ran.test] = (digest, ran)

    def _of_test(self, test: str) -> str:
        return _digest(self._tests / test.partition("::")[0])

    def missing(self, tests: Iterable[str]) -> list[str]:
        """Those of `tests` that have to be traced."""
        return [test for test in tests if test not in self._rows]

    def add(self, rows: Iterable[Ran]) -> None:
        """Keep what was traced, on the disk too."""
        self._rows.update({ran.test: (self._of_test(ran.test), ran) for ran in rows})
        tests = [(digest, asdict(ran)) for digest, ran in self._rows.values()]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        body = json.dumps({"modules": self._modules, "tests": tests})
        self._file.write_text(body, encoding="utf-8")

    def __iter__(self) -> Iterator[Ran]:
        return (ran for _digest, ran in self._rows.values())


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


class Probes:
    """Puts a call before each statement in the functions of modules, and hears which were run.

    A tracer of Python's own makes a test three times as long, since it hears of every call.
    """

    def __init__(self) -> None:
        self._places: list[tuple[str, range]] = []
        self._met: set[int] = set()
        setattr(builtins, _PROBE, self._met.add)

    def put_into(self, module: str, file: Path) -> CodeType:
        """The code of a module with its probes."""
        tree = ast.parse(file.read_text(encoding="utf-8"))
        holders = {
            id(holder): holder
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for holder in ast.walk(node)
        }
        for holder in holders.values():
            for field in ("body", "orelse", "finalbody"):
                statements = getattr(holder, field, None)
                if isinstance(statements, list):  # not the one expression of a lambda
                    probed = [(self._probe(item, module), item) for item in statements]
                    setattr(holder, field, [item for pair in probed for item in pair])
        return compile(tree, str(file), "exec", dont_inherit=True)

    def _probe(self, statement: ast.stmt, module: str) -> ast.stmt:
        inner = getattr(statement, "body", None)
        end = inner[0].lineno if inner else (statement.end_lineno or statement.lineno) + 1
        self._places.append((module, range(statement.lineno, max(end, statement.lineno + 1))))
        [probe] = ast.parse(f"{_PROBE}({len(self._places) - 1})").body
        for node in ast.walk(probe):
            ast.copy_location(node, statement)
        return probe

    def run(self, test: str, work: Callable[[], object]) -> Ran:
        """What `work`, which runs `test` with its fixtures, ran."""
        self._met.clear()
        began_s = time.process_time()
        work()
        lines: dict[str, set[int]] = {}
        for number in self._met:
            module, place = self._places[number]
            lines.setdefault(module, set()).update(place)
        return Ran(
            test=test,
            seconds=time.process_time() - began_s,
            lines={name: sorted(found) for name, found in lines.items()},
        )
