"""Shared fixtures: where the real corpus lies, and a home of its own for every test."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import pytest
from campaign_size import CAMPAIGN
from corpus_place import corpus_root
from fast_set import is_fast
from hypothesis import HealthCheck, settings

from plugsmith.messages import choose_language, speaking
from plugsmith.secrets import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest_plugins = [
    "offline", "remembered", "garbage", "random_order", "published_lines", "provoked", "samples",
    "whole_run",
]  # fmt: skip

settings.register_profile(
    "suite",
    deadline=None,
    max_examples=400 if CAMPAIGN else 40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus folder, or a skip that says what is missing."""
    root = corpus_root()
    if not (root / "truth.json").is_file():
        pytest.skip(f"no corpus at {root}: set PLUGSMITH_CORPUS")
    return root


#: more than three seconds of processor time each (measured); beside what is marked in its module
SLOW = {
    "test_arch_generated.py",
    "test_arch_startup.py",
    "test_arch_suite.py",
    "test_boot_faults.py",
    "test_boot_linking.py",
    "test_boot_train.py",
    "test_catalogue_any_entry.py",
    "test_dump_any_bytes.py",
    "test_dump_canaries.py",
    "test_dump_ledger.py",
    "test_dump_parts.py",
    "test_dump_promises.py",
    "test_dump_sanitize.py",
    "test_dump_survey.py",
    "test_image_diff2ya.py",
    "test_moved_sectors.py",
    "test_recover_lived.py",
    "test_sim_loader_paper.py",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--after-fast`: the rest of the suite."""
    parser.addoption(
        "--after-fast", action="store_true", help="leave out what make test-fast has just passed"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever asks for the corpus is a corpus test, marked or not; whole modules are slow."""
    for item in items:
        if item.path.name in SLOW:
            item.add_marker(pytest.mark.slow)
        if "corpus" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.corpus)
    if config.getoption("--after-fast"):
        items[:] = [item for item in items if not is_fast(item)]


@pytest.fixture(autouse=True)
def _own_run() -> Iterator[None]:
    """A process is one run of a user; what one test gave away must not mask the texts of others.

    Nor does its language stay: a configuration file may have chosen one.
    """
    KNOWN.forget()
    with speaking(None):
        yield
    choose_language(None)
    KNOWN.forget()


@pytest.fixture(autouse=True)
def _own_home(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No test sees or touches the user's library, settings or ports, or waits for disks."""
    if "tmp_path" in request.fixturenames:
        home = request.getfixturevalue("tmp_path") / "plugsmith-home"
    else:  # a folder that is made only if somebody stores something
        home = tmp_path_factory.getbasetemp() / f"home-{next(_NUMBERS)}"
    monkeypatch.setenv("PLUGSMITH_HOME", str(home))
    for name in ("PLUGSMITH_PORT", "PLUGSMITH_BAUD", "PLUGSMITH_CHIP", "PLUGSMITH_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "en")  # whatever the system speaks
    # No test pulls this machine's plug, and a slow disk would make each wait for it.
    monkeypatch.setattr(os, "fsync", lambda _file: None)
