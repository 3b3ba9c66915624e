"""Port over a second OpenBeken module: its UART by TCP, speed and CEN by its commands.

The module's driver UartTCP passes bytes on; a change of speed is a restart of that driver, which
ends the connection (openbeken.md 17). CEN is pulled low by a command line that ends by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from plugsmith.errors import PlugsmithError
from plugsmith.errors.port import PortError, PortLost, PortUnsupported
from plugsmith.lan.host import parse_host
from plugsmith.lan.obk_http import Obk
from plugsmith.lan.pin_doctor import STOP_SCRIPTS, drive_line, release_line, work_channel
from plugsmith.lan.records import NO_ROLE
from plugsmith.link.bridge_address import read_bridge
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.link.ports import open_port
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from plugsmith.clock import Clock
    from plugsmith.lan.http import HttpTimeouts
    from plugsmith.link.port import Port

_T = TypeVar("_T")

START_BAUD = 115_200
FASTEST_BAUD = 2_000_000
_BUFFER = 4096  # bytes that the module gathers before it sends them on
_LISTENS_S = 3.0  # until a restarted driver takes a connection
_LOOK_S = 0.02
_OLD_ENDS_S = 0.05  # a connection to the driver as it was before ends within this
_GIVE_BACK_AGAIN = 2  # commands in all that are sent once more at the end
_CEN_LOW_S = 3.0  # the module lets go by itself then


class BridgePort:
    """link.port.Port over such a module. It ends what it began, and no setting there stays changed.

    A reset ends the module's own scripts too, and a UartTCP that ran before is stopped at the end.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        password: str | None = None,
        patience: HttpTimeouts | None = None,
    ) -> None:
        """Start the driver; the errors of Obk, PortUnsupported for a pin in use or no driver."""
        self._address = read_bridge(name)
        self._host = parse_host(self._address.host)
        self._clock = clock
        self._obk = Obk(self._host, password=password, patience=patience)
        self._info = PortInfo(name=name)
        self._cen_low: bool | None = False  # None: a command for it was begun, its answer not seen
        self._closed = False
        self._baud = START_BAUD
        self._early = b""  # came while it was seen whether the connection stays
        self._check_module()
        try:
            self._inner = self._restarted(START_BAUD)
        except BaseException:
            self._give_back()
            raise

    @property
    def info(self) -> PortInfo:
        """The address; a module has no adapter identity."""
        return self._info

    @property
    def capabilities(self) -> PortCapabilities:
        """The speed follows, with a new connection; RTS and DTR are the pin at CEN."""
        return PortCapabilities(
            modem_lines=self._address.cen is not None,
            speed_changes=True,
            local=False,
            reopens=True,
        )

    @property
    def baud(self) -> int:
        """The rate of the module's UART."""
        return self._baud

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""
        if self._early:
            data, self._early = self._early[:limit], self._early[limit:]
            return data
        return self._inner.read(limit, timeout_s)

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending."""
        self._inner.write(data)

    def drain(self) -> None:
        """Return when everything has left this computer."""
        self._inner.drain()

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""
        self._early = b""
        self._inner.discard_input()

    def set_baud(self, baud: int) -> None:
        """Restart the driver at `baud`; PortUnsupported for one that its UART cannot do."""
        if not 300 <= baud <= FASTEST_BAUD:
            raise PortUnsupported(
                port=self._info.name, problem=_("the module cannot do {baud} bit/s", baud=baud)
            )
        self._inner.close()
        try:
            self._inner = self._restarted(baud)
        except PlugsmithError as problem:
            raise PortLost(port=self._info.name) from problem
        self._baud = baud

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Either line pulls CEN low; without effect where no pin of the module is wired to it."""
        cen, low = self._address.cen, bool(rts or dtr)
        if cen is None or low == self._cen_low:
            return
        self._cen_low = None
        try:
            if low:
                self._command(drive_line(cen, 0, hold_s=_CEN_LOW_S))
            else:
                self._command(STOP_SCRIPTS)
                self._command(release_line(cen))
        except PlugsmithError as problem:
            raise PortLost(port=self._info.name) from problem
        self._cen_low = low

    def reopen(self, timeout_s: float) -> bool:
        """Connect again after a loss; False if the module does not take it in time."""
        end_s = self._clock.monotonic() + timeout_s
        with suppress(PlugsmithError):
            self._inner.close()
        while True:
            try:
                self._inner = self._restarted(self._baud)
            except PlugsmithError:
                if self._clock.monotonic() >= end_s:
                    return False
                self._clock.sleep(_LOOK_S)
            else:
                return True

    def close(self) -> None:
        """Give the UART and the pin back."""
        if self._closed:
            return
        self._closed = True
        self._inner.close()
        self._give_back()

    def _give_back(self) -> None:
        cen = self._address.cen
        # A script that holds CEN low would give the pin a role again when it ends.
        lines = [] if self._cen_low is False else [STOP_SCRIPTS]
        lines.append("stopDriver UartTCP")
        if cen is not None:
            lines += [release_line(cen), f"backlog setPinRole {cen} None; setPinChannel {cen} 0"]
        again = _GIVE_BACK_AGAIN
        while lines:
            try:
                self._command(lines[0])
            except PlugsmithError:  # an answer that is lost must not leave the pin with its role
                again -= 1
                if again >= 0:
                    continue
            lines = lines[1:]

    def _check_module(self) -> None:
        """An OpenBeken answers, and the pin at CEN has no work of its own."""
        _run(self._obk.info())
        cen = self._address.cen
        if cen is None:
            return
        pins = _run(self._obk.pins())
        free = cen < len(pins.roles) and pins.roles[cen] == NO_ROLE
        ours = cen < len(pins.roles) and pins.channels[cen] == work_channel(cen)  # of a lost run
        if not free and not ours:
            raise PortUnsupported(
                port=self._info.name,
                problem=_("P{pin} of the module is in use; take one without a role", pin=cen),
            )
        if not free:
            self._cen_low = None  # the line of that run may go on

    def _restarted(self, baud: int) -> Port:
        """The driver at `baud`, and a connection to it."""
        self._command(f"backlog stopDriver UartTCP; startDriver UartTCP {baud} {_BUFFER}")
        where = self._host.name if ":" not in self._host.name else f"[{self._host.name}]"
        end_s = self._clock.monotonic() + _LISTENS_S
        while True:
            try:
                return self._lasting(
                    open_port(f"socket://{where}:{self._address.uart}", clock=self._clock)
                )
            except PortError as problem:
                if self._clock.monotonic() >= end_s:
                    raise PortUnsupported(
                        port=self._info.name,
                        problem=_("its driver UartTCP does not start; a build may lack it"),
                    ) from problem
                self._clock.sleep(_LOOK_S)

    def _lasting(self, port: Port) -> Port:
        """`port` if it is no connection to the driver as it was before, which ends at once."""
        try:
            self._early = port.read(_BUFFER, _OLD_ENDS_S)
        except PortLost:
            port.close()
            raise
        return port

    def _command(self, line: str) -> None:
        _run(self._obk.command(line, repeatable=True))


def _run(work: Awaitable[_T]) -> _T:
    async def main() -> _T:
        return await work

    return asyncio.run(main())
