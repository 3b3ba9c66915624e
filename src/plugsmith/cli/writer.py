"""The one place where text leaves for a person's terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plugsmith.visible import visible

if TYPE_CHECKING:
    from typing import TextIO


def write_text(stream: TextIO, text: str) -> None:
    """Write `text` and flush. Nothing in it can command the terminal, and all of it can be encoded.

    Characters that the stream's encoding does not know are written as escapes.
    """
    shown = visible(text)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def say(text: str) -> None:
    """A line for people beside the result: on stderr."""
    write_text(sys.stderr, text + "\n")
