"""Pytest plugin: which lines of some modules each test runs; `tools/mutants.py` chooses by it.

PLUGSMITH_LINES names a JSON file with `modules` (paths below the package); what was seen is put
beside it as `<name>.<process>`: one line of JSON a test with its id, seconds and lines a module.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

_WISH = Path(os.environ["PLUGSMITH_LINES"])
_MODULES: tuple[str, ...] = tuple(json.loads(_WISH.read_text(encoding="utf-8"))["modules"])
_known: dict[str, str | None] = {}
_seen: dict[str, set[int]] = {}


def _module_of(file: str) -> str | None:
    if file not in _known:
        _, inside, rest = file.rpartition("/plugsmith/")
        if inside and rest not in _MODULES:
            _, inside, rest = file.partition("/plugsmith/")
        _known[file] = rest if inside and rest in _MODULES else None
    return _known[file]


def _trace(frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 - what settrace wants
    module = _module_of(frame.f_code.co_filename)
    if module is None:
        return None
    lines = _seen.setdefault(module, set())
    lines.add(frame.f_lineno)

    def each(inner: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - the same
        if event == "line":
            lines.add(inner.f_lineno)
        return each

    return each


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace one test, with its fixtures."""
    _seen.clear()
    began_s = time.process_time()
    sys.settrace(_trace)
    threading.settrace(_trace)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        if _seen:
            row = {
                "test": item.nodeid,
                "seconds": time.process_time() - began_s,
                "lines": {name: sorted(lines) for name, lines in _seen.items()},
            }
            with Path(f"{_WISH}.{os.getpid()}").open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
