"""Two columns of text: a name and what belongs to it. Plain, so that it reads well in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(rows: Sequence[tuple[str, str]]) -> str:
    """The rows, the first column as wide as its longest name; rows without a text are left out."""
    shown = [(name, text) for name, text in rows if text]
    width = max((len(name) for name, _text in shown), default=0)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in shown)
