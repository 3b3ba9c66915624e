"""What a next step is made of."""

from __future__ import annotations

import shlex
from typing import Any

Steps = list[tuple[str, str]]


def quoted(value: Any) -> str:
    """A file or name as a shell and a verb take it; what came through a pipe is FILE."""
    text = str(value)
    if text.startswith("-"):
        text = "FILE" if text == "-" else f"./{text}"
    return shlex.quote(text)
