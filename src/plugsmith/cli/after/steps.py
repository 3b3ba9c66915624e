"""What a next step is made of."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

Steps = list[tuple[str, str]]


def quoted(value: Any) -> str:
    """A file or name as a shell and a verb take it; what came through a pipe is FILE."""
    text = str(value)
    if text == "-" or _is_pipe(text):
        return "FILE"
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _is_pipe(text: str) -> bool:
    """Whether it can be read once only: a named pipe, or what a shell gives for `<(...)`."""
    try:
        return Path(text).is_fifo()
    except OSError:
        return False
