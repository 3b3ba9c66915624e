"""Canaries in many spellings, in many places, in six kinds of dump: what is planted, and the cells.

A `Bed` is a dump with a value that it gives away, and places to plant in. Each place says how its
text is stored there; nothing of the sanitizer is used.
"""

from __future__ import annotations

import hashlib
import random
import struct
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from canary_judge import core_of
from canary_spellings import BARE, KNOWN, NAMED
from Crypto.Cipher import AES
from dump_rig import OWN_KEY, forged, key_addr
from dump_scanner import MASTER, PAGE, SECTOR, store_key

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import RegionRole
from plugsmith.forge.flash import forge_flash
from plugsmith.openbeken.config_block import new_block, with_fields
from plugsmith.openbeken.config_layout import layout_of
from plugsmith.tuya.kv import StoreKind

if TYPE_CHECKING:
    from collections.abc import Callable

SPELLINGS = (
    *(("known", name) for name in KNOWN),
    *(("named", name) for name in NAMED),
    *(("bare", name) for name in BARE),
)
_TABLES = {"known": KNOWN, "named": NAMED, "bare": BARE}
KINDS = ("classic", "tuyaos3", "q", "7238", "openbeken 32", "openbeken 48")
_VENDOR = {
    "classic": ("BK7231T", StoreKind.CLASSIC),
    "tuyaos3": ("BK7231N", StoreKind.TUYAOS3),
    "q": ("BK7231Q", StoreKind.CLASSIC),
    "7238": ("BK7238", StoreKind.CLASSIC),
}
_OBK = {"openbeken 32": "BK7231N", "openbeken 48": "BK7252"}
_OBK_WORD = b"hZ3-own.Passw0rd"
_FREE = 0x17_0000  # nothing lies from here to 0x1A0000 in any of the six
_SPARE = 0x19_2000
HALVES = range(_FREE + 0xE000, _FREE + 0xF000)  # where pages with halves of a text lie
_PACKAGE = 0x16_8000


_LAYERED = (
    "under the mask",
    "in pages at any phase",
    "in a page of the store",
    "in a protected sector",
    "split over pages",
)


@dataclass(frozen=True)
class Cell:
    """One spelling in one place."""

    place: str
    sort: str
    spelling: str
    value: bytes

    @property
    def text(self) -> bytes:
        """The bytes to plant."""
        return _TABLES[self.sort][self.spelling](self.value)

    @property
    def core(self) -> bytes:
        """Those of them that depend on the value."""
        return core_of(_TABLES[self.sort][self.spelling], self.value)


@dataclass
class Bed:
    """A dump to plant in; `word` is the private value that stands in its own place already."""

    kind: str
    data: bytearray
    word: bytes
    chip: str
    device_key: bytes | None
    code_end: int = 0x12_0000
    places: dict[str, Callable[[bytes, random.Random], None]] = field(default_factory=dict)

    def put(self, at: int, text: bytes) -> None:
        """Overwrite from `at` on."""
        self.data[at : at + len(text)] = text


def bed(kind: str) -> Bed:
    """A fresh dump of a kind with all its places."""
    made = _vendor_bed(kind) if kind in _VENDOR else _openbeken_bed(kind)
    assert not made.data[_PACKAGE:0x1A_0000].strip(b"\xff")
    _common_places(made)
    if made.device_key is not None:
        _store_places(made)
    else:
        _settings_places(made)
    return made


def cells_of(kind: str, turn: int) -> list[Cell]:
    """A spelling for each place: over `len(SPELLINGS)` turns every spelling meets every place."""
    fresh = bed(kind)
    found = []
    for number, place in enumerate(fresh.places):
        sort, spelling = SPELLINGS[(turn + number) % len(SPELLINGS)]
        if place in _LAYERED and spelling.startswith("mask"):
            sort, spelling = "known", "raw"  # nothing is masked below a mask or a key
        value = fresh.word if sort == "known" else _value(kind, place, turn)
        found.append(Cell(place=place, sort=sort, spelling=spelling, value=value))
    return found


