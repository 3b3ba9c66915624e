"""OpenBeken's settings sector: checksum, fields at fixed places, reading and writing.

The offsets here are those of chips with 32 pins (BK7231T/N/U/M, BK7238); config_layout.py moves
them for others. Versions 3 to 5 (tuya-storage.md section 9.2, openbeken.md section 9.3).
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import cache

from plugsmith.errors.content import Malformed
from plugsmith.messages import _
from plugsmith.openbeken.config_layout import PIN_TABLES, PinTableLayout
from plugsmith.records import frozen

MAGIC = b"CFG"
BLOCK_LEN = 3584
OLD_BLOCK_LEN = 2016  # up to version 3
NEWEST_VERSION = 5
PIN_COUNT = 32

_STRIDE = 32  # bytes that the checksum takes at once
_POLYNOMIAL = 0x8C


class FieldKind(StrEnum):
    """How the bytes of a field are read."""

    TEXT = "text"
    NUMBER = "number"
    BYTES = "bytes"


@frozen
class Field:
    """A named place in the block; `private` marks what nobody should publish."""

    name: str
    offset: int
    size: int
    kind: FieldKind = FieldKind.TEXT
    private: bool = False

    @property
    def end(self) -> int:
        """First offset behind the field."""
        return self.offset + self.size


def _text(name: str, offset: int, size: int, *, private: bool = False) -> Field:
    return Field(name=name, offset=offset, size=size, private=private)


def _number(name: str, offset: int, size: int) -> Field:
    return Field(name=name, offset=offset, size=size, kind=FieldKind.NUMBER)


def _bytes(name: str, offset: int, size: int, *, private: bool = False) -> Field:
    return Field(name=name, offset=offset, size=size, kind=FieldKind.BYTES, private=private)


FIELDS: tuple[Field, ...] = (
    _number("version", 0x004, 4),
    _number("flags", 0x008, 8),
    _number("change_counter", 0x010, 2),
    _number("ota_counter", 0x012, 2),
    _text("wifi_ssid", 0x014, 64, private=True),
    _text("wifi_password", 0x054, 64, private=True),
    _text("mqtt_host", 0x094, 256, private=True),
    _text("mqtt_client", 0x194, 64, private=True),
    _text("mqtt_user", 0x1D4, 64, private=True),
    _text("mqtt_password", 0x214, 128, private=True),
    _number("mqtt_port", 0x294, 4),
    _text("web_application", 0x298, 64),
    _bytes("mac", 0x2D8, 6, private=True),
    _text("short_name", 0x2DE, 32, private=True),
    _text("long_name", 0x2FE, 64, private=True),
    _bytes("pin_roles", 0x33E, PIN_COUNT),
    _bytes("pin_channels", 0x35E, PIN_COUNT),
    _bytes("pin_channels2", 0x37E, PIN_COUNT),
    _bytes("channel_types", 0x39E, 64),
    _bytes("start_values", 0x3DE, 128),
    _text("device_group", 0x468, 16, private=True),
    _text("time_server", 0x478, 32, private=True),
    _bytes("calibration", 0x498, 32),
    _bytes("button_times", 0x4B8, 3),
    _number("littlefs_size", 0x4BC, 4),
    _number("logger_flags", 0x4C0, 4),
    _bytes("static_addresses", 0x527, 16, private=True),
    _bytes("led_remap", 0x537, 5),
    _bytes("led_correction", 0x53C, 24),
    _text("mqtt_group", 0x554, 64, private=True),
    _number("boot_ok_seconds", 0x597, 1),
    _number("ping_interval", 0x598, 4),
    _number("ping_seconds", 0x59C, 4),
    _text("ping_host", 0x5A0, 64, private=True),
    _text("startup_command", 0x5E0, 1568),
    _text("wifi_ssid2", 0xC00, 64, private=True),
    _text("wifi_password2", 0xC40, 68, private=True),
    _text("web_password", 0xC84, 33, private=True),
    _text("tls_certificate_file", 0xCA7, 20),
)


@frozen
class ConfigBlock:
    """A block whose checksum was right; `signed` says in which of the two ways (section 9.3)."""

    raw: bytes
    signed: bool
    layout: PinTableLayout = PinTableLayout.PINS_32

    @property
    def version(self) -> int:
        """Layout version that the firmware wrote."""
        return int.from_bytes(self.raw[4:8], "little")

    def has(self, field: Field) -> bool:
        """Whether the block of this version holds `field`, for the startup command maybe less."""
        return self.place(field).size > 0

    def place(self, field: Field) -> Field:
        """`field` where and as long as it is in this block; of size 0 where it is not there.

        Up to version 3 the startup command is what is left of the block: 512 bytes.
        """
        offset = self.layout.offset_of(field.name, field.offset)
        size = self.layout.pins if field.name in PIN_TABLES else field.size
        room = len(self.raw) - offset
        if size > room:
            size = max(0, room) if field.name == "startup_command" else 0
        return replace(field, offset=offset, size=size)

    def checksum_of(self, raw: bytes) -> int:
        """The checksum that other bytes of this block would need, in the block's own way."""
        return checksum(raw[4:], signed=self.signed)

    def value(self, field: Field) -> str | int | bytes:
        """The content of `field`; bytes that are no UTF-8 are replaced. Empty if not `has`."""
        spot = self.place(field)
        part = self.raw[spot.offset : spot.end]
        match field.kind:
            case FieldKind.TEXT:
                return part.split(b"\0", 1)[0].decode("utf-8", "replace")
            case FieldKind.NUMBER:
                return int.from_bytes(part, "little")
            case FieldKind.BYTES:
                return part


