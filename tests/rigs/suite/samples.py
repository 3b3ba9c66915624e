"""A pytest plugin: `@pytest.mark.sample(5)` lets `make test` run five rows of a long table.

The rows are always the same ones, drawn so that every word of a row's name is seen if they can show
all, and among them are those that data/provoked.txt names. All others are marked `whole`: `make
test-whole` runs them, which CI does too; so does every run of a campaign.
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
        kept = [row.nodeid for row in rows if row.nodeid in WANTED]
        kept += drawn([row.nodeid for row in rows], kept, usual - len(kept))
        for row in rows:
            if row.nodeid not in kept:
                row.add_marker(pytest.mark.whole)


def drawn(rows: list[str], kept: list[str], count: int) -> list[str]:
    """`count` of the rows that are not kept already: each shows as many new words as it can."""
    seen = {word for row in kept for word in words(row)}
    left = {row: words(row) for row in rows if row not in kept}
    chosen: list[str] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda row: len(left[row] - seen))  # the first of equal ones
        chosen.append(best)
        seen |= left.pop(best)
    return chosen


def words(row: str) -> set[tuple[int, str]]:
    """What the name of a row says of it: the chip, the verb, the trouble; each with its place."""
    return set(enumerate(row.partition("[")[2].removesuffix("]").split("-")))
