"""Who pulls CEN, the chip's reset: a hand, the adapter's own line, a chip select, a serial line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.link.port import Port
    from plugsmith.spi.adapters.programmer import Programmer
    from plugsmith.spi.serprog import Serprog

_LOW_S = 0.15
_SLOW_HZ = 10_000


class Cen(Protocol):
    """The wire to CEN."""

    port_name: str
    by_hand: bool

    def ask(self) -> str:
        """What the user is told."""

    def pulse(self) -> None:
        """Pull CEN low and let it go; returns when it is high."""


class ByHand:
    """Somebody connects CEN to GND for a moment."""

    by_hand = True

    def __init__(self, port_name: str) -> None:
        self.port_name = port_name

    def ask(self) -> str:
        """What to do."""
        return _("Connect CEN to GND for a moment, again and again, until the flash answers.")

    def pulse(self) -> None:
        """Nothing that we could do."""


class BySelect:
    """CEN hangs on the programmer's second chip select, which is low while bytes are sent."""

    by_hand = False

    def __init__(self, bus: Serprog, port_name: str) -> None:
        self._bus = bus
        self.port_name = port_name

    def ask(self) -> str:
        """What is done."""
        return _("Resetting the chip by the programmer's second chip select.")

    def pulse(self) -> None:
        """As many bytes as last long enough at the slowest clock."""
        bus, usual = self._bus, self._bus.hz
        bus.select(1)
        try:
            hz = bus.set_clock(_SLOW_HZ)
            left = int(_LOW_S * hz / 8) + 1
            while left > 0:
                bus.transfer(bytes(min(left, bus.max_write)), 0)
                left -= bus.max_write
        finally:
            bus.select(0)
            bus.set_clock(usual)


class ByAdapter:
    """CEN hangs on a line of the SPI adapter itself."""

    by_hand = False

    def __init__(self, bus: Programmer, clock: Clock, port_name: str) -> None:
        self._bus, self._clock = bus, clock
        self.port_name = port_name

    def ask(self) -> str:
        """What is done."""
        return _("Resetting the chip by the line {line}.", line=self._bus.cen_name)

    def pulse(self) -> None:
        """Low for as long as a reset needs."""
        try:
            self._bus.pull_cen(low=True)
            self._clock.sleep(_LOW_S)
        finally:
            self._bus.pull_cen(low=False)


class ByLine:
    """CEN hangs on RTS or DTR of a serial adapter."""

    by_hand = False

    def __init__(self, port: Port, line: str, clock: Clock, port_name: str) -> None:
        self._port, self._line, self._clock = port, line, clock
        self.port_name = port_name

    def ask(self) -> str:
        """What is done."""
        return _("Resetting the chip by the line {line}.", line=self._line.upper())

    def pulse(self) -> None:
        """Asserted is low at the pin."""
        try:
            self._set(asserted=True)
            self._clock.sleep(_LOW_S)
        finally:
            self._set(asserted=False)

    def _set(self, *, asserted: bool) -> None:
        if self._line == "rts":
            self._port.set_lines(rts=asserted)
        else:
            self._port.set_lines(dtr=asserted)
