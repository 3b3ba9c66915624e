"""The list of what a sanitizer took out: kinds, places and counts; never values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.dump.survey.credentials import SecretKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """`count` things of one kind were taken out of one kind of place."""

    what: SecretKind
    where: str
    count: int


class Removals:
    """Counts while the work goes on."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[SecretKind, str]] = Counter()

    def add(self, what: SecretKind, where: str, count: int = 1) -> None:
        """Note `count` more of a kind; nothing happens for zero."""
        if count:
            self._counts[what, where] += count

    def listed(self) -> tuple[Removed, ...]:
        """Everything, sorted by kind and place."""
        return tuple(
            Removed(what=what, where=where, count=count)
            for (what, where), count in sorted(self._counts.items())
        )
