"""Forged dumps for the tests of the dump verbs, each built once."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import RegionRole
from plugsmith.dump.dump import Dump
from plugsmith.dump.sanitize.sanitize import Sanitized, sanitize
from plugsmith.forge.dump import FORUM_TEXT, ForgedDump, forge_dump
from plugsmith.forge.storage import StorageRequest
from plugsmith.image.crc import build_lines
from plugsmith.tuya.kv import StoreKind

if TYPE_CHECKING:
    from plugsmith.dump.sanitize.ledger import Ledger

DEVICES = (
    ("BK7231T", StoreKind.CLASSIC),
    ("BK7231N", StoreKind.CLASSIC),
    ("BK7231N", StoreKind.TUYAOS3),
    ("BK7231Q", StoreKind.CLASSIC),
    ("BK7238", StoreKind.CLASSIC),
)
OWN_KEY = bytes(range(0x21, 0x31))  # of no device that anybody knows


@cache
def forged_address(data: bytes) -> str:
    """The address in the RF sector of a forged dump, as reports write it."""
    at = data.index(b"\x02\x11\x11\x11\x06\0\0\0") + 8
    return data[at : at + 6].hex(":").upper()


def forged(
    name: str = "BK7231T",
    kind: StoreKind = StoreKind.CLASSIC,
    *,
    paired: bool = False,
    text: str | None = FORUM_TEXT,
    kv_record: bool = True,
    file_copy: bool = True,
    device_key: bytes = OWN_KEY,
) -> ForgedDump:
    """A forged dump of one kind of device."""
    return forge_dump(
        StorageRequest(
            chip=name,
            generation=kind,
            pin_text=text,
            paired=paired,
            kv_record=kv_record,
            file_copy=file_copy,
            device_key=device_key,
        )
    )


@cache
def cleaned(name: str = "BK7231T", kind: StoreKind = StoreKind.CLASSIC) -> Sanitized:
    """The sanitized copy of a paired forged dump."""
    return sanitize(dump_of(forged(name, kind, paired=True).data))


def key_addr(name: str) -> int:
    """Where the chip's vendor key lies."""
    region = chip(name).memory_map.region(RegionRole.KEY)
    assert region is not None
    return region.span.start


def dump_of(data: bytes) -> Dump:
    """The bytes as a dump."""
    return Dump(data=data, name="test.bin")


def esphome_flash() -> bytes:
    """A flash whose application is plain code that calls itself ESPHome."""
    return _flash_with(b"ESPHome version 2026.1.0 compiled on\0 wifi ssid: not-so-secret\0")


def other_vendor_flash() -> bytes:
    """A flash of a vendor that nobody knows: own application, own settings, nothing of Tuya."""
    data = bytearray(_flash_with(b"Fan firmware 1.2, somewhere in here is your network\0"))
    data[0x1E_3000:] = b"\xff" * 0x1_D000
    data[0x1D_0000:0x1D_0020] = b"net=home-network pass=home-words"
    return bytes(data)


def _flash_with(text: bytes) -> bytes:
    base = bytearray(forged("BK7231T").data)
    code = bytes.fromhex("0e0000ea") + bytes.fromhex("14f09fe5") * 7
    code += text.ljust(0x4000, b"\x11")
    lines = build_lines(code)
    base[0x1_1000:0x12_A000] = lines.ljust(0x11_9000, b"\xff")
    return bytes(base)


def adds_up(data: bytes, ledger: Ledger) -> None:
    """Every byte of the file is in exactly one of the four kinds."""
    kinds = ("code", "structure", "searched", "unread")
    spans = sorted(span for kind in kinds for span in getattr(ledger, kind))
    assert spans[0].start == 0
    assert spans[-1].end == len(data)
    assert all(first.end == second.start for first, second in pairwise(spans))
    assert sum(ledger.sizes().values()) == len(data)
