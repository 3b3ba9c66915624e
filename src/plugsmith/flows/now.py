"""The wall clock, for dates in passports and journals (durations use the handed-in Clock)."""

from __future__ import annotations

from datetime import UTC, datetime


def now_text() -> str:
    """The present moment as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
