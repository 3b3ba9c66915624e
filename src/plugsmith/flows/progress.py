"""Progress of one task as events: rate over the last seconds, time left, not too many of them."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plugsmith.events import Progress, TaskBegin, TaskEnd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.clock import Clock
    from plugsmith.events import EventSink

_EVERY_S = 0.2  # at most five events a second: a person cannot read faster
_WINDOW_S = 5.0  # rate over this long: steady, yet it follows a speed change
_SHORTEST_S = 0.15  # what took less time than this says nothing about a rate


class ProgressMeter:
    """Counts up to `total` and emits Progress; made by `task`. What is done again counts once."""

    def __init__(self, task: str, *, total: int, clock: Clock, sink: EventSink) -> None:
        self.task = task
        self.total = total
        self.done = 0
        self.summary = ""
        self.started_s = clock.monotonic()
        self._clock = clock
        self._sink = sink
        self._last_s = self.started_s
        self._moved = 0
        self._marks: deque[tuple[float, int]] = deque([(self.started_s, 0)])

    @property
    def seconds(self) -> float:
        """Seconds since the task began."""
        return self._clock.monotonic() - self.started_s

    def skip(self, amount: int) -> None:
        """Count `amount` as done that did not have to be moved: no part of the rate."""
        self._count(amount)
        if amount:
            self._tell()

    def advance(self, amount: int) -> None:
        """Count `amount` more."""
        self._count(amount)
        self._moved += amount
        self._tell()

    def _count(self, amount: int) -> None:
        self.done = min(self.done + amount, self.total) if self.total else self.done + amount

    def _tell(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._last_s < _EVERY_S and self.done < self.total:
            return
        self._last_s = now_s
        while len(self._marks) > 1 and now_s - self._marks[0][0] > _WINDOW_S:
            self._marks.popleft()
        since_s, before = self._marks[0]
        self._marks.append((now_s, self._moved))
        moved, took_s = self._moved - before, now_s - since_s
        rate = moved / took_s if moved and took_s >= _SHORTEST_S else None
        left_s = (self.total - self.done) / rate if rate else None
        self._sink.emit(
            Progress(
                task=self.task,
                done=self.done,
                total=self.total,
                rate=round(rate, 1) if rate else None,
                left_s=round(left_s, 1) if left_s is not None else None,
            )
        )


@contextmanager
def task(
    name: str, title: str, *, total: int, clock: Clock, sink: EventSink, unit: str = "bytes"
) -> Iterator[ProgressMeter]:
    """A task from TaskBegin to TaskEnd; set `summary` on the meter for its last words."""
    sink.emit(TaskBegin(task=name, title=title, total=total, unit=unit))
    meter = ProgressMeter(name, total=total, clock=clock, sink=sink)
    done_well = False
    try:
        yield meter
        done_well = True
    finally:
        sink.emit(
            TaskEnd(
                task=name,
                ok=done_well,
                seconds=round(meter.seconds, 3),
                summary=meter.summary if done_well else "",
            )
        )