def field(name: str) -> Field:
    """The field called `name`; KeyError if there is none (a mistake of the caller)."""
    return _by_name()[name]


def checksum(data: bytes, *, signed: bool = True) -> int:
    """8-bit CRC, reflected 0x8C, start 0. The firmware's C `char` is signed on Beken.

    A right shift of a signed value copies the sign bit, for the running CRC and for the data byte.
    """
    of_crc, of_byte = _tables(signed=signed)
    odd = len(data) % _STRIDE
    crc = 0
    for byte in data[:odd]:
        crc = of_crc[crc] ^ of_byte[byte]
    of_group, of_place = _wide_tables(signed=signed)
    for part in _parts(data[odd:], of_place):
        crc = of_group[crc] ^ part
    return crc


def _parts(data: bytes, of_place: tuple[bytes, ...]) -> bytes:
    """What each group of bytes adds to the sum: hostile files hold thousands of blocks."""
    mixed = 0
    for place, table in enumerate(of_place):
        mixed ^= int.from_bytes(data[place::_STRIDE].translate(table), "big")
    return mixed.to_bytes(len(data) // _STRIDE, "big")


def block_len(version: int) -> int:
    """Bytes of a block of that version."""
    return OLD_BLOCK_LEN if version <= 3 else BLOCK_LEN


def read_block(data: bytes, *, layout: PinTableLayout = PinTableLayout.PINS_32) -> ConfigBlock:
    """The block at the start of `data`; Malformed if it is none, cut, or its sum is wrong."""
    if data[:3] != MAGIC:
        raise _malformed("it does not start with CFG", 0)
    version = int.from_bytes(data[4:8], "little")
    if not 1 <= version <= NEWEST_VERSION:
        raise _malformed("its version is unknown", 4)
    raw = data[: block_len(version)]
    if len(raw) < block_len(version):
        raise _malformed("it is cut off", len(raw))
    for signed in (True, False):
        if checksum(raw[4:], signed=signed) == raw[3]:
            return ConfigBlock(raw=raw, signed=signed, layout=layout)
    raise _malformed("its checksum is wrong", 3)


def with_fields(block: ConfigBlock, changes: dict[str, bytes]) -> ConfigBlock:
    """`block` with the bytes of the named fields replaced (filled with zeros) and a right sum.

    Raises Malformed if a value does not fit, or if the block is too old to hold the field.
    """
    raw = bytearray(block.raw)
    for name, value in changes.items():
        place = block.place(field(name))
        room = place.size - (place.kind is FieldKind.TEXT)
        if len(value) > room or not place.size:
            raise _malformed(_("{name} does not fit", name=name), place.offset)
        raw[place.offset : place.end] = value.ljust(place.size, b"\0")
    raw[3] = checksum(bytes(raw[4:]), signed=block.signed)
    return replace(block, raw=bytes(raw))


def new_block(
    *,
    version: int = NEWEST_VERSION,
    signed: bool = True,
    layout: PinTableLayout = PinTableLayout.PINS_32,
) -> ConfigBlock:
    """A block of zeros with the marker, the version and a right sum; no defaults."""
    raw = bytearray(block_len(version))
    raw[:3] = MAGIC
    raw[4:8] = version.to_bytes(4, "little")
    raw[3] = checksum(bytes(raw[4:]), signed=signed)
    return ConfigBlock(raw=bytes(raw), signed=signed, layout=layout)


def _malformed(problem: str, offset: int) -> Malformed:
    return Malformed(structure="OpenBeken settings block", problem=problem, offset=offset)


@cache
def _by_name() -> dict[str, Field]:
    return {item.name: item for item in FIELDS}


@cache
def _tables(*, signed: bool) -> tuple[bytes, bytes]:
    """Per-byte effect of the CRC and of the data: both shifts are linear over GF(2)."""
    of_crc = bytes(_eight_steps(value, 0, signed=signed) for value in range(256))
    of_byte = bytes(_eight_steps(0, value, signed=signed) for value in range(256))
    return of_crc, of_byte


@cache
def _wide_tables(*, signed: bool) -> tuple[bytes, tuple[bytes, ...]]:
    """The effect of a whole group on the CRC, and of a byte by its place in the group."""
    of_crc, of_byte = _tables(signed=signed)
    of_place = [of_byte]
    of_group = of_crc
    for _place in range(_STRIDE - 1):
        of_place.append(bytes(of_crc[value] for value in of_place[-1]))
        of_group = bytes(of_crc[value] for value in of_group)
    return of_group, tuple(reversed(of_place))


def _eight_steps(crc: int, byte: int, *, signed: bool) -> int:
    for _step in range(8):
        mix = (crc ^ byte) & 1
        crc = _shift(crc, signed=signed) ^ (_POLYNOMIAL if mix else 0)
        byte = _shift(byte, signed=signed)
    return crc


def _shift(value: int, *, signed: bool) -> int:
    return value >> 1 | (value & 0x80 if signed else 0)
