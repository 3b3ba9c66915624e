"""Choosing the rate: up as far as it proves itself, down on errors, up again when all is calm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.ladder import Ladder
from plugsmith.boot.wire import START_BAUD
from plugsmith.errors.flash import TransferError
from plugsmith.errors.link import LinkLost
from plugsmith.events import Log
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.events import EventSink

_TROUBLE = 3  # repeated exchanges ...
_WITHIN = 24  # ... in so many pieces of work: the rate is too high
_CALM = 96  # pieces of work without any trouble: try the higher rate once more
_UPS = 2
_SLIPS = 2  # tries of a change whose answer may just have been lost


def note_loss(ladder: Ladder, client: BootClient, rate: int) -> None:
    """The chip was lost in the change to `rate`: by that rate, or because any change resets it."""
    if client.host.steady is False:
        ladder.stay_down()
    else:
        ladder.failed(rate, lost=True)


class SpeedControl:
    """Decides the rate of one client. `probe` reads something known: whether it is right.

    `before_change` hears the rate that the chip is about to be asked for. A rate at which the chip
    cannot be found any more is noted in the ladder, and LinkLost raised.
    """

    def __init__(
        self,
        client: BootClient,
        *,
        probe: Callable[[], bool],
        sink: EventSink | None,
        before_change: Callable[[int], None] | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        self._client = client
        self._before_change = before_change
        self._probe = probe
        self._sink = sink
        self._ladder = ladder or Ladder()
        client.write_in_pieces(self._ladder.pieces[0], seen=self._ladder.pieces_known)
        self._errors = client.errors
        self._pieces = 0
        self._trouble = 0
        self._calm = 0
        self._ups_left = _UPS
        self._changing = False
        client.when_exhausted(self.step_down)

    @property
    def ladder(self) -> Ladder:
        """What is tried and what failed."""
        return self._ladder

    def raise_speed(self, *, limit: int | None = None, hints: Sequence[int] = ()) -> int:
        """Go to the fastest proven rate; the rate now in use.

        With `limit` or `hints` (rates that worked before, tried first) a new ladder is made.
        """
        if limit is not None or hints:
            self._ladder = Ladder(limit=limit, good=hints)
        before = self._client.baud
        if not self._client.port.capabilities.speed_changes:
            return before
        if before > self._ladder.top:
            self._client.set_baud(START_BAUD)
            before = START_BAUD
        if not any(self._try(rate) for rate in self._ladder.above(before)):
            self.back_to(before)
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
        rate = self._client.baud
        if rate <= START_BAUD or self._changing or not self._client.port.capabilities.speed_changes:
            self._reset()
            return False
        self._ladder.failed(rate)
        while not self._try(rate := self._ladder.below(rate)):
            if rate == START_BAUD:
                return False
        self._say(_("Errors on the wire: going on at {baud} baud.", baud=rate))
        self._reset()
        return True

    def back_to(self, rate: int) -> None:
        """Return to `rate` after a new link, or to what works below it."""
        while rate > self._client.baud and not self._try(rate):
            rate = self._ladder.below(rate)
        self._reset()

    def _step_up(self) -> None:
        before = self._client.baud
        higher = self._ladder.higher(before)
        self._calm = 0
        if higher is None or not self._client.port.capabilities.speed_changes:
            return
        self._ups_left -= 1
        if not self._try(higher) and self._client.baud != before:
            self.back_to(before)
        self._reset()

    def _try(self, rate: int) -> bool:
        """Whether `rate` works: changed, and what is read there is right at the first try."""
        if self._before_change is not None and rate != self._client.baud:
            self._before_change(rate)
        self._changing = True
        try:
            if not any(self._client.set_baud(rate) for _slip in range(_SLIPS)):
                self._ladder.failed(rate)
                return False
            if rate == START_BAUD:
                return True
            good = self._reads_right()
            if not good:
                self._ladder.failed(rate)
                self._client.set_baud(START_BAUD)  # from there the next one is tried
        except LinkLost:
            note_loss(self._ladder, self._client, rate)
            raise
        finally:
            self._changing = False
        if good:
            self._ladder.proved(rate)
        return good

    def _reads_right(self) -> bool:
        errors = self._client.errors
        try:
            return self._probe() and self._client.errors == errors
        except TransferError:
            return False

    def _reset(self) -> None:
        self._errors = self._client.errors
        self._pieces = self._trouble = self._calm = 0

    def _say(self, message: str) -> None:
        if self._sink is not None:
            self._sink.emit(Log(message=message))
