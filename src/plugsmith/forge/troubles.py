"""What happens to a flash after it was written, most of it to the pin record of the store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.image.aes import ecb_decrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.keys import data_key
from plugsmith.tuya.kv import PAGE_LEN
from plugsmith.tuya.records import PIN_RECORD

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from plugsmith.forge.store_history import StoreHistory

KEY_ADDR = 0x1E_E000
_STORE_ADDR = KEY_ADDR + SECTOR_LEN
_SECTORS = 17
_NAME = PIN_RECORD.encode() + b"\0"
_HEAD_LEN = 64  # of an index page: everything that matters


class Trouble(StrEnum):
    """The kinds of damage."""

    NONE = "none"
    TEXT_BIT = "text-bit"
    HEADER_BIT = "header-bit"
    INDEX_BIT = "index-bit"
    INDEX_LOST = "index-lost"
    HOLE = "hole"
    SECTOR_LOST = "sector-lost"
    TORN = "torn"
    KEY_LOST = "key-lost"
    CHUNKS = "chunks"


@dataclass(slots=True)
class Victim:
    """A whole flash whose store at `KEY_ADDR` is `history` under the device key `key`."""

    rng: random.Random
    data: bytearray
    history: StoreHistory
    key: bytes
    index_at: int = 0
    text_at: int = 0

    def __post_init__(self) -> None:
        indexes = self.history.index_pages(PIN_RECORD)
        index = self.rng.choice(indexes) if indexes else (0, 1)
        place = self.rng.choice(self.history.used.get(index) or [(0, 2)])
        self.index_at = _STORE_ADDR + self.history.offset(index)
        self.text_at = _STORE_ADDR + self.history.offset(place)

    @property
    def sector_at(self) -> int:
        """The sector of the text."""
        return self.text_at // SECTOR_LEN * SECTOR_LEN

    def flip(self, at: int, length: int) -> None:
        """One wrong bit somewhere in a range."""
        self.data[at + self.rng.randrange(length)] ^= 1 << self.rng.randrange(8)

    def erase(self, at: int, length: int) -> None:
        """FF in a range."""
        self.data[at : at + length] = b"\xff" * length


def hurt(victim: Victim, trouble: Trouble) -> None:
    """Do the damage to the flash of `victim`, in place."""
    _TROUBLES[trouble](victim)


def _index_lost(victim: Victim) -> None:
    """Every index page of the pin record, deleted ones and older copies too."""
    plain = ecb_decrypt(bytes(victim.data[_STORE_ADDR:]), key=data_key(victim.key))
    for at in range(0, len(plain), PAGE_LEN):
        if plain.startswith(_NAME, at + 18):
            victim.erase(_STORE_ADDR + at, _HEAD_LEN)


def _hole(victim: Victim) -> None:
    victim.erase(victim.text_at + 16 * victim.rng.randrange(7), 16 * victim.rng.randrange(1, 3))


def _torn(victim: Victim) -> None:
    kept = PAGE_LEN * victim.rng.randrange(1, 12)
    victim.erase(victim.sector_at + kept, SECTOR_LEN - kept)


def _chunks(victim: Victim) -> None:
    for _number in range(victim.rng.randrange(1, 40)):
        at = _STORE_ADDR + victim.rng.randrange(_SECTORS * SECTOR_LEN - 32)
        victim.data[at : at + 32] = victim.rng.randbytes(32)


_TROUBLES: dict[Trouble, Callable[[Victim], None]] = {
    Trouble.NONE: lambda _victim: None,
    Trouble.TEXT_BIT: lambda victim: victim.flip(victim.text_at, PAGE_LEN),
    Trouble.HEADER_BIT: lambda victim: victim.flip(victim.sector_at, 32),
    Trouble.INDEX_BIT: lambda victim: victim.flip(victim.index_at, 48),
    Trouble.INDEX_LOST: _index_lost,
    Trouble.HOLE: _hole,
    Trouble.SECTOR_LOST: lambda victim: victim.erase(victim.sector_at, SECTOR_LEN),
    Trouble.TORN: _torn,
    Trouble.KEY_LOST: lambda victim: victim.erase(KEY_ADDR, SECTOR_LEN),
    Trouble.CHUNKS: _chunks,
}
