"""A pytest plugin: the collector of cycles does not look at ten thousand tests again and again.

What collection made lives as long as the run; without this, a seventh of the processor time of
tests that make many objects goes into looking at it.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

_YOUNG = 20_000  # new containers before the collector looks at them; Python's own is 700


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect tests without looking for garbage; what is there then stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(_YOUNG, 10, 10)
