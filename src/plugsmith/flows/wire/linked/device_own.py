"""What is a device's own: calibration, address, and what interrupted writes left of it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from contextlib import ExitStack
from typing import TYPE_CHECKING

from plugsmith.flows.now import tell_wrong_clock
from plugsmith.flows.wire.linked.same_device import Known
from plugsmith.flows.write.target_image import mac_in_rf, rf_sectors
from plugsmith.flows.write.unfinished import find_unfinished, survivor
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.lock import held
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.boot.identity import Identity
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.write.unfinished import Unfinished

_TRIES = 3


class DeviceOwn(ABC):
    """The part of a linked device that tells it from all others; see `connection.Device`."""

    ctx: FlowContext
    identity: Identity
    identified_epoch: int

    def __init__(self) -> None:
        self.known = Known()
        self.locks = ExitStack()
        self._unfinished: list[Unfinished] | None = None
        self._claimed = False
        self._rf: dict[int, bytes] | None = None
        self._clock_told = False

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes in the flash."""

    @abstractmethod
    def read(self, span: AddressRange) -> bytes:
        """The proven bytes of `span`."""

    @abstractmethod
    def differing(
        self, expected: Sequence[tuple[AddressRange, int]], *, mostly_equal: bool = False
    ) -> list[AddressRange]:
        """Those spans whose checksum on the device is another one."""

    @property
    @abstractmethod
    def epoch(self) -> int:
        """Grows whenever the chip was away."""

    @abstractmethod
    def relink(self) -> None:
        """Link again and prove that it is the same device."""

    def be_sure(self) -> None:
        """Identify again if the chip fell silent since; OtherDevice if it is another one now."""
        for _attempt in range(_TRIES):
            if self.epoch == self.identified_epoch:
                return
            self.relink()

    @abstractmethod
    def read_sectors(self, addrs: Sequence[int]) -> dict[int, bytes]:
        """Sectors that belong together, all read on one link."""

    def rf_now(self) -> dict[int, bytes]:
        """The RF sectors, read once; as before a write that was interrupted in them."""
        if self._rf is None:
            jobs = self.unfinished()
            self._rf = {
                addr: survivor(self.ctx, jobs, addr, now) for addr, now in self._rf_read().items()
            }
        return self._rf

    def unfinished(self) -> list[Unfinished]:
        """The writes that began on this very device and did not end, looked for once."""
        if self._unfinished is None:
            own = self._rf_read()
            found = [item for item in own.items() if mac_in_rf(item[1]) is not None]
            key = self._key(found[0] if found else None)
            self._unfinished = find_unfinished(self.ctx.library.jobs, self, key, own)
        return self._unfinished

    def under(self, addr: int) -> bytes:
        """The sector at `addr`; as before a write that was interrupted in it."""
        now = self.read(AddressRange.sized(addr, SECTOR_LEN))
        return survivor(self.ctx, self.unfinished(), addr, now)

    def claim(self) -> None:
        """Keep other processes off this device until `release`; DeviceInUse if one has it."""
        key = self.key()
        if key.certain and not self._claimed:
            name = f"{key.chip} {key.mac} {key.rf_sha256}"
            words = _("the device {mac}", mac=key.mac)
            self.locks.enter_context(held(self.ctx.library.locks, name, words=words))
            self._claimed = True

    def tell_wrong_clock(self) -> None:
        """Tell once if the clock of this computer cannot be right."""
        self._clock_told = self._clock_told or tell_wrong_clock(self.ctx)

    def _rf_read(self) -> dict[int, bytes]:
        if not self.known.rf:
            self.be_sure()
            sectors, seen = rf_sectors(self.identity.chip, self.size), self.identity.rf
            known = all(addr in seen for addr in sectors)  # identified since it was away last
            self.known.rf.update(seen if known else self.read_sectors(sectors))
        return self.known.rf

    def rf_held(self) -> tuple[int, bytes] | None:
        """Address and bytes of the RF sector that holds calibration and MAC, if one does."""
        found = [item for item in self.rf_now().items() if mac_in_rf(item[1]) is not None]
        return found[0] if found else None

    def mac(self) -> str | None:
        """The device's own address: from its RF sector, else as identification found it."""
        own = self.rf_held()
        return mac_in_rf(own[1]) if own else self.identity.mac

    def key(self) -> DeviceKey:
        """Which device this is, for backups and jobs."""
        return self._key(self.rf_held())

    def _key(self, own: tuple[int, bytes] | None) -> DeviceKey:
        return DeviceKey(
            chip=self.identity.chip.name,
            flash_size=self.size,
            mac=mac_in_rf(own[1]) if own else self.identity.mac,
            rf_sha256=hashlib.sha256(own[1]).hexdigest() if own else None,
            jedec=self.identity.flash.jedec.hex() if self.identity.flash.jedec else None,
        )
