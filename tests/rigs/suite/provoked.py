"""Pytest plugin: a test that stands in data/provoked.txt really provokes its error or warning.

A code counts if code of the package made the error and raised or worded it, or sent the warning; an
error that a test made itself does not, nor one that only lies in a table. PLUGSMITH_PROVOKED names
a file that gets a line for each code and test that ran: the table is chosen out of those.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import plugsmith
from plugsmith.errors import PlugsmithError
from plugsmith.events import Warning_

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

TABLE = Path(__file__).resolve().parents[2] / "data" / "provoked.txt"
PACKAGE = str(Path(plugsmith.__file__).parent)
ERRORS = str(Path(PACKAGE) / "errors")

made: list[PlugsmithError] = []  # by the package, in the test that runs
seen: set[str] = set()  # codes of warnings, and of errors that were worded


def wanted() -> dict[str, set[str]]:
    """Test -> the codes that it has to provoke."""
    rows: dict[str, set[str]] = defaultdict(set)
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        code, _, test = line.partition(" ")
        rows[test].add(code)
    return rows


WANTED = wanted()


def _by_the_package() -> bool:
    """Whether the constructor that calls this was called by code of the package."""
    frame = sys._getframe(2)
    while frame.f_back and (
        frame.f_code.co_filename.startswith(ERRORS) or frame.f_code.co_filename == "<string>"
    ):
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(PACKAGE)


def _listen() -> None:
    make, send = PlugsmithError.__init__, Warning_.__post_init__
    what, advice = PlugsmithError.message.fget, PlugsmithError.hint.fget

    def noted_error(self: PlugsmithError, **facts: Any) -> None:
        if _by_the_package():
            made.append(self)
        make(self, **facts)

    def noted(words: Callable[[PlugsmithError], str]) -> property:
        def worded(self: PlugsmithError) -> str:
            if any(item is self for item in made):
                seen.add(self.code)
            return words(self)

        return property(worded)

    def noted_warning(self: Warning_) -> None:
        if _by_the_package():
            seen.add(self.code)
        send(self)

    PlugsmithError.__init__ = noted_error
    PlugsmithError.message, PlugsmithError.hint = noted(what), noted(advice)
    Warning_.__post_init__ = noted_warning


def pytest_configure() -> None:
    """From now on each error and warning is noted; once, also where a test starts pytest again."""
    if PlugsmithError.__init__.__module__ != __name__:
        _listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run one test; what it was named for must have happened."""
    seen.clear()
    made.clear()
    result = yield
    seen.update(error.code for error in made if error.__traceback__ is not None)
    made.clear()
    kept = os.environ.get("PLUGSMITH_PROVOKED")
    if kept:
        with Path(kept).open("a", encoding="utf-8") as file:
            file.writelines(f"{code} {item.nodeid}\n" for code in sorted(seen))
    missing = WANTED.get(item.nodeid, set()) - seen
    assert not missing, f"{missing} were to be provoked"
    return result
