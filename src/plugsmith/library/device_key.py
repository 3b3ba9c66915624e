"""Which device something belongs to: a backup, a job."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plugsmith.chips.catalog import is_placeholder_mac

MAC_TEXT = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
SHA256_TEXT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKey:
    """Which device: two with the same MAC and RF digest are the same one.

    `rf_sha256` is the SHA-256 of the RF sector; both it and `mac` are None where there is none.
    """

    chip: str
    flash_size: int
    mac: str | None = None
    rf_sha256: str | None = None

    @property
    def certain(self) -> bool:
        """Whether the key can tell this device from all others."""
        return self.mac is not None and self.rf_sha256 is not None

    def is_same(self, other: DeviceKey) -> bool:
        """Whether both are certainly one device: same MAC and same RF sector."""
        mine, theirs = (self.mac, self.rf_sha256), (other.mac, other.rf_sha256)
        return self.certain and mine == theirs

    def may_be(self, other: DeviceKey) -> bool:
        """Whether both may be one device whose RF sector or MAC was changed in between.

        A MAC that several devices are known to carry does not count.
        """
        if self.rf_sha256 is not None and self.rf_sha256 == other.rf_sha256:
            return True
        if self.mac is None or self.mac != other.mac:
            return False
        return not is_placeholder_mac(bytes.fromhex(self.mac.replace(":", "")))
