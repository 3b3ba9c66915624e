"""A Web Serial port as a `link.port.Port`: bytes come into a queue, a new rate is a new opening."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from plugsmith.errors.port import PortBusy, PortDenied, PortLost, PortNotFound, PortUnsupported
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.link.port_list import PortEntry
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.web.host import Host, SerialWire, Wait

SCHEME = "webserial"
START_BAUD = 115_200
_USB_MAKERS = {0x1A86: "WCH", 0x10C4: "Silicon Labs", 0x0403: "FTDI", 0x067B: "Prolific"}
_PIECE_S = 0.5


class HostPort:
    """One open port; Web Serial cannot change a rate, so that `set_baud` closes and opens."""

    def __init__(self, name: str, host: Host, wait: Wait) -> None:
        """Raises PortNotFound, PortBusy, PortDenied, PortUnsupported."""
        self._host = host
        self._wait = wait
        self._baud = START_BAUD
        opened = wait(host.open_port(name))
        if isinstance(opened, str):
            raise _refusal(name, opened)
        self._wire = cast("SerialWire", opened)
        entry = next((item for item in list_host_ports(host) if item.device == name), None)
        self._info = PortInfo(
            name=name,
            adapter=entry.adapter if entry else None,
            maker=entry.maker if entry else None,
            product=entry.product if entry else None,
        )

    @property
    def info(self) -> PortInfo:
        """Name and adapter."""
        return self._info

    @property
    def capabilities(self) -> PortCapabilities:
        """What every Web Serial port can do."""
        return PortCapabilities(modem_lines=True, speed_changes=True, local=True, reopens=True)

    @property
    def baud(self) -> int:
        """The host's current rate in bit/s."""
        return self._baud

    @property
    def reopen_ms(self) -> float:
        """How long the last change of the rate took."""
        return float(self._wire.reopen_ms)

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""
        data = self._wire.take(limit)
        if data is None and timeout_s > 0:
            self._check()
            self._wait(self._wire.arrived(timeout_s * 1000))
            data = self._wire.take(limit)
        if data is None:
            self._check()
            return b""
        return data.to_bytes()

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending."""
        self._check()
        self._wire.send(self._host.to_js(bytes(data)))

    def drain(self) -> None:
        """Return when everything queued has left the browser."""
        self._check()
        self._wait(self._wire.drain())
        self._check()

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""
        self._check()
        self._wire.discard()

    def set_baud(self, baud: int) -> None:
        """Close and open at another rate; PortUnsupported if it does not open with it."""
        self._check()
        if self._wait(self._wire.change_rate(baud)):
            self._baud = baud
            return
        if not self._wait(self._wire.change_rate(self._baud)):
            raise PortLost(port=self._info.name)
        raise PortUnsupported(
            port=self._info.name, problem=_("the adapter cannot do {baud} bit/s", baud=baud)
        )

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set modem lines; True pulls the pin low."""
        self._check()
        self._wait(self._wire.lines(rts, dtr))

    def reopen(self, timeout_s: float) -> bool:
        """Wait for a vanished adapter to come back and open it again; False if it does not."""
        return bool(self._wait(self._wire.come_back(timeout_s * 1000)))

    def close(self) -> None:
        """Release the port; may be called twice."""
        self._wait(self._wire.close())

    def _check(self) -> None:
        if self._wire.lost:
            raise PortLost(port=self._info.name)


def _refusal(name: str, problem: str) -> Exception:
    """The error for what the browser says; `problem` is one of the host's words, or its text."""
    if problem == "gone":
        return PortNotFound(port=name)
    if problem == "busy":
        return PortBusy(port=name, holder=_("another program or another tab"))
    if problem == "denied":
        return PortDenied(
            port=name,
            remedy=_(
                "Another program may hold it. On Linux your user also needs the right to use "
                "serial ports: `sudo usermod -a -G dialout $USER`, then log out and in again."
            ),
        )
    return PortUnsupported(port=name, problem=problem)


def list_host_ports(host: Host) -> list[PortEntry]:
    """The ports that the user has let this page use."""
    return [
        PortEntry(
            device=row["name"],
            maker=_USB_MAKERS.get(row["vid"] or 0),
            product=None,
            vid=row["vid"],
            pid=row["pid"],
            serial=None,
            candidate=True,
        )
        for row in json.loads(host.port_list())
    ]


def open_host_port(name: str, clock: Clock, host: Host, wait: Wait) -> HostPort:
    """Open one; for `link.ports.register_scheme`. A first try that fails is made once more.

    The first opening after choosing a port fails on some systems (esp-web-tools #273).
    """
    try:
        return HostPort(name, host, wait)
    except (PortBusy, PortDenied):
        clock.sleep(_PIECE_S)
        return HostPort(name, host, wait)
