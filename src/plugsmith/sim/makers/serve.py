"""Such a chip served on real time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.wire import through_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock
    from plugsmith.sim.flash.flash_file import FlashFile
    from plugsmith.sim.makers.chip import MakerChip
    from plugsmith.sim.ports.endpoint import Endpoint

_LONGEST_WAIT_S = 0.2
_AWAY_S = 1.5  # nobody there for so long: somebody switches the chip off and on


class MakerServer:
    """Serves `chip` at `port`; its flash file follows. `kept`: nobody ever resets the chip."""

    def __init__(
        self, chip: MakerChip, clock: Clock, *, port: Endpoint, file: FlashFile | None, kept: bool
    ) -> None:
        self._chip = chip
        self._clock = clock
        self._port = port
        self._file = file
        self._kept = kept
        self._left_at: float | None = None
        self.resets = 0

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`; the flash file is up to date afterwards."""
        try:
            while not stopped():
                self.step()
        finally:
            self._save()

    def step(self) -> None:
        """One turn: hear the client, answer, wait for what comes next."""
        chip = self._chip
        for act in self._port.poll(device_rate=chip.rate):
            baud = act.baud or chip.rate
            chip.take(through_rates(act.data, baud, chip.rate), self._clock.monotonic())
        now = self._clock.monotonic()
        self._look(now)
        self._send(now)
        self._save()
        self._port.wait(self._pause(now))

    def _look(self, now: float) -> None:
        """Whether somebody is there; while nobody is, the chip may be reset."""
        if self._port.connected:
            self._left_at = None
            return
        if self._left_at is None:
            self._left_at = now
        elif not self._kept and now - self._left_at > _AWAY_S:
            self._left_at = now
            self._chip.reset(now)
            self.resets += 1

    def _send(self, now: float) -> None:
        """What fits the host's rate; at another one it hears nothing, where a wire has noise."""
        for data, rate in self._chip.came(now):
            here = self._port.baud or rate
            if self._port.connected and through_rates(data, rate, here) == data:
                self._port.send(data)

    def _pause(self, now: float) -> float:
        due = self._chip.next_event()
        return _LONGEST_WAIT_S if due is None else max(0.0, min(due - now, _LONGEST_WAIT_S))

    def _save(self) -> None:
        if self._file is not None:
            self._file.save(self._chip.nor)
