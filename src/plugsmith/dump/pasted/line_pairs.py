"""A configuration as keys and values, whatever stands between them.

A pair on each line (YAML, INI, TOML, a table, `key => value`), or the pairs that a program prints
of its own dictionary: PHP, Ruby, Lua, calls of Python, lists of names and values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.holdings import NAMES, is_pin
from plugsmith.messages import N_
from plugsmith.records import frozen
from plugsmith.tuya.user_param import parse_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.tuya.user_param import Value

LINES = N_("a key and its value on each line were read as a configuration")
SCATTERED = N_("keys and values were read out of another program's notation")
TWICE = N_("a key is there twice with different values: what follows it was left out")

_LEAST, _MOST = 2, 400
_NUMBERED = re.compile(r"[a-z]{2,8}\d_pin")
_MARKS = r"[\"'`]"
_PAIR = re.compile(
    rf"(?:[^\w\n]{{0,40}}|\s*(?:export|set|define|const|let|var)\s+)"
    rf"([A-Za-z][A-Za-z0-9_]{{1,39}}){_MARKS}?[ \t]{{0,40}}"
    r"(?:=>|->|[:=|,;\t\u2192\u21d2]|\.{2,40}|\s)"
    rf"[ \t]{{0,40}}{_MARKS}?(-?\w[\w.-]{{0,63}}){_MARKS}?[^\w\n]{{0,40}}"
)
_COMMENT = re.compile(r"[ \t,;](?:#|//|--)[^\n]*$")
_KEYS = r"[A-Za-z][A-Za-z0-9_]{1,39}"
_VALUE = r"(?:[uUbB]?[\"']([\w. -]{1,64})[\"']|([\w.-]{1,64}))"
# Bare keys with a colon are the vendor's own notation, which has its reader: half of it is nothing.
_ANYWHERE = re.compile(
    rf"(?<![\w$])(?:[\"']({_KEYS})[\"']\]?\s{{0,9}}(?:=>|->|[:=,])|:?({_KEYS})\s{{0,9}}(?:=>|=))"
    rf"\s{{0,9}}{_VALUE}(?=\s{{0,9}}[,;)\]}}])"
)
_NAMED = re.compile(
    rf"[\"']?(?:name|key|id|code)[\"']?\s{{0,9}}[:=]\s{{0,9}}[\"']({_KEYS})[\"']\s{{0,9}},\s{{0,9}}"
    rf"[\"']?(?:value|val|v)[\"']?\s{{0,9}}[:=]\s{{0,9}}{_VALUE}",
    re.IGNORECASE,
)


@frozen
class Pairs:
    """Keys with values, and what is to be said about how they were read."""

    config: dict[str, Value]
    remarks: tuple[str, ...]


def line_pairs(text: str) -> Pairs | None:
    """The pairs of all lines that are one; None without a pin among them.

    The first of two equal keys with different values ends it: nobody can say which one holds.
    """
    return _collected(_on_lines(text), LINES)


def scattered_pairs(text: str) -> Pairs | None:
    """The pairs that stand anywhere; None without several, and a pin among them."""
    named = [(hit[1], hit[2] or hit[3]) for hit in _NAMED.finditer(text)]
    if len(named) >= _LEAST:
        return _collected(iter(named), SCATTERED)
    hits = ((hit[1] or hit[2], hit[3] or hit[4]) for hit in _ANYWHERE.finditer(text))
    return _collected(hits, SCATTERED)


def _on_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if len(line) < 200 and (pair := _PAIR.fullmatch(_COMMENT.sub("", line))) is not None:
            yield pair[1], pair[2]


def _collected(pairs: Iterator[tuple[str, str]], remark: str) -> Pairs | None:
    found: dict[str, Value] = {}
    remarks = [remark]
    for key, token in pairs:
        value = parse_token(token)
        if found.setdefault(key, value) != value:
            remarks.append(TWICE)
            break
        if len(found) == _MOST:
            break
    if len(found) < _LEAST or not _is_vendors(found):
        return None
    return Pairs(config=found, remarks=tuple(remarks))


def _is_vendors(found: Mapping[str, Value]) -> bool:
    """Whether these are a vendor's pins: `int led_pin = 13;` stands in any sketch.

    The vendor numbers them, gives their levels, or names the module beside them.
    """
    pins = [key for key, value in found.items() if isinstance(value, int) and is_pin(key, value)]
    return any(_NUMBERED.match(key) or f"{key[:-4]}_lv" in found for key in pins) or (
        bool(pins) and not NAMES.isdisjoint(found)
    )
