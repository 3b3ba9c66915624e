"""A vendor configuration as typed look-ups that remember which keys were understood."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_KEYS = 2000
_NUMBER = re.compile(r"-?[0-9]{1,12}")
_WORDS = MappingProxyType({"true": 1, "on": 1, "yes": 1, "false": 0, "off": 0, "no": 0})


def whole(value: object) -> int | None:
    """`value` as a whole number where it is one in any spelling (16, "16", True, 16.0)."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and not value.is_integer():
        return None
    text = str(value).strip().strip("\"'").lower().removesuffix(".0")
    if _NUMBER.fullmatch(text):
        return int(text)
    return _WORDS.get(text) if isinstance(value, str) else None


class Settings:
    """Typed access to a flat configuration. Every look-up of a present key marks it as used."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = {str(key): value for key, value in list(values.items())[:MAX_KEYS]}
        self.used: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def raw(self, key: str) -> object:
        """The value as it is, None where the key is missing."""
        if key in self._values:
            self.used.add(key)
        return self._values.get(key)

    def number(self, *keys: str) -> int | None:
        """The whole number of the first of `keys` that holds one."""
        for key in keys:
            found = whole(self.raw(key))
            if found is not None:
                return found
        return None

    def word(self, key: str) -> str | None:
        """A text of sensible length, stripped; None where there is none."""
        value = self.raw(key)
        if not isinstance(value, str) or not value.strip():
            return None
        return value.strip()[:64]

    def numbered(self, pattern: str) -> list[tuple[int, str]]:
        """Keys that match `pattern` (one group: the number) as (number, key), by number."""
        compiled = re.compile(pattern)
        found: list[tuple[int, str]] = []
        for key in self._values:
            match = compiled.fullmatch(key)
            if match and len(match[1]) <= 3:
                found.append((int(match[1]), key))
        return sorted(found)

    def has_any(self, pattern: str) -> bool:
        """Whether a key matches `pattern` as a whole."""
        compiled = re.compile(pattern)
        return any(compiled.fullmatch(key) for key in self._values)
