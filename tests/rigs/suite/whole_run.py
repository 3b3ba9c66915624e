"""A pytest plugin: says of a run whether it ran all that was chosen, for who repeats its failures.

A run that broke off knows only some of its failures: to repeat those alone would pass for all. The
file `.pytest_cache/v/whole-run/chosen` is there after a run that came to its end, and only then.
"""

from __future__ import annotations

from typing import Any

import pytest

PLACE = "whole-run/chosen"


class WholeRun:
    """Counts, in the process that the user started."""

    def __init__(self) -> None:
        self.done: set[str] = set()
        self.chosen = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers."""
        self.chosen = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """All workers collect the same."""
        self.chosen = len(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that was passed, failed, skipped, or took its worker with it."""
        self.done.add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: Any) -> None:
        """Leave the file, or take it away."""
        cache = session.config.cache
        assert cache is not None
        ended = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if ended and self.chosen == len(self.done) > 0:
            cache.set(PLACE, self.chosen)
        else:
            cache._cachedir.joinpath("v", PLACE).unlink(missing_ok=True)


def pytest_configure(config: pytest.Config) -> None:
    """Not in a worker, and not where nothing may be kept."""
    if not hasattr(config, "workerinput") and getattr(config, "cache", None) is not None:
        config.pluginmanager.register(WholeRun())
