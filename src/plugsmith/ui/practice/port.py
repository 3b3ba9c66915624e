"""The port of a practice plug: the simulator's own, with the owner's hands on its wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.port import PortBusy, PortLost, PortNotFound
from plugsmith.messages import _
from plugsmith.sim.ports.port import SimLogPort, SimPort
from plugsmith.ui.practice.hands import Wires

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.sim.ports.port import SimCapabilities, SimPortInfo
    from plugsmith.ui.practice.plug import Plug

_SLICE_S = 0.05  # the longest that a read keeps the hands away from the wires


class PracticePort:
    """Same methods as `plugsmith.link.port.Port`. One at a time, as with a real adapter."""

    def __init__(self, plug: Plug, clock: Clock, *, name: str, log: bool = False) -> None:
        self._plug = plug
        self._clock = clock
        with plug.lock:
            if not plug.hands.plugged:
                raise PortNotFound(port=name)
            if not log and plug.opened:
                raise PortBusy(port=name, holder=_("another job"))
            self._log = SimLogPort(plug.chip, clock, name=name)
            self._inner: SimPort = (
                self._log if log else SimPort(plug.chip, clock, name=name, lines=plug.lines)
            )
            self._is_log = log
            if not log:
                plug.opened = True
        self._closed = False

    @property
    def info(self) -> SimPortInfo:
        """What is known about the adapter."""
        return self._inner.info

    @property
    def capabilities(self) -> SimCapabilities:
        """What the adapter can do."""
        return self._inner.capabilities

    @property
    def baud(self) -> int:
        """The host's rate in bit/s."""
        return self._inner.baud

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""
        deadline = self._clock.monotonic() + max(0.0, timeout_s)
        while True:
            left = deadline - self._clock.monotonic()
            with self._plug.lock:
                self._check()
                data = self._heard(limit, min(max(0.0, left), _SLICE_S))
            if data or left <= 0:
                return data

    def _heard(self, limit: int, slice_s: float) -> bytes:
        hands = self._plug.hands
        if self._is_log or hands.hears_chip:
            return self._inner.read(limit, slice_s)
        if hands.wires is Wires.WRONG_PAIR:
            return self._log.read(limit, slice_s)
        self._inner.discard_input()
        data = hands.heard(limit, self._clock.monotonic())
        if not data:
            self._clock.sleep(slice_s)
        return data

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending."""
        with self._plug.lock:
            self._check()
            hands = self._plug.hands
            hands.sent(bytes(data))
            if hands.reaches_chip and not self._is_log:
                self._inner.write(data)

    def drain(self) -> None:
        """Return when everything queued has left the host."""
        with self._plug.lock:
            self._check()
            self._inner.drain()

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""
        with self._plug.lock:
            self._check()
            self._plug.hands.forget()
            self._inner.discard_input()

    def set_baud(self, baud: int) -> None:
        """Change the host's rate."""
        with self._plug.lock:
            self._check()
            self._inner.set_baud(baud)

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set modem lines; RTS pulls CEN where the plug is wired so."""
        with self._plug.lock:
            self._check()
            self._inner.set_lines(rts=rts, dtr=dtr)

    def close(self) -> None:
        """Release the port; the chip stays as it is."""
        with self._plug.lock:
            if self._closed:
                return
            self._closed = True
            self._inner.close()
            if not self._is_log:
                self._plug.opened = False

    def _check(self) -> None:
        if self._closed or not self._plug.hands.plugged:
            raise PortLost(port=self._inner.info.name)