def planted(kind: str, cells: list[Cell]) -> Bed:
    """The dump with all of them in it."""
    made = bed(kind)
    for cell in cells:
        rng = random.Random(f"{kind} {cell.place} {cell.sort} {cell.spelling}")
        made.places[cell.place](cell.text, rng)
    return made


def _value(kind: str, place: str, turn: int) -> bytes:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    digest = hashlib.sha256(f"{kind}|{place}|{turn}".encode()).digest()
    return "".join(letters[byte % len(letters)] for byte in digest[:15]).encode()


@cache
def _vendor_dump(kind: str) -> tuple[bytes, bytes]:
    name, generation = _VENDOR[kind]
    made = forged(name, generation, paired=True)
    word = next(
        item.value for item in made.canaries if (item.place, item.field) == ("kv live", "password")
    )
    return made.data, word


def _vendor_bed(kind: str) -> Bed:
    data, word = _vendor_dump(kind)
    return Bed(
        kind=kind, data=bytearray(data), word=word, chip=_VENDOR[kind][0], device_key=OWN_KEY
    )


@cache
def _openbeken_dump(kind: str) -> bytes:
    return forge_flash(
        chip=_OBK[kind],
        firmware="openbeken",
        version="1.18.300",
        contents={_config_at(_OBK[kind]): _block(kind)},
    )


def _openbeken_bed(kind: str) -> Bed:
    return Bed(
        kind=kind,
        data=bytearray(_openbeken_dump(kind)),
        word=_OBK_WORD,
        chip=_OBK[kind],
        device_key=None,
    )


def _config_at(name: str) -> int:
    places = chip(name).map_of("openbeken")
    region = places.region(RegionRole.CONFIG) if places else None
    assert region is not None
    return region.span.start


def _block(kind: str) -> bytes:
    made = new_block(layout=layout_of(_OBK.get(kind)))
    fields = {
        "wifi_ssid": b"somewhere-else",
        "wifi_password": _OBK_WORD,
        "startup_command": b"startDriver BL0937",
        "pin_roles": bytes([0] * 26 + [1]),
    }
    return with_fields(made, fields).raw.ljust(SECTOR, b"\xff")


def _sealed(raw: bytes) -> bytes:
    """A settings block with a right sum, computed bit by bit as the firmware does it."""
    crc = 0
    for byte in raw[4:3584]:
        value = byte
        for _bit in range(8):
            mix = (crc ^ value) & 1
            crc = (crc >> 1 | crc & 0x80) ^ (0x8C if mix else 0)
            value = value >> 1 | value & 0x80
    return raw[:3] + bytes([crc]) + raw[4:]


