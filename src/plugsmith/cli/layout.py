"""Text laid out for a terminal: broken at word borders only, to the width that there is."""

from __future__ import annotations

import os
import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

HELP_WIDTH = 100  # longer lines are hard to read
_LEAST = 20
_USUAL = 80
# two columns of a table, an entry of a list, or an indented line: what stands before the text
_LEAD = re.compile(r"(?P<lead>\s*(?:[-*] |\d+ {2}|\S(?:\S| (?! ))* {2,})?)(?P<text>.*)", re.DOTALL)
# what somebody will copy, or what is drawn, stays as it is
_AS_IS = re.compile(r"[{}\[\]|+<\"]|plugsmith |https?://|```")


def width_of(stream: TextIO) -> int | None:
    """Columns of the terminal behind a stream; None where lines may be as long as they like."""
    if getattr(stream, "closed", False) or not stream.isatty():
        return None
    named = _named_columns()
    if named is not None:
        return named
    try:
        return max(_LEAST, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):
        return _USUAL


def help_width(stream: TextIO) -> int:
    """Columns for help, which is laid out wherever it goes."""
    return min(width_of(stream) or _named_columns() or _USUAL, HELP_WIDTH)


def _named_columns() -> int | None:
    named = os.environ.get("COLUMNS", "")
    usable = named.isascii() and named.isdigit() and int(named) > 0
    return max(_LEAST, int(named)) if usable else None


def fitted(text: str, width: int | None) -> str:
    """`text` with its long lines broken; their rest stands below the text of the line."""
    if width is None:
        return text
    return "\n".join(_fitted_line(line, width) for line in text.split("\n"))


def _fitted_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    found = _LEAD.fullmatch(line)
    lead, text = (found["lead"], found["text"]) if found else ("", line)
    if _AS_IS.match(text):
        return line
    if len(lead) > width // 2:
        first = _wrapped(lead.rstrip(), width, "", "  ")
        return f"{first}\n{_wrapped(text, width, '    ', '    ')}"
    return _wrapped(text, width, lead, " " * len(lead))


def _wrapped(text: str, width: int, first: str, rest: str) -> str:
    return textwrap.fill(
        text,
        width=max(width, _LEAST),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def paragraph(text: str, width: int, *, indent: str = "") -> str:
    """One paragraph."""
    return _wrapped(" ".join(text.split()), width, indent, indent)


def definitions(rows: Iterable[Sequence[str]], width: int) -> str:
    """Names and what they mean, side by side, or below one another where that is too narrow."""
    found = [(name, " ".join(text.split())) for name, text in rows]
    widest = max((len(name) for name, _text in found), default=0)
    column = min(widest, max(width // 3, 12)) + 4
    lines: list[str] = []
    for name, text in found:
        rest = " " * column
        if len(name) + 4 > column:
            lines.append(f"  {name}")
            first = rest
        else:
            first = f"  {name:<{column - 2}}"
        lines.append(_wrapped(text, width, first, rest) if text else first.rstrip())
    return "\n".join(lines)
