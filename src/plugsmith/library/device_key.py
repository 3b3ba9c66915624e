"""Which device something belongs to: the one place where two devices are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.messages import _

MAC_TEXT = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
SHA256_TEXT = re.compile(r"[0-9a-f]{64}")
JEDEC_TEXT = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKey:
    """Which device, by what it is (chip, flash) and by what is its own (MAC, calibration).

    `rf_sha256` is the SHA-256 of the RF sector; both it and `mac` are None where there is none.
    `jedec` is the flash id in hex, None where the chip cannot tell it. What a key cannot tell, the
    content of the flash has to: see `flows.wire.linked.same_device`.
    """

    chip: str
    flash_size: int
    mac: str | None = None
    rf_sha256: str | None = None
    jedec: str | None = None

    @property
    def certain(self) -> bool:
        """Whether the key can tell this device from all others."""
        return self.mac is not None and self.rf_sha256 is not None

    def fits(self, other: DeviceKey) -> bool:
        """Whether both are the same kind of hardware: chip, flash size, flash id."""
        flash_ids = {self.jedec, other.jedec} - {None}
        mine, theirs = (self.chip, self.flash_size), (other.chip, other.flash_size)
        return mine == theirs and len(flash_ids) < 2

    def is_same(self, other: DeviceKey) -> bool:
        """Whether both are one device as far as a key can tell: hardware, MAC and RF sector."""
        mine, theirs = (self.mac, self.rf_sha256), (other.mac, other.rf_sha256)
        return self.fits(other) and self.certain and mine == theirs

    def may_be(self, other: DeviceKey) -> bool:
        """Whether both may be one device whose RF sector or MAC was changed in between.

        A MAC that several devices are known to carry does not count, and no device turns into
        one with another chip or flash.
        """
        if not self.fits(other):
            return False
        if self.rf_sha256 is not None and self.rf_sha256 == other.rf_sha256:
            return True
        return self.has_own_mac and self.mac == other.mac

    @property
    def has_own_mac(self) -> bool:
        """Whether it has an address, and not one that devices get when theirs is lost."""
        if self.mac is None:
            return False
        return not is_placeholder_mac(bytes.fromhex(self.mac.replace(":", "")))

    def difference(self, other: DeviceKey) -> str:
        """What tells `other` from this device, as a clause for people; empty if nothing does."""
        rows = (
            (self.chip != other.chip, _("it is a {name}", name=other.chip)),
            (
                self.flash_size != other.flash_size,
                _("its flash has {size} bytes", size=other.flash_size),
            ),
            (not self.fits(other), _("its flash id is {jedec}", jedec=other.jedec)),
            (self.mac != other.mac, _("its MAC is {mac}", mac=other.mac or _("unknown"))),
            (self.rf_sha256 != other.rf_sha256, _("its RF calibration is another one")),
        )
        return next((text for differs, text in rows if differs), "")
