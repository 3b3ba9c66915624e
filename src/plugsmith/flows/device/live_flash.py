"""The flash of a running OpenBeken device, read over the network where its API allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.flows.dump.config import recover_chip
from plugsmith.flows.rf.look import FoundRf
from plugsmith.flows.write.target_image import rf_sectors
from plugsmith.lan.host import parse_host
from plugsmith.memory import SECTOR_LEN, AddressRange

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.interpret.config_result import ConfigResult
    from plugsmith.lan.obk_http import Obk


class LiveFlash:
    """`dump.recovery.live.SpanReader` over HTTP."""

    def __init__(self, ctx: LanContext, obk: Obk, *, size: int) -> None:
        self._ctx = ctx
        self._obk = obk
        self._size = size

    @property
    def size(self) -> int:
        """Bytes in the flash, as usual for the chip."""
        return self._size

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`; the errors of the device's API."""
        self._ctx.cancel.check()
        return self._ctx.run(self._obk.read_flash(span))


def recover_running(ctx: LanContext, host: str) -> ConfigResult:
    """The vendor's pins that a device still holds beside OpenBeken; only needed sectors are read.

    OpenBeken leaves the vendor's store alone on most chips. Raises the errors of errors/device.py.
    """
    obk = ctx.obk(parse_host(host))
    chip = chip_called(ctx.run(obk.info()).chip)
    return recover_chip(LiveFlash(ctx, obk, size=chip.flash_size), name=obk.host, chip=chip.name)


def rf_of_running(ctx: LanContext, host: str) -> FoundRf:
    """The places for RF sectors of a running device, as they are now; nothing is written there."""
    obk = ctx.obk(parse_host(host))
    chip = chip_called(ctx.run(obk.info()).chip)
    flash = LiveFlash(ctx, obk, size=chip.flash_size)
    places = rf_sectors(chip, chip.flash_size)
    found = {at: flash.read(AddressRange.sized(at, SECTOR_LEN)) for at in places}
    return FoundRf(source=obk.host, chip=chip.name, sectors=found)
