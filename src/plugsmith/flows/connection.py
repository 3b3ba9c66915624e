"""A linked, identified chip for the length of one verb; always left running again at the end."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.boot.flash import UartFlash
from plugsmith.boot.identify import identify
from plugsmith.boot.linking import link
from plugsmith.errors import PlugsmithError
from plugsmith.flows.goal import mac_in_rf, rf_sectors
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.identity import Identity
    from plugsmith.flows.context import FlowContext
    from plugsmith.link.port import Port

START_BAUD = 115_200
RELINKS = 3  # without a sector of progress in between; then the supply or a wire is at fault


class Device:
    """The chip behind the port: client, identity and flash, replaced together on a new link."""

    def __init__(self, ctx: FlowContext, port: Port) -> None:
        self.ctx = ctx
        self.port = port
        self.client: BootClient = _link(ctx, port)
        self.identity: Identity = identify(self.client, sink=ctx.sink, expected=ctx.chip)
        self.flash: UartFlash = self._open_flash()
        self._rf: dict[int, bytes] | None = None

    @property
    def size(self) -> int:
        """Bytes in the flash."""
        return self.identity.flash.size

    @property
    def adapter(self) -> str | None:
        """The stable id of the adapter, if it has one."""
        return self.port.info.adapter

    def raise_speed(self) -> None:
        """Go to the fastest rate that proves itself, starting with what worked before."""
        memory = self.ctx.library.speeds
        if self.ctx.baud_limit is not None and self.ctx.baud_limit <= START_BAUD:
            return
        hints = memory.good_speeds(self.adapter, self.identity.chip.name)
        baud = self.flash.raise_speed(limit=self.ctx.baud_limit, hints=hints)
        memory.session_at(self.ctx.port_name, baud)
        self.ctx.say(_("Data travels at {baud} baud.", baud=baud), level="detail")

    def remember_speed(self) -> None:
        """Note the rate that carried a whole verb, for this adapter."""
        self.ctx.library.speeds.worked(self.adapter, self.identity.chip.name, baud=self.flash.baud)

    def relink(self) -> None:
        """Link again after the chip was reset; LinkLost or NoAnswer if it does not come back."""
        self.client.close()
        self.client = _link(self.ctx, self.port)
        self.identity = replace(identify(self.client, expected=self.identity.chip.name))
        self.flash = self._open_flash()
        self.raise_speed()

    def rf_now(self) -> dict[int, bytes]:
        """The RF sectors as they are now, read once."""
        if self._rf is None:
            self._rf = {
                addr: self.flash.read(AddressRange.sized(addr, SECTOR_LEN))
                for addr in rf_sectors(self.identity.chip, self.size)
            }
        return self._rf

    def mac(self) -> str | None:
        """The device's own address: from its RF sector, else as identification found it."""
        found = (mac_in_rf(sector) for sector in self.rf_now().values())
        return next((mac for mac in found if mac is not None), self.identity.mac)

    def release(self) -> None:
        """Let the chip run what is in its flash, whatever happened before."""
        with suppress(PlugsmithError):
            self.flash.reboot()
            self.ctx.library.speeds.session_over(self.ctx.port_name)
        self.client.close()

    def _open_flash(self) -> UartFlash:
        return UartFlash(
            self.client,
            self.identity,
            clock=self.ctx.clock,
            sink=self.ctx.sink,
            cancel=self.ctx.cancel,
        )


@contextmanager
def connected(ctx: FlowContext) -> Iterator[Device]:
    """Open the port, link, identify; at the end leave the chip running and close the port."""
    port = ctx.open_port()
    try:
        warn_about_mains(ctx)
        device = Device(ctx, port)
        try:
            yield device
        finally:
            device.release()
    finally:
        port.close()


def warn_about_mains(ctx: FlowContext) -> None:
    """The warning that stands before the first link of every session."""
    ctx.warn(
        "PS-NOTE-MAINS",
        _(
            "Never work on a board that is connected to mains voltage: it can kill you. "
            "Feed the module with 3.3 V only."
        ),
    )


def _link(ctx: FlowContext, port: Port) -> BootClient:
    return link(
        port,
        policy=ctx.policy,
        clock=ctx.clock,
        sink=ctx.sink,
        cancel=ctx.cancel,
        speeds=ctx.library.speeds.maybe_left_at(ctx.port_name, port.info.adapter),
    )
