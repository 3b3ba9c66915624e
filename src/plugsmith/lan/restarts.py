"""Whether a device has started again, told from the seconds that it counts since its start."""

from __future__ import annotations

from dataclasses import dataclass, field

_PLAY_S = 1.5  # both ends count whole seconds
_SPAN_S = 0.3  # of our clock, the least between two answers that a pace is taken from


@dataclass(slots=True)
class UptimeWatch:
    """Began with a device that said `uptime_s`; the answer had come at `at_s` of our clock.

    A simulated device may count faster than we do; how fast is measured from its answers, and
    never over-estimated, so that a device that did not restart is never taken for one that did.
    """

    at_s: float
    uptime_s: int
    _answers: list[tuple[float, float, int]] = field(default_factory=list)
    _best: float = 1.0

    def restarted(self, asked_s: float, at_s: float, uptime_s: int) -> bool:
        """Whether an answer (asked for and come at these times) is from a later start."""
        fell = bool(self._answers) and uptime_s < self._answers[-1][2]
        self._answers.append((asked_s, at_s, uptime_s))
        passed_s = self._pace() * (asked_s - self.at_s)
        return fell or uptime_s < self.uptime_s + passed_s - _PLAY_S

    def _pace(self) -> float:
        """The best of all estimates; one that spans the restart itself is only too low."""
        *before, (_asked, now_s, now) = self._answers
        for asked_s, _at_s, uptime_s in before:
            if now_s - asked_s >= _SPAN_S:
                self._best = max(self._best, (now - uptime_s - 1) / (now_s - asked_s))
        return self._best
