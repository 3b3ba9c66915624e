"""Where fields lie in the settings blocks of chips with more than 32 pin places.

Every layout begins and ends alike; the three pin tables are longer and push what follows
(tuya-storage.md section 9.2, columns D and A, and the remark on 50 and 64 pins). Nothing in a block
says which layout it has: the chip does.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

PIN_TABLES = ("pin_roles", "pin_channels", "pin_channels2")
_TABLES_START = 0x33E
_ALIGNED_FROM = 0x460  # from here on the fields are aligned to four bytes
_SHIFTED_UNTIL = 0x527


class PinTableLayout(Enum):
    """How many pins the tables have room for."""

    PINS_32 = 32
    PINS_48 = 48
    PINS_50 = 50
    PINS_64 = 64

    @property
    def pins(self) -> int:
        """Entries of each pin table."""
        return self.value

    def offset_of(self, name: str, offset: int) -> int:
        """Where the field lies that has `offset` in the layout of 32 pins."""
        extra = self.pins - 32
        if name in PIN_TABLES:
            return _TABLES_START + PIN_TABLES.index(name) * self.pins
        if not _TABLES_START < offset < _SHIFTED_UNTIL:
            return offset
        shift = 3 * extra
        return offset + (shift if offset < _ALIGNED_FROM else -(-shift // 8) * 8)


# tuya-storage.md 9.2; the chips that Plugsmith flashes come first
_BY_CHIP = MappingProxyType(
    {
        "BK7252": PinTableLayout.PINS_48,
        "BK7252N": PinTableLayout.PINS_48,
        "W800": PinTableLayout.PINS_48,
        "XR872": PinTableLayout.PINS_48,
        "BL616": PinTableLayout.PINS_48,
        "ESP32": PinTableLayout.PINS_50,
        "RTL8720D": PinTableLayout.PINS_64,
    }
)


def layout_of(chip: str | None) -> PinTableLayout:
    """The layout that OpenBeken uses on a chip; that of 32 pins for all others."""
    return _BY_CHIP.get((chip or "").strip().upper(), PinTableLayout.PINS_32)


def known_layout(chip: str | None) -> PinTableLayout | None:
    """The layout of a chip that is known; None where the chip is not."""
    return layout_of(chip) if chip else None
