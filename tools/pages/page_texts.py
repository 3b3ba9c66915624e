"""The sentences of the page: what its sources hand to `t(...)` (shown) and `n(...)` (marked)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "page" / "src"
_CALL = re.compile(
    r"""(?<![\w.$]) [tn] \( \s*
        (?: (?P<double> " (?: [^"\\\n] | \\. )* " )
          | (?P<single> ' (?: [^'\\\n] | \\. )* ' )
          | ` (?P<plain> (?: [^`\\$] )* ) ` )
        \s* [,)]""",
    re.VERBOSE,
)


def page_texts() -> list[str]:
    """Every sentence of the page, sorted; none where the page's sources are not there."""
    found: set[str] = set()
    for path in sorted(SOURCES.rglob("*.ts*")):
        found.update(texts_of(path.read_text(encoding="utf-8")))
    return sorted(found)


def texts_of(source: str) -> list[str]:
    """The sentences in one file."""
    return [text for call in _CALL.finditer(source) if (text := _text(call)).strip()]


def _text(call: re.Match[str]) -> str:
    if call["plain"] is not None:
        return call["plain"]
    literal = call["double"] or call["single"]
    return str(ast.literal_eval(literal))  # the escapes that sentences need are the same in both
