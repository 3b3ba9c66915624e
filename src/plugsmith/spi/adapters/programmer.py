"""What every adapter is to the rest: a bus that can be begun and closed, held by a port."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol

from plugsmith.errors.port import PortUnsupported
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.messages import _
from plugsmith.spi.nor import SpiBus

if TYPE_CHECKING:
    from collections.abc import Callable


class Programmer(SpiBus, Protocol):
    """An `SpiBus` on USB or in the computer."""

    @property
    def cen_name(self) -> str:
        """Its own line to CEN; empty: none."""

    def begin(self) -> None:
        """Take the adapter and set its pins: the first thing that reaches the chip."""

    def pull_cen(self, *, low: bool) -> None:
        """Pull CEN low by the adapter's own line, or let it go."""

    def close(self) -> None:
        """Let the adapter go; may be called twice."""


class ProgrammerPort:
    """A `link.port.Port` in name only: there is no UART, only `bus` can be used."""

    def __init__(self, name: str, make: Callable[[], Programmer]) -> None:
        self.info = PortInfo(name=name)
        self.capabilities = PortCapabilities(modem_lines=False, speed_changes=False, local=True)
        self.baud = 0
        self._make = make
        self.bus: Programmer | None = None

    def begin(self) -> Programmer:
        """The bus, begun. Raises PortNotFound, PortBusy, PortDenied, PortUnsupported."""
        self.bus = bus = self._make()
        bus.begin()
        return bus

    def close(self) -> None:
        """Let the adapter go."""
        if self.bus is not None:
            self.bus.close()

    def read(self, limit: int, timeout_s: float) -> bytes:
        """PortUnsupported, as everything of a UART."""
        del limit, timeout_s
        self._refuse()

    def write(self, data: bytes) -> None:
        """PortUnsupported."""
        del data
        self._refuse()

    def drain(self) -> None:
        """PortUnsupported."""
        self._refuse()

    def discard_input(self) -> None:
        """PortUnsupported."""
        self._refuse()

    def set_baud(self, baud: int) -> None:
        """PortUnsupported."""
        del baud
        self._refuse()

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """PortUnsupported."""
        del rts, dtr
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise PortUnsupported(
            port=self.info.name, problem=_("it is an SPI adapter, and this needs a UART")
        )
