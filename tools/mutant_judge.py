"""Which test notices a change of a module."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mutant_children import MOST_S, Unexchangeable, exchange, functions_of, limit
from mutant_kinds import Mutant, mutated
from mutant_lines import Probes, Ran, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mutant_children import Children


class Judge:
    """Has tests judge changes; a test that fails without any change judges nothing.

    `copied` holds a copy of the source for changes of what a module works out at its import.
    """

    def __init__(
        self,
        children: Children,
        record: Record,
        modules: Iterable[str],
        *,
        source: Path,
        copied: Path,
        say: Callable[[str], object],
    ) -> None:
        self._children = children
        self._record = record
        self._files = {str(source / name): name for name in modules}
        self._source = source
        self._copied = copied
        self._say = say
        self._functions = functions_of(self._files)
        self._sound: dict[str, bool] = {}

    def trace(self) -> None:
        """Complete the record, in one child for each module of tests."""
        modules: dict[str, list[str]] = {}
        for test in self._record.missing(self._children.items):
            modules.setdefault(test.partition("::")[0], []).append(test)
        if modules:
            self._say(f"tests of {len(modules)} modules are traced first")
        for tests in modules.values():
            rows = self._children.in_child(partial(self._traced, tests), otherwise=[])
            self._record.add(Ran(**row) for row in rows)

    def _traced(self, tests: list[str]) -> list[dict[str, Any]]:
        probes = Probes()
        for file, name in self._files.items():
            exchange(self._functions, probes.put_into(name, Path(file)))
        return [
            asdict(probes.run(test, partial(self._children.run_item, test, then)))
            for test, then in zip(tests, [*tests[1:], None], strict=True)
        ]

    def killer(self, module: str, mutant: Mutant, tree: ast.Module) -> str | None:
        """The test that fails by a change of the module `tree`, or None."""
        touched = set(range(mutant.line, mutant.last + 1))
        own = [ran for ran in self._record if module in ran.lines]
        near = [ran for ran in own if not touched.isdisjoint(ran.lines[module])]
        tests = self._chosen(near or own)
        changed = mutated(tree, mutant)
        judged = self._exchanged if near and mutant.inside else self._imported
        while tests:
            try:
                found = judged(module, changed, tests)
            except Unexchangeable:
                judged = self._imported
                continue
            if found not in tests or self._is_sound(found):
                return found
            tests.remove(found)
        return None

    def _chosen(self, ran: list[Ran]) -> list[str]:
        """The tests of few modules first, up to MOST_S seconds; what they let pass survives."""
        names: list[str] = []
        spent = 0.0
        for item in sorted(ran, key=lambda item: (len(item.lines), item.seconds)):
            if item.test not in self._children.items:
                continue
            spent += item.seconds
            if names and spent > MOST_S:
                break
            names.append(item.test)
        return names

    def _is_sound(self, test: str) -> bool:
        if test not in self._sound:
            self._sound[test] = self._children.failing([test]) is None
            if not self._sound[test]:
                self._say(f"           fails without a change: {test}")
        return self._sound[test]

    def _exchanged(self, module: str, changed: ast.Module, tests: list[str]) -> str | None:
        file = str(self._source / module)
        code = compile(changed, file, "exec", dont_inherit=True)
        return self._children.failing(tests, lambda: exchange(self._functions, code))

    def _imported(self, module: str, changed: ast.Module, tests: list[str]) -> str | None:
        """The same in a process of its own, which imports the changed module."""
        file = self._copied / "plugsmith" / module
        before = file.read_text(encoding="utf-8")
        file.write_text(ast.unparse(changed), encoding="utf-8")
        try:
            done = self._run(tests)
            if _not_found(done):  # a value of the module stands in the names of its tests
                done = self._run(list(dict.fromkeys(test.partition("[")[0] for test in tests)))
        finally:
            file.write_text(before, encoding="utf-8")
        if not done.returncode:
            return None
        if done.returncode == 5 or _not_found(done):
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        failed = [test for test in tests if f"FAILED {test}" in done.stdout]
        return failed[0] if failed else "(the import)"

    def _run(self, tests: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "--timeout=0", "-rf", *tests],
            env={**os.environ, "PYTHONPATH": str(self._copied)},
            capture_output=True,
            check=False,
            text=True,
            preexec_fn=limit,
        )


def _not_found(done: subprocess.CompletedProcess[str]) -> bool:
    return "ERROR: not found:" in done.stdout + done.stderr
