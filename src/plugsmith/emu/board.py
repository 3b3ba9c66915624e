"""What differs between the chips that the machine can be (chip-emulation.md sections 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey

RAM_BASE = 0x40_0000
TCM_BASE = 0x3F_0000
TCM_LEN = 0x1_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One chip: its strict memory map, its identity registers and its eFuse key."""

    name: str
    ram_len: int
    has_tcm: bool
    chip_id: int
    device_id: int
    key: ScrambleKey
    stateful_adc: bool = False  # its converter's interrupt states are cleared by writing ones
    jedec: int  # 0x00MMTTCC as register 0x803010 shows it

    @property
    def efuse(self) -> bytes:
        """The 32 eFuse bytes; everything but the key is blank."""
        return self.key.to_bytes() + bytes(16) if not self.key.plain else bytes(32)


_GENERIC_2M = 0xEB_6015  # TH25Q16HB, common on Tuya modules: their firmware knows it
# GD25Q16: in the boot codes' own table (bl105 columns), so they protect and unprotect it.
LOADER_KNOWN_JEDEC = 0xC8_4015

BOARDS: dict[str, Board] = {
    board.name: board
    for board in (
        Board(name="BK7231T", ram_len=0x4_0000, has_tcm=False, chip_id=0x7231A,
              device_id=0x1852_0001, key=TUYA_KEY, jedec=_GENERIC_2M),
        Board(name="BK7231U", ram_len=0x4_0000, has_tcm=False, chip_id=0x7231A,
              device_id=0x1852_0001, key=PLAIN_KEY, jedec=_GENERIC_2M),
        Board(name="BK7231Q", ram_len=0x4_0000, has_tcm=False, chip_id=0x7231,
              device_id=0x1852_0001, key=PLAIN_KEY, jedec=_GENERIC_2M),
        Board(name="BK7231N", ram_len=0x3_0000, has_tcm=True, chip_id=0x7231C,
              device_id=0x2052_0001, key=TUYA_KEY, jedec=_GENERIC_2M),
        Board(name="BK7231M", ram_len=0x3_0000, has_tcm=True, chip_id=0x7231C,
              device_id=0x2052_0001, key=PLAIN_KEY, jedec=_GENERIC_2M),
        Board(name="BK7238", ram_len=0x4_0000, has_tcm=True, chip_id=0x7238,
              device_id=0x2112_0001, key=PLAIN_KEY, stateful_adc=True, jedec=_GENERIC_2M),
    )
}  # fmt: skip
