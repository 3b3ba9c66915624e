"""The events of one job, kept so that any listener can start anywhere: bounded, never blocking.

Progress is thinned to its latest entries. Of the others the oldest go when a job says more than
anybody can read; questions, their answers and the last line stay whatever happens.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRESS_KEPT = 200
MOST_BYTES = 8 << 20
MOST_LINES = 20_000


class Keep(Enum):
    """How long a line is worth keeping."""

    THIN = "progress: the latest ones"
    LONG = "as long as there is room"
    ALWAYS = "questions, answers, the last line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Line number `number` (from 1) of a job."""

    number: int
    line: str
    keep: Keep


class Replay:
    """Lines of one job; every method may be called from any thread."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, most_lines: int = MOST_LINES) -> None:
        self._most_bytes = most_bytes
        self._most_lines = most_lines
        self._lock = threading.Lock()
        self._kept: list[Kept] = []
        self._thin = 0
        self._wakes: set[Callable[[], None]] = set()
        self.size = 0
        self.last = 0
        self.dropped = 0
        self.ended = False

    def add(self, line: str, keep: Keep, *, final: bool = False) -> None:
        """Append a line; `final` is the last one, and later ones are ignored."""
        with self._lock:
            if self.ended:
                return
            self.last += 1
            self._kept.append(Kept(number=self.last, line=line, keep=keep))
            self.size += len(line)
            self._thin += keep is Keep.THIN
            self.ended = final
            if self._thin > 2 * PROGRESS_KEPT:
                self._drop(Keep.THIN, self._thin - PROGRESS_KEPT)
            if self.size > self._most_bytes or len(self._kept) > self._most_lines:
                self._shed()
            wakes = tuple(self._wakes)
        for wake in wakes:
            wake()

    def after(self, number: int, *, most: int = 200) -> list[Kept]:
        """The next lines behind `number`; a number that was never given means from the first."""
        with self._lock:
            if number > self.last or number < 0:
                number = 0
            at = bisect_right(self._kept, number, key=lambda item: item.number)
            return self._kept[at : at + most]

    def done(self, number: int) -> bool:
        """Whether nothing will ever come behind `number`."""
        with self._lock:
            return self.ended and number >= self.last

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after each new line (from the job's thread) until the returned is called."""
        with self._lock:
            self._wakes.add(wake)

        def stop() -> None:
            with self._lock:
                self._wakes.discard(wake)

        return stop

    def _drop(self, keep: Keep, count: int) -> None:
        """Forget the oldest `count` lines of a kind."""
        left: list[Kept] = []
        for item in self._kept:
            if count > 0 and item.keep is keep:
                count -= 1
                self.size -= len(item.line)
                self._thin -= keep is Keep.THIN
                self.dropped += keep is Keep.LONG
            else:
                left.append(item)
        self._kept = left

    def _shed(self) -> None:
        """Make room: a quarter of what may go, oldest first."""
        count = sum(item.keep is Keep.LONG for item in self._kept)
        self._drop(Keep.LONG, max(1, count // 4))