def _common_places(made: Bed) -> None:
    data = made.data
    trailers = [at for at in _all(data, b"RBL\0") if at < 0x13_3000]
    loader, app = trailers[0], trailers[-1]

    def code_ends(start: int, before: int) -> int:
        at = data.find(b"\xff" * 34, start, before)
        while (at - start) % 34:
            at += 1
        return at

    def stray(text: bytes, rng: random.Random) -> None:
        made.put(_FREE + rng.randrange(0x800), text)

    def package(text: bytes, rng: random.Random) -> None:
        made.put(_PACKAGE, rng.randbytes(0x2000))
        made.put(_PACKAGE + 0x120 + rng.randrange(0x1800), b"\0" + text + b"\0")

    def rows(text: bytes, rng: random.Random) -> None:
        made.put(0x1_1000 + 34 * rng.randrange(60, 9000) + rng.randrange(30), text)

    def masked(text: bytes, rng: random.Random) -> None:
        mask, phase = bytes.fromhex("55aa5a55a54d637f"), rng.randrange(8)
        mixed = bytes(byte ^ mask[(at + phase) % 8] for at, byte in enumerate(text))
        made.put(_FREE + 0x3000 + rng.randrange(0x800), mixed)

    def file_system(text: bytes, rng: random.Random) -> None:
        geometry = struct.pack("<6I", 0x2_0000, SECTOR, 4, 255, 0x7FFF_FFFF, 1022)
        head = struct.pack("<I", 1) + b"\xf0\x0f\xff\xf7littlefs\x2f\xe0\x00\x10" + geometry
        made.put(_FREE + 0x8000, head)
        made.put(_FREE + 0x8000 + rng.randrange(2, 4) * SECTOR + rng.randrange(99), text)

    def damaged_block(text: bytes, rng: random.Random) -> None:
        block = bytearray(_block(made.kind))
        at = rng.choice((0x54, 0x94, 0x214, 0x4C8, 0x600, 0xC40))
        block[at : at + len(text)] = text
        block[3] ^= 0x55
        made.put(_FREE + 0x1_1000 + rng.randrange(9), bytes(block))

    def second_block(text: bytes, rng: random.Random) -> None:
        block = bytearray(_block(made.kind)[:3584])
        long = len(text) > 64
        at = rng.choice((0x94, 0xCC0) if long else (0x14, 0x94, 0x2FE, 0x5A0, 0xC00, 0xCC0))
        block[at : at + len(text)] = text
        made.put(_SPARE + 3 * SECTOR, _sealed(bytes(block)))

    def calibration(text: bytes, rng: random.Random) -> None:
        at = next(at for at in _all(data, b"TLV\0") if at % SECTOR == 0)
        made.put(at + rng.randrange(0x800, 0xD00), text)

    made.places |= {
        "behind the loader's code": lambda text, _rng: made.put(
            code_ends(0, loader) + 5, text[: loader - code_ends(0, loader) - 8]
        ),
        "behind the application's code": lambda text, rng: made.put(
            code_ends(0x1_1000, app) + 0x40 + rng.randrange(0x900), text
        ),
        "in front of the trailer": lambda text, _rng: made.put(app - len(text) - 2, text),
        "in lines of code": rows,
        "behind the calibration": calibration,
        "in free room": stray,
        "in an update package": package,
        "under the mask": masked,
        "in a file system": file_system,
        "in a damaged settings block": damaged_block,
        "in a second settings block": second_block,
        "at the very end": lambda text, _rng: made.put(len(data) - len(text), text),
    }


