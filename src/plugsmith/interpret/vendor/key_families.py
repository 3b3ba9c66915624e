"""What is known about a key of a vendor configuration: its family, and whether it names a pin."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.interpret.vendor.key_table import NAMES, PREFIXES, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

# upk-mapping.md section 1, rule 1: `*_pin`, `*_pin_pin`, and these without a suffix.
_PIN_KEY = re.compile(
    r".*_pin|onoff\d+|infrr|infre|ir|irpin|mic|micpin|mosi|MOSI|remote_io|buzzer_io|ele_rx|ele_tx"
    r"|iicscl|iicsda|rlypin\d*|btpin|ledpin|netledpin"
)
_DIGITS = re.compile(r"[0-9]+")
_MAX_KEY = 64


def is_pin_key(key: str) -> bool:
    """Whether the value of `key` is a GPIO number by rule 1."""
    return len(key) <= _MAX_KEY and _PIN_KEY.fullmatch(key) is not None


@cache
def _names() -> Mapping[str, str]:
    return MappingProxyType({word: area for area, words in NAMES.items() for word in words.split()})


@cache
def _ends() -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """(start, area) and (end, area) of the open-ended families."""
    starts, ends = (
        tuple((word, area) for area, words in table.items() for word in words.split())
        for table in (PREFIXES, SUFFIXES)
    )
    return starts, ends


def family_of(key: str) -> str | None:
    """The family of `key`; None where nobody knows the key."""
    if len(key) > _MAX_KEY:
        return None
    known = _names().get(_DIGITS.sub("#", key))
    if known is not None:
        return known
    starts, ends = _ends()
    for start, area in starts:
        if key.startswith(start):
            return area
    return next((area for end, area in ends if key.endswith(end)), None)
