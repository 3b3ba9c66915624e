"""Changing the rate of chip and host together, and finding each other again if that fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.boot.exchange import SETTLE_S, START_BAUD
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.wire import ALIVE_EVERY_S, SAFE_LEAD, is_link_answer
from plugsmith.errors.link import LinkLost
from plugsmith.errors.port import PortUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.exchange import Exchanger
    from plugsmith.clock import Clock
    from plugsmith.link.port import Port

_DELAY = 40  # 82 ms on loaders (2 ms ticks), 40 ms on ROMs: enough for a usual host to follow
_LONGEST = 255  # 512 ms and 255 ms: for a host that closes and opens its port
_SLOW_S = 0.03
_LATE = 1.2  # of the usual time to an answer
_CHECKS, _SOUND = 4, 3  # link checks that are sent once each, and how many must be answered


@dataclass(slots=True, kw_only=True)
class HostRates:
    """What is known of the host's side: rates it can set, how long a change takes.

    `steady`: a change was seen not to reset the chip; False: it was seen to, so none may be made;
    None: not known, and only to be asked where a change closes the port.
    """

    can: dict[int, bool] = field(default_factory=lambda: {START_BAUD: True})
    change_s: float = 0.0
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
        if not there or baud < old or self._sound():
            return there
        if self._switch(old) or self._exchanger.called_down(baud):
            return False
        raise LinkLost(port=port.info.name)

    def _sound(self) -> bool:
        """Whether most link checks are answered at once: a noisy rate must not be worked at."""
        wire = self._wire
        wait_s = 0.01 + max(wire.latency_s / 2, _LATE * wire.lag_s)
        return sum(wire.answered(wait_s) for _try in range(_CHECKS)) >= _SOUND

    def _host_can(self, baud: int) -> bool:
        """Try the host alone first: a chip at a rate that the host lacks would be lost.

        Not where that takes long: a loader resets itself meanwhile.
        """
        if self.host.slow(self._wire.port):
            return self.host.can.get(baud, True)
        return self.host.try_out(self._wire.port, baud, self._wire.clock)

    def _look_whether_steady(self) -> None:
        """Where a change closes the port: whether that resets the chip, as wired lines do.

        The chip is told to take the rate that it has and to wait; so silence does it no harm.
        """
        if self.host.steady is None and self._wire.port.capabilities.reopens:
            self.host.steady = self._switch(self._wire.port.baud)
        if self.host.steady is False:
            raise LinkLost(port=self._wire.port.info.name)

    def _switch(self, baud: int) -> bool:
        delay = _LONGEST if self.host.slow(self._wire.port) else _DELAY
        command = cmd.SetBaud(baud=baud, delay=delay)
        wire = self._wire
        wire.send(command)
        wire.port.drain()
        wire.clock.sleep(SETTLE_S)
        if not self._exchanger.host_to(baud):
            self.host.can[baud] = False
            return False
        end = wire.clock.monotonic() + 2 * (delay + 1) / 1000 + 0.2 + 2 * wire.latency_s
        while (left := end - wire.clock.monotonic()) > 0:
            reply = wire.take(min(left, ALIVE_EVERY_S))
            if reply is not None and (command.answers(reply) or is_link_answer(reply)):
                return wire.answered(0.1 + wire.latency_s) or wire.resync()
            if reply is None and wire.clock.monotonic() - wire.last_sent_s >= ALIVE_EVERY_S:
                wire.send_link_check()  # noise for a chip at the old rate, but it stays awake
        return False

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
