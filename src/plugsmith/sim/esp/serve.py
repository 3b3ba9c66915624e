"""A chip of Espressif served on real time; each client finds it freshly reset into its ROM."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.esp.chip import EspChip
    from plugsmith.sim.flash.flash_file import FlashFile
    from plugsmith.sim.ports.endpoint import Endpoint

_LONGEST_WAIT_S = 0.2
_RATE = 115_200


class EspServer:
    """Serves `chip` at `port`; its flash file follows."""

    def __init__(self, chip: EspChip, *, port: Endpoint, file: FlashFile | None) -> None:
        self._chip = chip
        self._port = port
        self._file = file
        self._seen = 0

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`; the flash file is up to date afterwards."""
        try:
            while not stopped():
                self.step()
        finally:
            self._save()

    def step(self) -> None:
        """One turn: hear the client, answer, wait for what comes next."""
        for act in self._port.poll(device_rate=_RATE):
            if self._port.sessions != self._seen:
                self._seen = self._port.sessions
                self._chip.reset()
            if answer := self._chip.take(act.data):
                self._port.send(answer)
        self._save()
        self._port.wait(_LONGEST_WAIT_S)

    def _save(self) -> None:
        if self._file is not None:
            self._file.save(self._chip.nor)
