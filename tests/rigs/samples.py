"""A pytest plugin: `@pytest.mark.sample(5)` lets `make test` run five rows of a long table.

The rows are always the same ones, and among them are those that data/provoked.txt names. All others
are marked `whole`: `make test-whole` runs them, which CI does too; so does every run of a campaign.
"""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from campaign_size import CAMPAIGN
from provoked import WANTED


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before marks decide what is run."""
    if not CAMPAIGN:
        mark(items)


def mark(items: list[pytest.Item]) -> None:
    """Mark what the samples leave out."""
    tables: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        left = any(map(item.get_closest_marker, ("campaign", "whole")))
        if item.get_closest_marker("sample") and not left:
            tables[item.nodeid.partition("[")[0]].append(item)
    for name, rows in tables.items():
        usual = rows[0].get_closest_marker("sample").args[0]
        rows.sort(key=lambda row: row.nodeid)
        random.Random(name).shuffle(rows)
        rows.sort(key=lambda row: row.nodeid not in WANTED)
        for row in rows[usual:]:
            if row.nodeid not in WANTED:
                row.add_marker(pytest.mark.whole)
