"""Trusting what cannot be checked otherwise: any two of several answers that are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T", bound="Hashable")


def any_two(ask: Callable[[], T], *, tries: int) -> T | None:
    """The first answer that comes a second time, in any order; None if all `tries` differ."""
    seen: set[T] = set()
    for _attempt in range(tries):
        answer = ask()
        if answer in seen:
            return answer
        seen.add(answer)
    return None
