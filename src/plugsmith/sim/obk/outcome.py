"""How a command ended, as POST /api/cmnd tells it."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """Status code and the firmware's own words for it."""

    OK = (200, "OK")
    UNKNOWN = (501, "Unknown command")
    TOO_FEW = (400, "Not enough arguments for this command")
    BAD = (400, "Bad argument")
    FAILED = (400, "Command found but returned error")
    EMPTY = (400, "No command entered")

    @property
    def status(self) -> int:
        """HTTP status."""
        return int(self.value[0])

    @property
    def words(self) -> str:
        """The message."""
        return str(self.value[1])
