"""Colour with a meaning, for terminals that have it and people who want it; never the only sign."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class Mark(StrEnum):
    """What a line is; the value is its colour (SGR)."""

    ERROR = "1;31"
    REFUSED = "1;35"
    WARNING = "33"
    DONE = "32"


# the same for the writer of the live bars
STYLES = {
    Mark.ERROR: "bold red",
    Mark.REFUSED: "bold magenta",
    Mark.WARNING: "yellow",
    Mark.DONE: "green",
}


def painted(text: str, mark: Mark, stream: TextIO) -> str:
    """`text` in the colour of `mark` where `stream` shows colours."""
    return f"\x1b[{mark.value}m{text}\x1b[0m" if has_colour(stream) else text


def has_colour(stream: TextIO) -> bool:
    """Whether it is a terminal that can, and NO_COLOR or PLUGSMITH_PLAIN do not forbid it."""
    if os.environ.get("NO_COLOR") or os.environ.get("PLUGSMITH_PLAIN"):
        return False
    if os.environ.get("TERM", "dumb") == "dumb" and os.name == "posix":
        return False
    return not getattr(stream, "closed", False) and stream.isatty()
