"""Changing the rate of chip and host together, and finding each other again if that fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.boot.exchange import SETTLE_S
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.wire import ALIVE_EVERY_S, SAFE_LEAD, START_BAUD, is_link_answer
from plugsmith.errors.link import LinkLost
from plugsmith.errors.port import PortUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.exchange import Exchanger
    from plugsmith.boot.protocol.frames import Reply
    from plugsmith.clock import Clock
    from plugsmith.link.port import Port

_DELAY = 40  # 82 ms on loaders (2 ms ticks), 40 ms on ROMs: enough for a usual host to follow
_LONGEST = 255  # 512 ms and 255 ms: for a host that closes and opens its port
_WAITS_S = _LONGEST / 1000  # every chip that was told so is deaf and mute for so long
_LOOKS = 2  # openings for one question: noise may have taken the answer of the first
_SLOW_S = 0.03
_LATE = 1.2  # of the usual time to an answer
_CHECKS, _SOUND = 4, 3  # link checks that are sent once each, and how many must be answered


@dataclass(slots=True, kw_only=True)
class HostRates:
    """What is known of the host's side: rates it can set, how long a change takes.

    `steady`: a change was seen not to reset the chip; False: it was seen to, so none may be made;
    None: not known, and only to be asked where a change closes the port. `opening_s`: how long the
    last change took, from the end of the request on.
    """

    can: dict[int, bool] = field(default_factory=lambda: {START_BAUD: True})
    change_s: float = 0.0
    opening_s: float = 0.0
    steady: bool | None = None

    def slow(self, port: Port) -> bool:
        """Whether the chip must be told to wait longer than usual."""
        return port.capabilities.reopens or self.change_s > _SLOW_S

    def try_out(self, port: Port, baud: int, clock: Clock) -> bool:
        """Whether the host alone can change to `baud` and back."""
        if baud not in self.can and port.capabilities.speed_changes:
            before, begin = port.baud, clock.monotonic()
            try:
                port.set_baud(baud)
                port.set_baud(before)
                self.can[baud] = True
            except PortUnsupported:
                self.can[baud] = False
            self.change_s = max(self.change_s, (clock.monotonic() - begin) / 2)
        return self.can.get(baud, False)


class RateSwitch:
    """SetBaud with everything around it. The caller holds the wire's lock."""

    def __init__(self, exchanger: Exchanger) -> None:
        self._exchanger = exchanger
        self._wire = exchanger.wire
        self.host = HostRates()

    def change(self, baud: int) -> bool:
        """Go to `baud`; False, and both at the old rate, if it does not work.

        Raises LinkLost if the chip cannot be found at either rate afterwards.
        """
        port = self._wire.port
        old = port.baud
        if baud == old:
            return True
        if not port.capabilities.speed_changes or not self._host_can(baud):
            return False
        self._look_whether_steady()
        there = self._switch(baud)
        if not there:
            self._exchanger.errors += 1
            there = self._found_after(old, baud)
            self._exchanger.note_silence()
        if self.host.steady is None and port.capabilities.reopens and baud != START_BAUD:
            self._judge(steady=port.baud != START_BAUD)
        if not there or baud < old or self._sound():
            return there
        if self._switch(old):
            return False
        if self._exchanger.called_down(baud):
            self._exchanger.note_silence()
            return False
        raise LinkLost(port=port.info.name)

    def _sound(self) -> bool:
        """Whether most link checks are answered at once: a noisy rate must not be worked at."""
        wire = self._wire
        wait_s = 0.01 + max(wire.latency_s / 2, _LATE * wire.lag_s)
        good = 0
        for left in range(_CHECKS, 0, -1):
            if good >= _SOUND or good + left < _SOUND:
                break
            good += wire.answered(wait_s)
        return good >= _SOUND

    def _host_can(self, baud: int) -> bool:
        """Try the host alone first: a chip at a rate that the host lacks would be lost.

        Not where that takes long: a loader resets itself meanwhile.
        """
        if self.host.slow(self._wire.port):
            return self.host.can.get(baud, True)
        return self.host.try_out(self._wire.port, baud, self._wire.clock)

    def _look_whether_steady(self) -> None:
        """Where a change closes the port: whether that resets the chip, as wired lines do.

        The chip is told to take the rate that it has and to wait; so silence does it no harm. Its
        answer to that request is a yes, and so is any answer at a raised rate, which a reset ends.
        A link check is answered by a fresh boot code as well: when the chip should still be
        waiting, that is a no. After a slow opening the first change of the rate tells.
        """
        port = self._wire.port
        if self.host.steady is None and port.capabilities.reopens:
            for _look in range(_LOOKS):
                reply = self._asked(port.baud)
                there = reply is not None and self._answers()
                fresh = reply is None or (is_link_answer(reply) and port.baud == START_BAUD)
                if not there or not fresh:
                    self.host.steady = there
                    break
                if self.host.opening_s >= _WAITS_S:
                    break
            else:
                self.host.steady = False
        self._refuse_if_unsteady()

    def _judge(self, *, steady: bool) -> None:
        self.host.steady = steady
        self._refuse_if_unsteady()

    def _refuse_if_unsteady(self) -> None:
        if self.host.steady is False:
            raise LinkLost(port=self._wire.port.info.name)

    def _switch(self, baud: int) -> bool:
        """Go to `baud`; whether the chip is there.

        Answers to link checks alone may come from another one that was put in: that is noted.
        """
        reply, wire = self._asked(baud), self._wire
        if reply is None:
            return False
        at_once = wire.answered(0.1 + wire.latency_s)
        if not at_once and not wire.resync():
            return False
        if not at_once or is_link_answer(reply):
            self._exchanger.note_silence()
        return True

    def _answers(self) -> bool:
        wire = self._wire
        return wire.answered(0.1 + wire.latency_s) or wire.resync()

    def _asked(self, baud: int) -> Reply | None:
        """Ask chip and host for `baud`; the first answer there: to that, or to a link check."""
        delay = _LONGEST if self.host.slow(self._wire.port) else _DELAY
        command = cmd.SetBaud(baud=baud, delay=delay)
        wire = self._wire
        wire.send(command)
        wire.port.drain()
        begin = wire.clock.monotonic()
        wire.clock.sleep(SETTLE_S)
        if not self._exchanger.host_to(baud):
            self.host.can[baud] = False
            return None
        self.host.opening_s = wire.clock.monotonic() - begin
        end = wire.clock.monotonic() + 2 * (delay + 1) / 1000 + 0.2 + 2 * wire.latency_s
        while (left := end - wire.clock.monotonic()) > 0:
            reply = wire.take(min(left, ALIVE_EVERY_S))
            if reply is not None and (command.answers(reply) or is_link_answer(reply)):
                return reply
            if reply is None and wire.clock.monotonic() - wire.last_sent_s >= ALIVE_EVERY_S:
                wire.send_link_check()  # noise for a chip at the old rate, but it stays awake
        return None

    def _found_after(self, old: int, new: int) -> bool:
        """Whether the chip is at `new` after a change without an answer; back at `old` if not."""
        tries: tuple[tuple[int, Callable[[], bool]], ...] = (
            (new, self._answers_here),
            (old, self._answers_here),
            (new, lambda: self._switch(old)),  # the chip may hear us although we do not hear it
            (old, self._answers_here),
            (new, self._answers_here),
        )
        for rate, attempt in tries:
            if rate != self._wire.port.baud:
                self._exchanger.host_to(rate)
            self._wire.forget()
            if attempt():
                return self._wire.port.baud == new
        for rate in (new, old) if old != START_BAUD else (new,):
            if self._exchanger.called_down(rate):
                return False
        raise LinkLost(port=self._wire.port.info.name)

    def _answers_here(self) -> bool:
        self._wire.port.write(SAFE_LEAD)
        return any(self._wire.answered(0.04 + self._wire.latency_s) for _try in range(3))