def _store_places(made: Bed) -> None:
    data, key_at = made.data, key_addr(made.chip)
    key = store_key(made.device_key or b"")

    def sealed(plain: bytes) -> bytes:
        plain = plain.ljust(-(-len(plain) // 16) * 16, b"\0")
        return AES.new(key, AES.MODE_ECB).encrypt(plain)

    def pages(text: bytes, rng: random.Random) -> None:
        """Pages of a store without its header, at any phase."""
        body = rng.randbytes(rng.randrange(40)) + b"\0" + text
        made.put(_FREE + 0xC000 + rng.randrange(16), sealed(body.ljust(0x400, b"\0")))

    def split(text: bytes, rng: random.Random) -> None:
        """The value ends one page and goes on at the start of another."""
        cut = rng.randrange(1, len(text))
        body = bytearray(PAGE * 12)
        head = text[:cut][-PAGE:]
        body[4 * PAGE - len(head) : 4 * PAGE] = head
        body[7 * PAGE : 7 * PAGE + len(text) - cut] = text[cut:]
        made.put(_FREE + 0xE000 + rng.randrange(16), sealed(bytes(body)))

    def in_store(text: bytes, rng: random.Random) -> None:
        """In pages of the store that hold no value; the sector's sum is made right."""
        for number in rng.sample(range(1, 11), 10):
            at = key_at + number * SECTOR
            plain = bytearray(AES.new(key, AES.MODE_ECB).decrypt(bytes(data[at : at + SECTOR])))
            need = -(-len(text) // PAGE)
            free = [
                page
                for page in range(1, 32 - need)
                if not plain[page * PAGE : (page + need) * PAGE].strip(b"\xff")
            ]
            if not free:
                continue
            start = rng.choice(free) * PAGE
            plain[start : start + len(text)] = text
            plain[4:8] = struct.pack("<I", sum(plain[8:]))
            made.put(at, sealed(bytes(plain)))
            return
        raise AssertionError(made.kind)

    def protected(text: bytes, rng: random.Random) -> None:
        """Behind the records of a protected sector."""
        outer = AES.new(MASTER, AES.MODE_ECB)
        for at in range(0x12_0000, len(data), SECTOR):
            head = outer.decrypt(bytes(data[at : at + SECTOR]))
            if head[:4] == bytes.fromhex("53975713") and at != key_at:
                inner = bytearray(AES.new(key, AES.MODE_ECB).decrypt(head[32:]))
                place = rng.randrange(0x900, 0xE00)
                inner[place : place + len(text)] = text
                plain = bytearray(head[:32] + sealed(bytes(inner)))
                if rng.random() < 0.7:  # else its sum is wrong
                    plain[4:8] = struct.pack("<I", sum(plain[8:]))
                made.put(at, outer.encrypt(bytes(plain)))
                return
        made.put(_SPARE, text)

    def padding(text: bytes, rng: random.Random) -> None:
        made.put(key_at + rng.randrange(0x40, 0xE00), text)

    def cache_rest(text: bytes, rng: random.Random) -> None:
        at = next((at for at in _all(data, b"TLV\0")), 0) + SECTOR
        made.put(at + 0x200 + rng.randrange(0x900), text)

    def files(text: bytes, rng: random.Random) -> None:
        tables = [at for at in _all(data, bytes.fromhex("21437698")) if at % SECTOR == 0]
        at = tables[0] + rng.choice((2, 3)) * SECTOR if tables else _SPARE + SECTOR
        made.put(at + 0x300 + rng.randrange(0x900), text)

    def table_tail(text: bytes, rng: random.Random) -> None:
        tables = [at for at in _all(data, bytes.fromhex("21437698")) if at % SECTOR == 0]
        at = tables[0] if tables else _SPARE + 2 * SECTOR
        made.put(at + 0xD00, text)

    made.places |= {
        "in pages at any phase": pages,
        "split over pages": split,
        "in a page of the store": in_store,
        "in a protected sector": protected,
        "behind the key": padding,
        "in the sector behind the calibration": cache_rest,
        "behind a file": files,
        "behind the file table": table_tail,
    }


def _settings_places(made: Bed) -> None:
    home = _config_at(made.chip)

    def in_home(at: int, room: int, tail: int) -> Callable[[bytes, random.Random], None]:
        def plant(text: bytes, _rng: random.Random) -> None:
            block = bytearray(made.data[home : home + 3584])
            place = at if len(text) <= room else tail  # behind the end of the startup command
            block[place : place + len(text)] = text
            made.put(home, _sealed(bytes(block)))

        return plant

    def startup(text: bytes, _rng: random.Random) -> None:
        block = bytearray(made.data[home : home + 3584])
        line = b"startDriver BL0937; Password1 " + text
        block[0x5E0 : 0x5E0 + len(line)] = line
        made.put(home, _sealed(bytes(block)))

    late = 48 if made.kind == "openbeken 48" else 0
    made.places |= {
        "in the device group": in_home(0x468 + late, 16, 0x700),
        "in the time server": in_home(0x478 + late, 32, 0x800),
        "in the room that settings do not use": in_home(0x4C8 + late, 0x527 - 0x4C8 - late, 0x900),
        "in the broker's user": in_home(0x1D4, 64, 0x94),
        "in the second network": in_home(0xC00, 128, 0xA00),
        "behind the settings": lambda text, _rng: made.put(home + 0xE40, text),
        "in the startup command": startup,
    }


def _all(data: bytes | bytearray, pattern: bytes) -> list[int]:
    found, at = [], data.find(pattern)
    while at >= 0:
        found.append(at)
        at = data.find(pattern, at + 1)
    return found
