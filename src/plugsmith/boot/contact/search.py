"""One search for a boot code: polls, reset recipes, other speeds, and what is heard meanwhile.

Polls go out 1.5 ms apart from the moment the port is open: the shortest window is 5 ms, and a ROM
needs half a millisecond of silence after each (uart-protocol.md 1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from plugsmith.boot.contact.no_link import MOST_ROUND_TRIP_S, failure
from plugsmith.boot.contact.port_return import wait_for_port
from plugsmith.boot.contact.round_trip import measure_round_trip
from plugsmith.boot.contact.talkers import Talkers
from plugsmith.boot.contact.waiting import Waiting
from plugsmith.boot.exchange import START_BAUD
from plugsmith.boot.protocol.frames import LINK_CHECK, ReplyDecoder
from plugsmith.boot.wire import Wire, is_link_answer
from plugsmith.errors import Cancelled
from plugsmith.errors.port import PortLost, PortUnsupported
from plugsmith.link.hearing import Heard
from plugsmith.link.reset import CONSOLE_REBOOT, LINE_RECIPES, SDK_REBOOT, ResetRecipe, play
from plugsmith.link.witness import Witness
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.link.port import Port

_PERIOD_S = 0.0015
_ROUND_S = 1.5
_SPEED_TRY_S = 0.06
_SPEED_EVERY_S = 3.0
_REOPENING_SPEEDS, _REOPENING_EVERY_S = 1, 9.0
# Rates that tools use; a chip left at one of them hears 115200 as noise and stays silent itself.
_COMMON = (921_600, 2_000_000, 1_000_000, 460_800, 500_000, 230_400)
_COMMON_FIRST_S, _COMMON_EVERY_S = 5.0, 10.0
_QUIET_S = 2.5  # a T that garbled polls keep awake resets itself meanwhile
_GARBLED_FOR_S = 0.3  # a ROM's pin floats at power-up: that noise is over sooner
_HEARD_AGAIN_S = 6.0
# A T that was left at a speed which this adapter lacks stays awake as long as it hears polls. Gaps
# that grow by less than its listening window find the moment after its idle reset.
_GAPS_S = tuple(0.04 + 0.02 * step for step in range(15))
_AFTER_GAP_S = 0.035
_GAPS_FIRST_S, _GAPS_EVERY_S = 12.0, 25.0
_GAPS_LEFT_EVERY_S = 8.0
_CONSOLE_EVERY_S = 8.0
_SDK_EVERY = 3  # rounds
_OVERRUN_S = 1.8  # of the limit, for the rates of serial MCUs: no verdict before that
_TORN_WRITE = b"\xff" * 4352  # a Write4K that was cut off counts these as data; they write nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPolicy:
    """How long to poll and what to try; `timeout_s` None means until the user stops."""

    timeout_s: float | None = 30.0
    use_lines: bool = True  # play the RTS/DTR reset recipes
    use_text: bool = True  # send the text `reboot 1` for an OpenBeken console


class BootFound(Exception):
    """A boot code answered a poll."""


class Search:
    """One search for a boot code."""

    def __init__(
        self,
        *,
        port: Port,
        policy: LinkPolicy,
        clock: Clock,
        sink: EventSink,
        cancel: CancelToken,
        speeds: Sequence[int],
        left_behind: bool = False,
        witness: Witness | None = None,
    ) -> None:
        self.port = port
        self.policy = policy
        self.clock = clock
        self.sink = sink
        self.cancel = cancel
        changeable = port.capabilities.speed_changes
        self.speeds = [rate for rate in dict.fromkeys(speeds) if rate != START_BAUD and changeable]
        if port.capabilities.reopens:  # each try closes the port, and a window may be missed
            self.speeds = self.speeds[:_REOPENING_SPEEDS]
        self.witness = witness or Witness(port, clock)
        self.witness.begin()
        self.waiting = Waiting(self.witness, clock=clock, sink=sink)
        self.talkers = Talkers(self.witness, clock=clock, cancel=cancel)
        self.decoder = ReplyDecoder()
        self.trying = False  # at a rate that is only tried: what is heard there says nothing
        now = clock.monotonic()
        self.begin_s = now
        self.garbled_since_s: float | None = None
        self.quiet_done_s = now - _HEARD_AGAIN_S
        self.console_at_s = now + 2 * _ROUND_S
        self.speeds_at_s = now
        self.speeds_every_s = _REOPENING_EVERY_S if port.capabilities.reopens else _SPEED_EVERY_S
        self.common_at_s = now + _COMMON_FIRST_S
        reopens = port.capabilities.reopens
        self.common = [
            rate for rate in _COMMON if rate not in self.speeds and changeable and not reopens
        ]
        self.gaps_at_s = now if left_behind else now + _GAPS_FIRST_S
        self.gaps_every_s = _GAPS_LEFT_EVERY_S if left_behind else _GAPS_EVERY_S
        self.console_heard = False
        self.recipes = list(LINE_RECIPES) if policy.use_lines else []

    def run(self) -> None:
        """Search until found; NoAnswer when the time is up."""
        while True:
            try:
                self._to(START_BAUD)
                self._rounds()
            except BootFound:
                if self._found_stays():
                    self.witness.linked()
                    return
            except PortLost as lost:
                self._wait_for_port(lost)

    def _rounds(self) -> None:
        """Everything that is tried, over and over; ends by an exception."""
        turn = 0
        while True:
            now = self.clock.monotonic()
            if now >= self.speeds_at_s:
                self._try_speeds()
                self.speeds_at_s = now + self.speeds_every_s
            if now >= self.common_at_s:
                self._try_common()
                self.common_at_s = now + _COMMON_EVERY_S
            if now >= self.gaps_at_s:
                self._leave_alone()
                self.gaps_at_s = self.clock.monotonic() + self.gaps_every_s
            self._poll(_ROUND_S if turn else _ROUND_S / 5)
            if self.recipes and self.port.capabilities.modem_lines:
                self._play(self.recipes[turn % len(self.recipes)])
            if turn % _SDK_EVERY == 1:
                self._play(SDK_REBOOT)
            if self._console_due():
                self._play(CONSOLE_REBOOT)
                self.witness.asked_console = True
                self.console_at_s = self.clock.monotonic() + _CONSOLE_EVERY_S
            turn += 1

    def _console_due(self) -> bool:
        if not self.policy.use_text:
            return False
        now = self.clock.monotonic()
        heard = self.witness.ear.sound is Heard.CONSOLE and not self.console_heard
        self.console_heard |= heard
        return heard or now >= self.console_at_s

    def _play(self, recipe: ResetRecipe) -> None:
        for step in play(recipe, self.port):
            if step.silent:
                self._listen(step.wait_s)
            else:
                self._poll(step.wait_s)

    def _poll(self, seconds: float) -> None:
        """Link checks for `seconds`; raises Found as soon as one is answered."""
        end = self.clock.monotonic() + seconds
        while (now := self.clock.monotonic()) < end:
            self.port.write(LINK_CHECK)
            self.witness.sent += 1
            self._take_until(now + _PERIOD_S)
            self._after_poll()

    def _listen(self, seconds: float) -> None:
        """Receive without sending."""
        end = self.clock.monotonic() + seconds
        while (now := self.clock.monotonic()) < end:
            self._take_until(min(end, now + 0.05))
            self._check_end()

    def _take_until(self, until_s: float) -> None:
        while (left := until_s - self.clock.monotonic()) > 0:
            data = self.port.read(512, left)
            if not data:
                continue
            replies = self.decoder.feed(data)
            dropped = self.decoder.take_dropped()
            if not self.trying:
                self.witness.heard(dropped)
            answers = sum(is_link_answer(reply) for reply in replies)
            if answers:
                self.witness.answered += answers
                raise BootFound

    def _after_poll(self) -> None:
        self._check_end()
        now = self.clock.monotonic()
        self.waiting.look()
        self.talkers.meet()
        ear = self.witness.ear
        if ear.sound is Heard.TELNET and self.witness.port.info.name.startswith("socket://"):
            raise failure(self.witness)
        if not ear.garbled:
            self.garbled_since_s = None
            return
        if self.garbled_since_s is None:
            self.garbled_since_s = now
        since = self.garbled_since_s
        if now - since > _GARBLED_FOR_S and now - self.quiet_done_s > _HEARD_AGAIN_S:
            self._be_quiet()

    def _be_quiet(self) -> None:
        """Something talks at another speed: look there, then let a confused loader reset itself."""
        self._try_speeds()
        self._try_common()
        end_s = self.clock.monotonic() + _QUIET_S
        if self.witness.due_s(end_s) is None:  # else it is met when it is due
            self._listen_elsewhere()
        while (left := end_s - self.clock.monotonic()) > 0:
            self._listen(min(left, 0.1))
            self.talkers.meet()
        self.witness.forget()
        self.decoder.reset()
        self.garbled_since_s = None
        self.quiet_done_s = self.clock.monotonic()

    def _listen_elsewhere(self) -> None:
        """Who talks at rates of serial MCUs? Silent meanwhile; the limit is overrun a little."""
        self.talkers.listen_briefly(self._end_s() + _OVERRUN_S)

    def _leave_alone(self) -> None:
        """Give a chip that hears our polls as noise the silence in which it resets itself."""
        self._to(START_BAUD)
        for gap_s in _GAPS_S:
            self._listen(gap_s)
            self._poll(_AFTER_GAP_S)

    def _try_speeds(self) -> None:
        for rate in self.speeds:
            if not self._to(rate):
                continue
            self.poll_plain(_SPEED_TRY_S)
            self.port.write(_TORN_WRITE)
            self.port.drain()
            self.poll_plain(_SPEED_TRY_S)
        self._to(START_BAUD)

    def _try_common(self) -> None:
        for rate in self.common:
            if self._to(rate):
                self.poll_plain(_SPEED_TRY_S)
        self._to(START_BAUD)

    def poll_plain(self, seconds: float) -> None:
        """Polls at a speed that is only tried: what is heard there says nothing."""
        end = self.clock.monotonic() + seconds
        self.trying = True
        try:
            while (now := self.clock.monotonic()) < end:
                self.port.write(LINK_CHECK)
                self._take_until(now + _PERIOD_S)
                self._check_end()
        finally:
            self.trying = False
            self.decoder.reset()
            self.decoder.take_dropped()

    def _to(self, rate: int) -> bool:
        if self.port.baud == rate or not self.port.capabilities.speed_changes:
            return self.port.baud == rate
        try:
            self.port.set_baud(rate)
        except PortUnsupported:
            return False
        return True

    def _check_end(self) -> None:
        if self.cancel.cancelled:
            raise Cancelled(state=_("Nothing was changed on the device."))
        if self._time_is_up():
            witness = self.witness
            if witness.ear.garbled and not witness.seen().elsewhere:
                self._listen_elsewhere()  # no verdict before that
            raise failure(witness)

    def _time_is_up(self) -> bool:
        return self.clock.monotonic() >= self._end_s()

    def _end_s(self) -> float:
        limit = self.policy.timeout_s
        return inf if limit is None else self.begin_s + limit

    def _found_stays(self) -> bool:
        """Whether the boot code still answers; it may have been reset at once by a weak supply."""
        witness = self.witness
        if not self.port.capabilities.local:
            witness.round_trip_s = measure_round_trip(
                self.port, clock=self.clock, cancel=self.cancel
            )
            witness.too_slow = (witness.round_trip_s or 0.0) > MOST_ROUND_TRIP_S
            if witness.too_slow:
                raise failure(witness)
        wire = Wire(self.port, clock=self.clock, round_trip_s=witness.round_trip_s)
        wire.drain(wire.latency_s, most_s=0.5)
        self.decoder.reset()
        if any(wire.answered(0.1 + wire.latency_s) for _try in range(3)):
            return True
        witness.links_lost += 1
        return False

    def _wait_for_port(self, lost: PortLost) -> None:
        """After an adapter vanished: go on if it comes back."""
        wait_for_port(
            self.witness,
            lost,
            clock=self.clock,
            sink=self.sink,
            cancel=self.cancel,
            time_is_up=self._time_is_up,
        )
