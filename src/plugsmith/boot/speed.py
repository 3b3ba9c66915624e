"""Choosing the rate: up as far as it proves itself, down on errors, up again when all is calm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.exchange import START_BAUD
from plugsmith.errors.flash import TransferError
from plugsmith.events import Log
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.events import EventSink

# Rates that 26 MHz divides exactly come first (uart-protocol.md 1.8); the others are for adapters
# that know only the usual ones. 1.5 M is 2 % off and 3 M far off: never offered.
EXACT = (2_000_000, 1_625_000, 1_300_000, 1_000_000, 650_000, 500_000)
USUAL = (921_600, 460_800, 230_400, START_BAUD)
HIGHER = (3_250_000, 2_600_000)  # only when asked for by name: few adapters can
_DEFAULT = (2_000_000, 1_000_000, 921_600, 500_000, 460_800, 230_400, START_BAUD)
_TROUBLE = 3  # repeated exchanges ...
_WITHIN = 24  # ... in so many pieces of work: the rate is too high
_CALM = 96  # pieces of work without any trouble: try the higher rate once more
_UPS = 2


class SpeedControl:
    """Decides the rate of one client. `probe` reads something known: whether it is right.

    `before_change` hears the rate that the chip is about to be asked for.
    """

    def __init__(
        self,
        client: BootClient,
        *,
        probe: Callable[[], bool],
        sink: EventSink | None,
        before_change: Callable[[int], None] | None = None,
    ) -> None:
        self._client = client
        self._before_change = before_change
        self._probe = probe
        self._sink = sink
        self._ladder: list[int] = [START_BAUD]
        self._errors = client.errors
        self._pieces = 0
        self._trouble = 0
        self._calm = 0
        self._ups_left = _UPS

    def raise_speed(self, *, limit: int | None, hints: Sequence[int]) -> int:
        """Go to the fastest proven rate up to `limit`; the rate now in use.

        `hints` (rates that worked before) are tried first; a named `limit` is tried as it is.
        """
        top = limit or max((*hints, _DEFAULT[0]))
        rates = dict.fromkeys((*hints, *([limit] if limit else []), *_DEFAULT))
        self._ladder = sorted({rate for rate in rates if START_BAUD < rate <= top} | {START_BAUD})
        first = [rate for rate in hints if rate <= top]
        rest = [rate for rate in reversed(self._ladder) if rate not in first]
        for rate in (*first, *rest):
            if self._try(rate):
                break
        self._reset()
        return self._client.baud

    def after(self, pieces: int = 1) -> None:
        """Look at the errors of the last `pieces` of work and change the rate if they say so."""
        new = self._client.errors - self._errors
        self._errors = self._client.errors
        self._pieces += pieces
        self._trouble += new
        self._calm = 0 if new else self._calm + pieces
        if self._trouble >= _TROUBLE:
            self.step_down()
        elif self._pieces >= _WITHIN:
            self._pieces = self._trouble = 0
        if self._calm >= _CALM and self._ups_left:
            self._step_up()

    def step_down(self) -> bool:
        """Go to the next lower rate that works; False at the lowest."""
        if not self._client.port.capabilities.speed_changes:
            self._reset()
            return False
        lower = [rate for rate in self._ladder if rate < self._client.baud]
        for rate in reversed(lower):
            if self._try(rate):
                self._say(_("Errors on the wire: going on at {baud} baud.", baud=rate))
                self._reset()
                return True
        self._reset()
        return False

    def back_to(self, rate: int) -> None:
        """Return to `rate` after a new link, or to what works below it."""
        for step in reversed([item for item in self._ladder if item <= rate]):
            if self._try(step):
                break
        self._reset()

    def _step_up(self) -> None:
        higher = [rate for rate in self._ladder if rate > self._client.baud]
        self._calm = 0
        if higher and self._client.port.capabilities.speed_changes:
            self._ups_left -= 1
            before = self._client.baud
            if not self._try(higher[0]) and self._client.baud != before:
                self.back_to(before)
            self._reset()

    def _try(self, rate: int) -> bool:
        """Whether `rate` works: changed, and what is read there is right at the first try."""
        if self._before_change is not None and rate != self._client.baud:
            self._before_change(rate)
        if not self._client.set_baud(rate):
            return False
        if rate == START_BAUD:
            return True
        errors = self._client.errors
        try:
            good = self._probe() and self._client.errors == errors
        except TransferError:
            good = False
        if not good:
            self._client.set_baud(START_BAUD)  # from there the next one is tried
        return good

    def _reset(self) -> None:
        self._errors = self._client.errors
        self._pieces = self._trouble = self._calm = 0

    def _say(self, message: str) -> None:
        if self._sink is not None:
            self._sink.emit(Log(message=message))
