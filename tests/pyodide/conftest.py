"""The core on Pyodide: `make test-web`. Skipped where Node or Pyodide is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is of `make test-web`."""
    from node_core import missing

    reason = missing()
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.web)
            item.add_marker(pytest.mark.timeout(900))
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """One Pyodide for all tests."""
    from node_core import NodeCore

    core = NodeCore(tmp_path_factory.mktemp("node"))
    yield core
    core.close()
