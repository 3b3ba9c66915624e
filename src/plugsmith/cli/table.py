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


def columns(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows of facts below a line of heads; what is None or empty is a dash."""
    cells = [[*heads], *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: object) -> str:
    return "-" if value in (None, "") else str(value)
