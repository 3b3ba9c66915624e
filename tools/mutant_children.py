"""Tests in forked processes: everything is imported once, each child gets one change and runs some.

A child exchanges the code of the changed module's functions, so what a module works out at its
import cannot be judged here.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
import tempfile
import time
import traceback
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST_S = float(os.environ.get("MOST", "60"))  # of tests for one change
HUNG_S = int(30 + 4 * MOST_S)  # of processor time: a change that makes a loop endless is noticed
IDLE_S = 90  # without processor time: one that waits for ever, too


class Unexchangeable(Exception):
    """The change reaches further than the code of functions."""


class Children:
    """A pytest plugin: after collection `work` runs instead of the tests, and may run some."""

    def __init__(self, work: Callable[[Children], None]) -> None:
        self._work = work
        self._session: pytest.Session
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of pytest's own loop."""
        if session.testsfailed:
            raise session.Failed("not every test could be collected")
        self._session = session
        self.items = {item.nodeid: item for item in session.items}
        self._work(self)
        return True

    def run_item(self, test: str, following: str | None = None) -> bool:
        """Run one test in this process; whether none has failed yet."""
        item, then = self.items[test], self.items[following] if following else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=then)
        return not self._session.testsfailed

    def failing(self, tests: Sequence[str], change: Callable[[], None] | None = None) -> str | None:
        """The first of `tests` that fails after `change`, in a child; what kills it fails too."""

        def run() -> str | None:
            limit()
            if change is not None:
                change()
            for test, following in zip(tests, [*tests[1:], None], strict=True):
                if not self.run_item(test, following):
                    return test
            return None

        found: str | None = self.in_child(run, otherwise="(the process ended)")
        return found

    def in_child(self, work: Callable[[], Any], *, otherwise: Any = None) -> Any:  # noqa: ANN401 - whatever JSON holds
        """What `work` returns in a forked process; `otherwise` when that did not come to its end.

        Raises Unexchangeable when the child did.
        """
        folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        answer = folder / "answer.json"
        try:
            child = os.fork()
            if child == 0:
                self._be_child(work, folder)
            if not _ended(child) or not answer.is_file():
                return otherwise
            kind, value = json.loads(answer.read_text(encoding="utf-8"))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if kind == "unexchangeable":
            raise Unexchangeable
        return value if kind == "done" else otherwise

    def _be_child(self, work: Callable[[], Any], folder: Path) -> None:
        factory: Any = self._session.config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001 - of pytest
        factory._basetemp = folder  # noqa: SLF001 - or children would share folders
        try:
            answer = ["done", work()]
        except Unexchangeable:
            answer = ["unexchangeable", None]
        except BaseException:  # noqa: BLE001 - a child never returns into its parent's work
            answer = ["broken", traceback.format_exc()]
        try:
            (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
        finally:
            os._exit(0)


def limit() -> None:
    """End this process when it has worked for longer than any tests of ours."""
    resource.setrlimit(resource.RLIMIT_CPU, (HUNG_S, HUNG_S))


def _ended(child: int) -> bool:
    """Wait for a child; False for one that has stopped working and was ended."""
    used, since_s = -1.0, time.monotonic()
    while True:
        done, _status = os.waitpid(child, os.WNOHANG)
        if done:
            return True
        now = _processor_s(child)
        if now > used + 0.5:
            used, since_s = now, time.monotonic()
        elif time.monotonic() - since_s > IDLE_S:
            os.kill(child, 9)
            os.waitpid(child, 0)
            return False
        time.sleep(0.02)


def _processor_s(child: int) -> float:
    fields = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def functions_of(files: Iterable[str]) -> list[FunctionType]:
    """All functions that were made from these files so far."""
    wanted = frozenset(files)
    gc.unfreeze()  # what collection made is hidden from the collector
    found = [
        made
        for made in gc.get_objects()
        if type(made) is FunctionType and made.__code__.co_filename in wanted
    ]
    gc.freeze()
    return found


def exchange(functions: Iterable[FunctionType], code: CodeType) -> None:
    """Give each of the functions that stands in the module `code` its code from there.

    Raises Unexchangeable where one needs other outer names than before.
    """
    new = dict(_codes(code))
    for made in functions:
        key = (made.__code__.co_qualname, made.__code__.co_firstlineno)
        if made.__code__.co_filename == code.co_filename and key in new:
            try:
                made.__code__ = new[key]
            except ValueError:
                raise Unexchangeable from None


def _codes(code: CodeType) -> list[tuple[tuple[str, int], CodeType]]:
    found = []
    for item in code.co_consts:
        if isinstance(item, CodeType):
            found += [((item.co_qualname, item.co_firstlineno), item), *_codes(item)]
    return found
