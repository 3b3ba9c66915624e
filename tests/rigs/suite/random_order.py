"""A new order of tests for every run, so that none leans on what ran before it.

Modules are shuffled, and the tests inside each (a module's fixtures are still made once). Modules
that start processes come before the short ones, so that no worker has a long one left at the end.
The seed is printed; PLUGSMITH_TEST_SEED=N (`make test SEED=N`) repeats an order. All xdist workers
share it.
"""

from __future__ import annotations

import os
import random
import secrets

import pytest
from fast_set import FOLDERS

VARIABLE = "PLUGSMITH_TEST_SEED"


def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed once; workers inherit it through the environment."""
    if not os.environ.get(VARIABLE, "").strip():
        os.environ[VARIABLE] = str(secrets.randbelow(10**6))


def pytest_report_header() -> str:
    """The line above a run."""
    return f"order of tests: {VARIABLE}={os.environ[VARIABLE]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The line below a run, also with -q."""
    terminalreporter.write_line(f"order of tests: {VARIABLE}={os.environ[VARIABLE]}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffle; what --lf and -k choose is chosen afterwards."""
    shuffle(items, os.environ[VARIABLE])


def shuffle(items: list[pytest.Item], seed: str) -> None:
    """Order `items` by the seed, in place; the outcome does not depend on the order before."""
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    chance = random.Random(seed)
    names = sorted(modules)
    chance.shuffle(names)
    names.sort(key=lambda name: name.split("/")[1:2] in [[folder] for folder in FOLDERS])
    for name in names:
        modules[name].sort(key=lambda item: item.nodeid)
        chance.shuffle(modules[name])
    items[:] = [item for name in names for item in modules[name]]
