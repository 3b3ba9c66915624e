"""Which tests `make test-fast` runs; `--after-fast` leaves out just these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TESTS = Path(__file__).resolve().parents[2]
FOLDERS = ("unit", "arch", "property")
NONE_OF = ("slow", "peers", "corpus", "campaign", "whole")


def is_fast(item: pytest.Item) -> bool:
    """Whether the test belongs to the inner loop."""
    folder = item.path.relative_to(TESTS).parts[0]
    return folder in FOLDERS and not any(map(item.get_closest_marker, NONE_OF))
