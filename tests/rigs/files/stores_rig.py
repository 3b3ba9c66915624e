"""Flashes with several stores, put together by sectors, for tests of which record is newest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.forge.flash import forge_flash
from plugsmith.forge.vendor_records import plain_records
from plugsmith.image.aes import ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.keys import KNOWN_KEYS, data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.records import PIN_RECORD
from plugsmith.tuya.store import Record, build_store
from plugsmith.tuya.user_param import format_pin_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.memory import AddressRange

SHARED_KEY, OTHER_KEY = KNOWN_KEYS[0].device_key, KNOWN_KEYS[1].device_key
KEY_ADDR = 0x1E_E000
_BASE = {
    "module": "WB2S", "jv": "1.1.5", "net_trig": 2, "rl1_lv": 1, "rl1_type": 0, "bt1_lv": 0,
    "bt1_type": 0, "netled1_lv": 0, "nety_led": 1, "netn_led": 0, "ch_num": 1, "ch_dpid1": 1,
    "ch_cddpid1": 9, "reset_t": 5, "vol_def": 0,
}  # fmt: skip


def text(**pins: int) -> bytes:
    """A pin text of the usual plug with other pins, which come first."""
    return format_pin_text({**pins, **_BASE, **pins}).encode()


OLD = text(rl1_pin=26, bt1_pin=10, netled1_pin=6)
NEW = text(rl1_pin=8, bt1_pin=24, netled1_pin=7)


def without_crc(stored: bytes) -> bytes:
    """The text as old firmware writes it."""
    return re.sub(rb",crc:\d+,\}", b"}", stored)


def plain(chip: str = "BK7231T") -> list[Record]:
    """The records beside the pins."""
    return [record for record in plain_records(chip) if record.name != PIN_RECORD]


def pins(stored: bytes) -> Record:
    """The pin record."""
    return Record(name=PIN_RECORD, value=stored + b"\0")


def store(
    records: Sequence[Record],
    *,
    blocks: int = 14,
    writes: int = 7,
    kind: StoreKind = StoreKind.CLASSIC,
) -> list[bytes]:
    """Decrypted sectors."""
    return build_store(records, kind=kind, blocks=blocks, writes=writes)


def swap(records: Sequence[Record] | None = None) -> list[bytes]:
    """Three older sectors."""
    return store(plain() if records is None else records, blocks=3, writes=3)


def lay(
    image: bytearray, sectors: Sequence[bytes | None], *, at: int, key: bytes, block: bool = True
) -> None:
    """A key block (`block`) at an address and encrypted sectors behind it."""
    if block:
        image[at : at + SECTOR_LEN] = encode_key_block(key)
    for number, sector in enumerate(sectors, start=1):
        if sector is not None:
            place = at + number * SECTOR_LEN
            image[place : place + SECTOR_LEN] = ecb_encrypt(sector, key=data_key(key))


def flash_with(
    sectors: Sequence[bytes | None],
    *,
    at: int = KEY_ADDR,
    key: bytes = SHARED_KEY,
    chip: str = "BK7231T",
) -> bytearray:
    """A whole flash of a chip with one store in it."""
    image = bytearray(forge_flash(chip=chip, mac=bytes.fromhex("c8478c5ad19e")))
    lay(image, sectors, at=at, key=key)
    return image


class Chip:
    """A flash that counts what is read of it."""

    def __init__(self, image: bytes) -> None:
        self.image = bytes(image)
        self.read_len = 0

    @property
    def size(self) -> int:
        return len(self.image)

    def read(self, span: AddressRange) -> bytes:
        self.read_len += len(span)
        return self.image[span.start : span.end]
