"""JSON from outside: what is nested deeper than anybody means is refused before it is parsed.

The parser recurses; in a browser deep nesting kills the whole interpreter instead of raising.
"""

from __future__ import annotations

import json
import re
from typing import Any

from plugsmith.visible import value_without_surrogates

DEEPEST = 200

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")  # one, or a half of a pair


def read_nested(text: str | bytes, **options: Any) -> Any:  # noqa: ANN401 - as json.loads
    """`json.loads` for at most 200 levels; JSONDecodeError, a ValueError, for deeper ones.

    A lone surrogate, which nothing could write or show, becomes U+FFFD.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(text)
    value = json.loads(text, **options)
    return value_without_surrogates(value) if _SURROGATE.search(text) else value


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise json.JSONDecodeError("nested too deep", text, token.start())
        elif mark in "]}":
            depth -= 1
