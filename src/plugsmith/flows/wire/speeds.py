"""The speeds of the adapter in use: one ladder for all links of a verb, and what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.ladder import WHOLE_FRAME, Ladder
from plugsmith.boot.policy import Pace
from plugsmith.boot.rates import HostRates
from plugsmith.boot.speed import note_loss
from plugsmith.boot.wire import START_BAUD
from plugsmith.errors.link import LinkLost
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.boot.client import BootClient
    from plugsmith.errors import PlugsmithError
    from plugsmith.flows.context import FlowContext
    from plugsmith.link.port import Port

_DOWN_TRIES = 4


def come_down(client: BootClient) -> None:
    """To the ground from a rate at which the chip was found or which failed; noise may need more
    than one try.
    """
    any(client.set_baud(START_BAUD) for _try in range(_DOWN_TRIES))


class Speeds:
    """Where each link begins, and what is learnt when it does not work there."""

    def __init__(self, ctx: FlowContext, port: Port) -> None:
        self._ctx = ctx
        self._port = port
        self.adapter_key = port.info.adapter or ctx.port_name
        self._memory = ctx.library.adapters
        self._known = self._memory.facts(self.adapter_key)
        self.ladder = Ladder(
            limit=ctx.baud_limit,
            good=self._known.good,
            bad=[rate for rate in self._known.bad if rate != ctx.baud_limit],
            trial=self._known.trial_due,
            on_failed=lambda rate: self._memory.failed(self.adapter_key, rate),
            piece=None if self._known.trial_due else self._known.piece,
            on_piece=self._note_piece,
        )
        self.left_behind = False
        self._host = HostRates()
        self._pace = Pace()
        self._entry = START_BAUD
        self._forgave = self._lost_changing = False
        self._said: tuple[int, ...] = ()

    def relink_speeds(self) -> tuple[int, ...]:
        """Rates at which the chip may still listen; none where trying one would reset it."""
        if self._host.steady is False:
            return ()
        return self._ctx.library.relink_speeds(
            port=self._ctx.port_name, adapter=self._port.info.adapter
        )

    def enter(self, client: BootClient, *, resets_itself: bool) -> None:
        """Go to the first rate; LinkLost if the chip is lost on the way, which is noted.

        `resets_itself`: the chip leaves download mode when it is left alone.
        """
        client.host = self._host
        client.at_pace(self._pace)
        self._entry = START_BAUD
        self.left_behind = self._lost_changing = False
        if not self._port.capabilities.speed_changes:
            return
        while (rate := self.ladder.entry()) > START_BAUD:
            self._memory.in_use(self.adapter_key, rate)
            try:
                if client.set_baud(rate) or client.set_baud(rate):
                    self._entry = rate
                    return
            except LinkLost:
                self._lost_changing = True
                self.left_behind = resets_itself and self._host.steady is not False
                note_loss(self.ladder, client, rate)
                raise
            self.ladder.failed(rate)
        come_down(client)

    def trusts(self, baud: int) -> bool:
        """Whether `baud` is the ground, or carried data through this adapter before."""
        return baud <= START_BAUD or baud in self._known.good

    def goes_lower(self, failure: PlugsmithError) -> bool:
        """Whether `failure` before the identity was known is a reason to try a lower rate.

        A rate that carried data before is forgiven one reset.
        """
        rate = self._entry
        if self._lost_changing or rate <= START_BAUD:
            return self._lost_changing
        lost = isinstance(failure, LinkLost)
        if lost and rate in self._known.good and not self._forgave:
            self._forgave = self.left_behind = True
            return True
        self.left_behind = lost
        self.ladder.failed(rate, lost=lost)
        return True

    def works(self, baud: int) -> None:
        """`baud` carries data; say and remember so when something higher did not."""
        self.left_behind = False
        self.ladder.proved(baud)
        failed = tuple(rate for rate in self.ladder.given_up if rate > baud)
        if not failed or self._said == (baud, *failed):
            return
        self._said = (baud, *failed)
        self._memory.worked(self.adapter_key, baud)
        if self._host.steady is False:
            text = _("Changing the speed of this port resets the chip: it stays at {good} baud.")
        else:
            text = _("This adapter carries {good} baud, not {bad}. Plugsmith remembers that.")
        self._ctx.say(text.format(good=baud, bad=min(failed)))

    def _note_piece(self, piece: int) -> None:
        self._memory.carries(self.adapter_key, piece, whole=piece >= WHOLE_FRAME)
        if piece < WHOLE_FRAME:
            self._ctx.say(
                _("This adapter loses bytes of long writes: they go in pieces of {n}.", n=piece)
            )

    def shaken(self, baud: int) -> bool:
        """The chip was lost at `baud` again and again: go lower; False at the lowest."""
        if baud <= START_BAUD:
            return False
        self.ladder.failed(baud)
        return True

    def carried_all(self, baud: int) -> None:
        """`baud` carried a whole verb; remembered unless the user chose it."""
        if baud != self._ctx.baud_limit and (baud != START_BAUD or self._known.bad):
            self._memory.worked(self.adapter_key, baud)

    def in_use(self, baud: int | None) -> None:
        """Where a cut connection may leave the chip; None after an orderly end."""
        self._memory.in_use(self.adapter_key, baud)
