"""What a chip is doing: a stage runs until it hands over to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from plugsmith.sim.chip.bootcode import Work
    from plugsmith.sim.flash.nor import NorFlash
    from plugsmith.sim.timing import DeviceTiming, WaitTimes
    from plugsmith.sim.wire import Line


class Board(Protocol):
    """What a stage may use of the chip it runs on."""

    @property
    def rx(self) -> Line:
        """Bytes from the host."""

    @property
    def nor(self) -> NorFlash:
        """The flash."""

    @property
    def patience(self) -> WaitTimes:
        """How long things are waited for."""

    @property
    def timing(self) -> DeviceTiming:
        """How long the device takes."""

    @property
    def rate(self) -> float:
        """The UART's real rate."""

    def perform(self, work: Work, *, at: float) -> float:
        """Carry out `work` begun `at`; returns when the boot code looks at its input again."""

    def transmit(self, data: bytes, *, at: float) -> float:
        """Send on UART1; returns when the last byte has left."""

    def print(self, text: str) -> None:
        """Text on UART2."""

    def start_application(self, *, at: float, heard: bool) -> None:
        """Leave the boot code; `heard`: some byte came without a LinkCheck."""

    def reset(self, *, at: float) -> None:
        """Watchdog or line: begin again."""


class Stage(Protocol):
    """One thing a chip can be busy with."""

    def run(self, now: float) -> None:
        """Do everything that happens up to `now`, or until another stage has taken over."""

    def next_event(self) -> float | None:
        """When something happens next, if nothing comes in from outside."""


class Dark:
    """Nothing runs: no boot code, crashed, hung, or held in reset. Bytes are lost."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def run(self, now: float) -> None:
        """Lose what arrives."""
        self._board.rx.drop_until(now)

    def next_event(self) -> float | None:
        """Nothing happens by itself."""
        return None


class Waiting:
    """Held in reset by a patient user who lets go when the first byte comes."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def run(self, now: float) -> None:
        """Let go so early that the first byte is heard."""
        first = self._board.rx.next_arrival()
        if first is not None and first <= now:
            self._board.reset(at=first - self._board.patience.uart_up_s - 1e-6)

    def next_event(self) -> float | None:
        """The arrival of the first byte."""
        return self._board.rx.next_arrival()
