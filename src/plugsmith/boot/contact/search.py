"""One search for a boot code: polls, reset recipes, other speeds, and what is heard meanwhile.

Every step tells whether a boot code answered, and the search then stands at the rate at which it
did. Polls begin at the moment the port is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from plugsmith.boot.contact.no_link import MOST_ROUND_TRIP_S, failure
from plugsmith.boot.contact.polls import Polls
from plugsmith.boot.contact.port_return import wait_for_port
from plugsmith.boot.contact.round_trip import measure_round_trip
from plugsmith.boot.contact.talkers import Talkers
from plugsmith.boot.contact.turns import Noise, Turn
from plugsmith.boot.contact.waiting import Waiting
from plugsmith.boot.wire import START_BAUD, Wire
from plugsmith.errors import Cancelled
from plugsmith.errors.port import PortLost, PortUnsupported
from plugsmith.link.hearing import Heard
from plugsmith.link.other_boot import look_for_other_chip
from plugsmith.link.reset import CONSOLE_REBOOT, LINE_RECIPES, SDK_REBOOT, ResetRecipe, play
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.link.port import Port
    from plugsmith.link.witness import Witness

_ROUND_S = 1.5
_SPEED_TRY_S = 0.06
_SPEED_EVERY_S = 3.0
_REOPENING_SPEEDS, _REOPENING_EVERY_S = 1, 9.0
# Rates that tools use; a chip left at one of them hears 115200 as noise and stays silent itself.
_COMMON = (921_600, 2_000_000, 1_000_000, 460_800, 500_000, 230_400)
_COMMON_FIRST_S, _COMMON_EVERY_S = 5.0, 10.0
_QUIET_S = 2.5  # a T that garbled polls keep awake resets itself meanwhile
# A T that was left at a speed which this adapter lacks stays awake as long as it hears polls. Gaps
# that grow by less than its listening window find the moment after its idle reset.
_GAPS_S = tuple(0.04 + 0.02 * step for step in range(15))
_AFTER_GAP_S = 0.035
_GAPS_FIRST_S, _GAPS_EVERY_S = 12.0, 25.0
_GAPS_LEFT_EVERY_S = 8.0
_CONSOLE_EVERY_S = 8.0
_SDK_EVERY = 3  # rounds
_OVERRUN_S = 1.8  # of the limit, to look for somebody else: no verdict before that
# Other chips are greeted once, shortly before the likely cause is told or when the time is up.
_GREET_AFTER_S, _GREET_LEAST_S = 18.0, 3.0
_TRIES, _AGAIN_S = 3, 0.2
_TORN_WRITE = b"\xff" * 4352  # a Write4K that was cut off counts these as data; they write nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPolicy:
    """How long to poll and what to try; `timeout_s` None means until the user stops."""

    timeout_s: float | None = 30.0
    use_lines: bool = True  # play the RTS/DTR reset recipes
    use_text: bool = True  # send the text `reboot 1` for an OpenBeken console
    use_greetings: bool = True  # of the boot codes of other chips, when nobody answers
    pulse: Callable[[], None] | None = None  # resets the chip without the port's lines


class Search:
    """One search for a boot code on the port of `witness`, which is told what is seen."""

    def __init__(
        self,
        witness: Witness,
        *,
        policy: LinkPolicy,
        clock: Clock,
        sink: EventSink,
        cancel: CancelToken,
        speeds: Sequence[int],
        left_behind: bool = False,
    ) -> None:
        self._port = witness.port
        self._policy = policy
        self._clock = clock
        self._sink = sink
        self._cancel = cancel
        self._witness = witness
        witness.begin()
        self._waiting = Waiting(witness, clock=clock, sink=sink)
        self._talkers = Talkers(witness, clock=clock, cancel=cancel)
        self._polls = Polls(self._port, clock=clock, witness=witness, check=self._check_end)
        self._recipes = LINE_RECIPES if policy.use_lines else ()
        self._speeds, self._common = _rates(self._port, speeds)
        now_s = clock.monotonic()
        self._begin_s = now_s
        self._noise = Noise(now_s)
        self._console_heard = False
        self._greets = policy.use_greetings and not witness.links
        reopens = self._port.capabilities.reopens
        self._speeds_turn = Turn(
            first_s=now_s, every_s=_REOPENING_EVERY_S if reopens else _SPEED_EVERY_S
        )
        self._common_turn = Turn(first_s=now_s + _COMMON_FIRST_S, every_s=_COMMON_EVERY_S)
        self._console_turn = Turn(first_s=now_s + 2 * _ROUND_S, every_s=_CONSOLE_EVERY_S)
        self._gaps_turn = Turn(
            first_s=now_s if left_behind else now_s + _GAPS_FIRST_S,
            every_s=_GAPS_LEFT_EVERY_S if left_behind else _GAPS_EVERY_S,
        )

    def run(self) -> None:
        """Return when a boot code answers and stays; NoAnswer when the time is up."""
        while True:
            try:
                self._to_start()
                turn = 0
                while not self._round(turn):
                    turn += 1
                if self._found_stays():
                    self._witness.linked()
                    return
            except PortLost as lost:
                self._wait_for_port(lost)

    def _round(self, turn: int) -> bool:
        """Everything that is tried, once each as far as it is due."""
        return (
            self._try_what_is_due()
            or self._poll(_ROUND_S if turn else _ROUND_S / 5)
            or self._reset(turn)
        )

    def _try_what_is_due(self) -> bool:
        now_s = self._clock.monotonic()
        if self._speeds_turn.is_due(now_s):
            if self._try_speeds():
                return True
            self._speeds_turn.done(now_s)
        if self._common_turn.is_due(now_s):
            if self._try_common():
                return True
            self._common_turn.done(now_s)
        if self._gaps_turn.is_due(now_s):
            if self._leave_alone():
                return True
            self._gaps_turn.done(self._clock.monotonic())
        if now_s >= self._begin_s + _GREET_AFTER_S:
            self._greet_others()
        return False

    def _greet_others(self) -> None:
        """Chips of other makers that wait in their boot mode say nothing by themselves."""
        now_s = self._clock.monotonic()
        if self._greets and not self._witness.answered and now_s - self._begin_s >= _GREET_LEAST_S:
            self._greets = False
            look_for_other_chip(
                self._port,
                witness=self._witness,
                clock=self._clock,
                cancel=self._cancel,
                end_s=min(now_s, self._end_s()) + _OVERRUN_S,
            )

    def _reset(self, turn: int) -> bool:
        """The reset recipes whose turn it is."""
        lines = self._recipes and self._port.capabilities.modem_lines
        if lines and self._play(self._recipes[turn % len(self._recipes)]):
            return True
        if self._policy.pulse is not None:
            self._policy.pulse()
            if self._poll(_ROUND_S / 5):
                return True
        if turn % _SDK_EVERY == 1 and self._play(SDK_REBOOT):
            return True
        if self._console_due():
            if self._play(CONSOLE_REBOOT):
                return True
            self._witness.asked_console = True
            self._console_turn.done(self._clock.monotonic())
        return False

    def _console_due(self) -> bool:
        if not self._policy.use_text:
            return False
        heard = self._witness.ear.sound is Heard.CONSOLE and not self._console_heard
        self._console_heard |= heard
        return heard or self._console_turn.is_due(self._clock.monotonic())

    def _play(self, recipe: ResetRecipe) -> bool:
        for step in play(recipe, self._port):
            if self._polls.listen(step.wait_s) if step.silent else self._poll(step.wait_s):
                return True
        return False

    def _poll(self, seconds: float) -> bool:
        return self._polls.poll(seconds, between=self._after_poll)

    def _after_poll(self) -> bool:
        now_s = self._clock.monotonic()
        self._waiting.look()
        self._talkers.meet()
        ear = self._witness.ear
        if ear.sound is Heard.TELNET and self._port.info.name.startswith("socket://"):
            raise failure(self._witness)
        return self._noise.lasts(garbled=ear.garbled, now_s=now_s) and self._be_quiet()

    def _be_quiet(self) -> bool:
        """Something talks at another speed: look there, then let a confused loader reset itself."""
        if self._try_speeds() or self._try_common():
            return True
        end_s = self._clock.monotonic() + _QUIET_S
        if self._witness.due_s(end_s) is None:  # else it is met when it is due
            self._listen_elsewhere()
        while (left_s := end_s - self._clock.monotonic()) > 0:
            if self._polls.listen(min(left_s, 0.1)):
                return True
            self._talkers.meet()
        self._witness.forget()
        self._polls.forget()
        self._noise.was_quiet(self._clock.monotonic())
        return False

    def _listen_elsewhere(self) -> None:
        """Who talks at rates of serial MCUs? Silent meanwhile; the limit is overrun a little."""
        self._talkers.listen_briefly(self._end_s() + _OVERRUN_S)

    def _leave_alone(self) -> bool:
        """Give a chip that hears our polls as noise the silence in which it resets itself."""
        self._to(START_BAUD)
        return any(self._polls.listen(gap_s) or self._poll(_AFTER_GAP_S) for gap_s in _GAPS_S)

    def _try_speeds(self) -> bool:
        for rate in self._speeds:
            if not self._to(rate):
                continue
            if self._polls.attempt(_SPEED_TRY_S):
                return True
            self._port.write(_TORN_WRITE)
            self._port.drain()
            if self._polls.attempt(_SPEED_TRY_S):
                return True
        self._to(START_BAUD)
        return False

    def _try_common(self) -> bool:
        for rate in self._common:
            if self._to(rate) and self._polls.attempt(_SPEED_TRY_S):
                return True
        self._to(START_BAUD)
        return False

    def _to_start(self) -> None:
        """PortUnsupported from a port that does not go back: a fresh boot code is at no other."""
        for _try in range(_TRIES):
            if self._to(START_BAUD) or not self._port.capabilities.speed_changes:
                return
            self._clock.sleep(_AGAIN_S)
        self._port.set_baud(START_BAUD)

    def _to(self, rate: int) -> bool:
        if self._port.baud == rate or not self._port.capabilities.speed_changes:
            return self._port.baud == rate
        try:
            self._port.set_baud(rate)
        except PortUnsupported:
            return False
        return True

    def _check_end(self) -> None:
        if self._cancel.cancelled:
            raise Cancelled(state=_("Nothing was changed on the device."))
        if self._time_is_up():
            witness = self._witness
            if witness.ear.garbled and not witness.seen().elsewhere:
                self._listen_elsewhere()  # no verdict before that
            else:
                self._greet_others()
            raise failure(witness)

    def _time_is_up(self) -> bool:
        return self._clock.monotonic() >= self._end_s()

    def _end_s(self) -> float:
        limit = self._policy.timeout_s
        return inf if limit is None else self._begin_s + limit

    def _found_stays(self) -> bool:
        """Whether the boot code still answers; it may have been reset at once by a weak supply."""
        witness = self._witness
        if not self._port.capabilities.local:
            witness.round_trip_s = measure_round_trip(
                self._port, clock=self._clock, cancel=self._cancel
            )
            witness.too_slow = (witness.round_trip_s or 0.0) > MOST_ROUND_TRIP_S
            if witness.too_slow:
                raise failure(witness)
        wire = Wire(self._port, clock=self._clock, round_trip_s=witness.round_trip_s)
        if self._port.capabilities.local:
            self._polls.rest(wire.latency_s, most_s=0.5)
        else:
            wire.drain(wire.latency_s, most_s=0.5)
            self._polls.forget()
        if any(wire.answered(0.1 + wire.latency_s) for _try in range(3)):
            return True
        witness.links_lost += 1
        return False

    def _wait_for_port(self, lost: PortLost) -> None:
        """After an adapter vanished: go on if it comes back."""
        wait_for_port(
            self._witness,
            lost,
            clock=self._clock,
            sink=self._sink,
            cancel=self._cancel,
            time_is_up=self._time_is_up,
        )


def _rates(port: Port, speeds: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where a cut session may have left the chip, and the usual rates besides."""
    if not port.capabilities.speed_changes:
        return (), ()
    own = tuple(rate for rate in dict.fromkeys(speeds) if rate != START_BAUD)
    if port.capabilities.reopens:  # each try closes the port, and a window may be missed
        return own[:_REOPENING_SPEEDS], ()
    return own, tuple(rate for rate in _COMMON if rate not in own)
