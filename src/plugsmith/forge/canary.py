"""Canaries: made-up secrets, one for every place, that a test looks for after sanitizing.

None is a real credential. Each value names no place and no kind, so that finding it proves that the
place itself was missed, and all follow from `seed`, so that a forged dump can be forged again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A planted value: where, as which field, and the bytes of it."""

    place: str
    field: str
    value: bytes


class CanaryCage:
    """Makes canaries and remembers them."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._made: dict[tuple[str, str], Canary] = {}

    def text(self, place: str, field: str, length: int = 16) -> str:
        """A readable value for one field of one place; the same call gives the same value."""
        return self._make(place, field, self._letters(place, field, length)).value.decode("ascii")

    def digits(self, place: str, field: str, length: int) -> str:
        """Lower-case hexadecimal digits."""
        digest = self._digest(place, field).hex() * (length // 64 + 1)
        return self._make(place, field, digest[:length].encode("ascii")).value.decode("ascii")

    def raw(self, place: str, field: str, length: int) -> bytes:
        """Bytes that are no text."""
        digest = self._digest(place, field) * (length // 32 + 1)
        body = bytes(byte | 0x80 for byte in digest[:length])
        return self._make(place, field, body).value

    def planted(self, place: str, field: str, value: bytes) -> bytes:
        """Remember a value that was computed from others."""
        return self._make(place, field, value).value

    def all(self) -> tuple[Canary, ...]:
        """Every canary that was made."""
        return tuple(self._made.values())

    def __iter__(self) -> Iterator[Canary]:
        return iter(self.all())

    def _make(self, place: str, field: str, value: bytes) -> Canary:
        canary = Canary(place=place, field=field, value=value)
        return self._made.setdefault((place, field), canary)

    def _digest(self, place: str, field: str) -> bytes:
        return hashlib.sha256(f"{self._seed}|{place}|{field}".encode()).digest()

    def _letters(self, place: str, field: str, length: int) -> bytes:
        digest = b"".join(
            hashlib.sha256(self._digest(place, field) + bytes([count])).digest()
            for count in range(length // 32 + 1)
        )
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:length]).encode("ascii")
