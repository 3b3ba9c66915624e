"""Whether a device has started again, told from the seconds that it counts since its start."""

from __future__ import annotations

from dataclasses import dataclass, field

_PLAY_S = 1.5  # both ends count whole seconds


@dataclass(slots=True)
class UptimeWatch:
    """Began with a device that had been up for `uptime_s` at `at_s` of our clock.

    A simulated device may count faster than we do; how fast is measured from its answers, and
    never over-estimated, so that a device that did not restart is never taken for one that did.
    """

    at_s: float
    uptime_s: int
    _answers: list[tuple[float, int]] = field(default_factory=list)

    def restarted(self, at_s: float, uptime_s: int) -> bool:
        """Whether an answer at `at_s` comes from a later start than the one we began with."""
        fell = bool(self._answers) and uptime_s < self._answers[-1][1]
        self._answers.append((at_s, uptime_s))
        passed_s = self._pace() * (at_s - self.at_s)
        return fell or uptime_s < self.uptime_s + passed_s - _PLAY_S

    def _pace(self) -> float:
        (first_s, first), (last_s, last) = self._answers[0], self._answers[-1]
        if last_s - first_s < _PLAY_S / 5:
            return 1.0
        return max(1.0, (last - first - 1) / (last_s - first_s))
