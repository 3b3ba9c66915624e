"""Changing the rate of chip and host together, and finding each other again if that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.exchange import SETTLE_S, START_BAUD
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.wire import ALIVE_EVERY_S, SAFE_LEAD, is_link_answer
from plugsmith.errors.link import LinkLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.exchange import Exchanger

_DELAY = 40  # 82 ms on loaders (2 ms ticks), 40 ms on ROMs: enough for any host to follow


class RateSwitch:
    """SetBaud with everything around it. The caller holds the wire's lock."""

    def __init__(self, exchanger: Exchanger) -> None:
        self._exchanger = exchanger
        self._wire = exchanger.wire
        self._host_rates: set[int] = {START_BAUD}

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
        if self._switch(baud):
            return True
        self._exchanger.errors += 1
        found = self._found_after(old, baud)
        self._exchanger.note_silence()
        return found

    def _host_can(self, baud: int) -> bool:
        """Try the host alone first: a chip at a rate that the host lacks would be lost."""
        if baud in self._host_rates:
            return True
        before = self._wire.port.baud
        good = self._exchanger.host_to(baud) and self._exchanger.host_to(before)
        if good:
            self._host_rates.add(baud)
        return good

    def _switch(self, baud: int) -> bool:
        command = cmd.SetBaud(baud=baud, delay=_DELAY)
        wire = self._wire
        wire.send(command)
        wire.port.drain()
        wire.clock.sleep(SETTLE_S)
        wire.port.set_baud(baud)
        end = wire.clock.monotonic() + 2 * (_DELAY + 1) / 1000 + 0.2 + 2 * wire.latency_s
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
        for rate in (new, old):
            if self._exchanger.called_down(rate):
                return False
        raise LinkLost(port=self._wire.port.info.name)

    def _answers_here(self) -> bool:
        self._wire.port.write(SAFE_LEAD)
        return any(self._wire.answered(0.04 + self._wire.latency_s) for _try in range(3))
