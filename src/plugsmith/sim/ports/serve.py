"""A chip served on real time: moves bytes between an endpoint and the chip until it is stopped."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock
    from plugsmith.sim.chip.board import SimBoard
    from plugsmith.sim.ports.endpoint import Endpoint, HostAct

_LONGEST_WAIT_S = 0.2  # so that a request to stop is seen
_LIMIT = 65536


class Power(StrEnum):
    """What happens to the chip when a client connects."""

    HELD = "held"  # somebody patient holds it in reset until this client's first byte
    KEPT = "kept"  # so for the first client; later ones find it as the last one left it
    RUNNING = "running"  # switched on all the time: the application runs, nobody resets it


class SimServer:
    """Serves `board` at `port`, its UART2 at `log_port`; `lines`: the line wired to CEN."""

    def __init__(
        self,
        board: SimBoard,
        clock: Clock,
        *,
        port: Endpoint,
        log_port: Endpoint | None = None,
        power: Power = Power.HELD,
        lines: str = "none",
    ) -> None:
        self._board = board
        self._chip = board.chip
        self._clock = clock
        self._port = port
        self._log_port = log_port
        self._power = power
        self._lines = lines
        self._asserted: set[str] = set()
        self._seen = 0
        self._printed = 0
        self._gone = False

    @property
    def address(self) -> str:
        """Where the UART is served."""
        return self._port.address

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`; the flash file is up to date afterwards."""
        try:
            while not stopped():
                self.step()
        finally:
            self._chip.advance(self._clock.monotonic())
            self._save()

    def step(self, *, at_most_s: float = _LONGEST_WAIT_S) -> None:
        """One turn: hear the client, let time pass, answer, wait for what comes next."""
        self._vanish_if_due()
        for act in self._port.poll(device_rate=self._chip.rate):
            self._welcome()
            self._do(act)
        self._welcome()
        self._answer()
        self._save()
        self._port.wait(min(at_most_s, self._pause()))

    def _welcome(self) -> None:
        if self._port.sessions == self._seen:
            return
        first = self._seen == 0
        self._seen = self._port.sessions
        self._asserted.clear()
        if self._power is Power.HELD or (first and self._power is Power.KEPT):
            self._chip.hold()

    def _do(self, act: HostAct) -> None:
        now = self._clock.monotonic()
        if act.data:
            self._chip.host_send(act.data, now=now, baud=act.baud or self._chip.rate)
        if act.purge:
            self._chip.host_receive(_LIMIT, now=now, baud=self._host_rate())
        for line, state in (("rts", act.rts), ("dtr", act.dtr)):
            if state is not None and self._lines in (line, "both"):
                (self._asserted.add if state else self._asserted.discard)(line)
                self._chip.set_reset_line(low=bool(self._asserted), now=now)

    def _host_rate(self) -> float:
        return self._port.baud or self._chip.rate

    def _answer(self) -> None:
        now = self._clock.monotonic()
        while data := self._chip.host_receive(_LIMIT, now=now, baud=self._host_rate()):
            self._port.send(data)
        text = self._chip.log.since(self._printed)
        self._printed = self._chip.log.end
        if self._log_port is not None:
            self._log_port.poll(device_rate=self._chip.rate)
            if text:
                self._log_port.send(text)

    def _vanish_if_due(self) -> None:
        gone = self._chip.faults.port_gone(self._clock.monotonic())
        if gone and not self._gone:
            self._port.vanish()
        elif self._gone and not gone:
            self._port.reappear()
        self._gone = gone

    def _pause(self) -> float:
        now = self._clock.monotonic()
        times = [
            t for t in (self._chip.tx.next_delivery(), self._chip.next_event()) if t is not None
        ]
        return max(0.0, min([now + _LONGEST_WAIT_S, *times]) - now)

    def _save(self) -> None:
        if self._board.file is not None:
            self._board.file.save(self._chip.nor)
