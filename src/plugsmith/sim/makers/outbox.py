"""What a chip has to say: bytes, when they are due, and at which rate they go out."""

from __future__ import annotations


class Outbox:
    """Answers in the order in which they are due."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, bytes, float]] = []

    def put(self, data: bytes, *, at: float, rate: float) -> None:
        """Say `data` at `at`, behind all that is due before."""
        if data:
            self._waiting.append((at, data, rate))
            self._waiting.sort(key=lambda item: item[0])

    def came(self, now: float) -> list[tuple[bytes, float]]:
        """What is due by `now`, each with its rate; in one piece what one rate holds for."""
        due: list[tuple[bytes, float]] = []
        for at, data, rate in self._waiting:
            if at > now:
                break
            if due and due[-1][1] == rate:
                due[-1] = (due[-1][0] + data, rate)
            else:
                due.append((data, rate))
        self._waiting = [item for item in self._waiting if item[0] > now]
        return due

    def next_event(self) -> float | None:
        """When the next is due."""
        return self._waiting[0][0] if self._waiting else None

    def clear(self) -> None:
        """Say none of it."""
        self._waiting.clear()
