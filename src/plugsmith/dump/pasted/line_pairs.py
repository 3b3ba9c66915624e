"""A configuration with a pair on each line: YAML, INI, TOML, a table, `key => value`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.tuya.user_param import parse_token

if TYPE_CHECKING:
    from plugsmith.tuya.user_param import Value

_LEAST, _MOST = 2, 400
_PAIR = re.compile(
    r"[^\w\n]{0,40}([A-Za-z][A-Za-z0-9_]{1,39})[\"']?[ \t]{0,40}(?:=>|[:=|,;\t]|\s)[ \t]{0,40}"
    r"[\"']?([\w.-]{1,64})[\"']?[^\w\n]{0,40}"
)


def line_pairs(text: str) -> dict[str, Value] | None:
    """The pairs of all lines that are one; None without a pin among them.

    The first of two equal keys with different values ends it: nobody can say which one holds.
    """
    found: dict[str, Value] = {}
    for line in text.splitlines():
        pair = _PAIR.fullmatch(line) if len(line) < 200 else None
        if pair is None:
            continue
        key, value = pair[1], parse_token(pair[2])
        if found.setdefault(key, value) != value:
            break
        if len(found) == _MOST:
            break
    pins = [key for key, value in found.items() if key.endswith("_pin") and isinstance(value, int)]
    return found if pins and len(found) >= _LEAST else None
