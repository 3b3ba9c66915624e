"""At which flash address a file begins, judged by what lies at known addresses.

Addresses from tuya-storage.md section 1; a key block far from every known place next to a file area
at the right distance shows a rotated, shifted or cut file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

FLASH_LEN = 0x20_0000
DEFAULT_KEY_ADDR = 0x1E_E000
# Key block addresses of whole files (tuya-storage.md 1.2); there the file begins at 0.
KEY_ADDRS = (
    0x1E_E000, 0x1E_B000, 0x1F_5000, 0x3D_0000, 0x7D_D000, 0x39_7000, 0x1D_5000, 0x37_7000,
    0x3B_6000, 0x7D_7000, 0x1E_C000, 0x1E_7000, 0x1C_0000, 0x0D_2000,
)  # fmt: skip


@frozen
class Place:
    """What a distance between key block and file table means."""

    chip: str
    key_addr: int
    table_addr: int


_PLACES = (
    Place(chip="BK7231T", key_addr=0x1E_E000, table_addr=0x1E_3000),
    Place(chip="BK7231N", key_addr=0x1E_E000, table_addr=0x1D_2000),
    Place(chip="BK7231Q", key_addr=0x1E_B000, table_addr=0x1E_3000),
)


@frozen
class Origin:
    """`address`: flash address of file offset 0, negative behind foreign bytes; `chip` if shown."""

    address: int = 0
    chip: str | None = None

    def offset(self, address: int, *, size: int) -> int:
        """File offset of a flash address; it may lie outside of the file."""
        offset = address - self.address
        return offset + FLASH_LEN if offset < 0 and self.wraps(size) else offset

    def wraps(self, size: int) -> bool:
        """Whether the file is rotated: it begins inside the flash and holds all of it."""
        return self.address > 0 and size >= FLASH_LEN


def find_origin(*, size: int, key_at: int | None, tables: Sequence[int]) -> Origin:
    """The origin of a file of `size` bytes with its key block and file tables at these offsets."""
    if key_at is not None:
        for place in _PLACES:
            if key_at - place.key_addr + place.table_addr in tables:
                return Origin(address=place.key_addr - key_at, chip=place.chip)
        whole = key_at in KEY_ADDRS and size >= FLASH_LEN
        return Origin(address=0 if whole else DEFAULT_KEY_ADDR - key_at)
    for place in _PLACES[:2]:
        if place.table_addr in tables:
            return Origin(chip=place.chip)
    return Origin()
