"""What is known about a key of a vendor configuration: its family, and whether it names a pin."""

from __future__ import annotations

import re
from functools import cache

from plugsmith.interpret.key_table import KEY_FAMILIES

# upk-mapping.md section 1, rule 1: `*_pin`, `*_pin_pin`, and these without a suffix.
_PIN_KEY = re.compile(
    r".*_pin|onoff\d+|infrr|infre|ir|irpin|mic|micpin|mosi|MOSI|remote_io|buzzer_io|ele_rx|ele_tx"
    r"|iicscl|iicsda|rlypin\d*|btpin|ledpin|netledpin"
)
_MAX_KEY = 64


def is_pin_key(key: str) -> bool:
    """Whether the value of `key` is a GPIO number by rule 1."""
    return len(key) <= _MAX_KEY and _PIN_KEY.fullmatch(key) is not None


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), family) for pattern, family in KEY_FAMILIES)


def family_of(key: str) -> str | None:
    """The family of `key`; None where nobody knows the key."""
    if len(key) > _MAX_KEY:
        return None
    return next((family for pattern, family in _compiled() if pattern.fullmatch(key)), None)
