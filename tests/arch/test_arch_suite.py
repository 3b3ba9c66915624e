"""The suite's targets: what one leaves out is what another has run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fast_set import FOLDERS, NONE_OF

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def command_of(target: str) -> str:
    """The lines below `target:`."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None
    return found[1]


def test_what_the_rest_leaves_out_is_what_the_inner_loop_runs():
    command = command_of("test-fast")
    left_out = re.search(r'-m "([^"]+)"', command)
    assert left_out is not None
    assert left_out[1] == " and ".join(f"not {mark}" for mark in NONE_OF)
    assert set(re.findall(r"tests/(\w+)", command)) == set(FOLDERS)


def collected(*options: str) -> set[str]:
    """Names of the tests in one folder that has both kinds."""
    seen = Collected()
    folder = str(ROOT / "tests" / "unit" / "chips")
    assert pytest.main(["--collect-only", "-qq", *options, folder], plugins=[seen]) == 0
    return seen.names


class Collected:
    """A plugin that keeps what was collected."""

    names: set[str]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.names = {item.nodeid for item in session.items}


def test_after_fast_leaves_out_these_tests_and_no_other():
    kept, everything = collected("--after-fast"), collected()
    fast = collected("-m", " and ".join(f"not {mark}" for mark in NONE_OF))
    assert fast
    assert kept
    assert kept == everything - fast
