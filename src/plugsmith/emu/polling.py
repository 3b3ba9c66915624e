"""Which register does the guest wait for? Counts reads, so that a wait in vain can be named."""

from __future__ import annotations

from collections import Counter

WINDOW = 3_000_000  # instructions that one count covers
LOOP = 64  # instructions: a loop that is longer does more than wait


class PollWatch:
    """Reads of each register in the window that is running and in the last whole one."""

    def __init__(self) -> None:
        self.reads: Counter[int] = Counter()
        self._before: Counter[int] = Counter()
        self._ends = WINDOW

    def turn(self, instructions: int) -> None:
        """Begin a new window when the machine has run through the old one."""
        if instructions >= self._ends:
            self._before, self.reads = self.reads, Counter()
            self._ends = instructions + WINDOW

    @property
    def polled(self) -> int | None:
        """The register that was read at least once in 64 instructions of the last window."""
        if not self._before:
            return None
        addr, count = self._before.most_common(1)[0]
        return addr if count >= WINDOW // LOOP else None
