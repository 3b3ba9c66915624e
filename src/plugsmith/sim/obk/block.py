"""The configuration struct in the device's memory: 3584 bytes with named fields."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from functools import cache

STRUCT_LEN = 3584
SECTOR_LEN = 4096
VERSION = 5
PIN_COUNT = 29
CHANNEL_COUNT = 64
_OLD_COVER = 2016  # versions up to 3 have their CRC over this much
_FLAGS = slice(0x008, 0x010)
_CALIBRATION = 0x498


class Text(Enum):
    """A zero-terminated text: offset, size (openbeken.md section 9.3)."""

    SSID = (0x014, 64)
    PASSWORD = (0x054, 64)
    MQTT_HOST = (0x094, 256)
    MQTT_CLIENT = (0x194, 64)
    MQTT_USER = (0x1D4, 64)
    MQTT_PASSWORD = (0x214, 128)
    WEBAPP = (0x298, 64)
    SHORT_NAME = (0x2DE, 32)
    LONG_NAME = (0x2FE, 64)
    GROUP_NAME = (0x468, 16)
    NTP = (0x478, 32)
    MQTT_GROUP = (0x554, 64)
    PING_HOST = (0x5A0, 64)
    STARTUP = (0x5E0, 1568)
    SSID2 = (0xC00, 64)
    PASSWORD2 = (0xC40, 68)
    WEB_PASSWORD = (0xC84, 33)


class Number(Enum):
    """A number: offset, struct format."""

    CHANGES = (0x010, "<H")
    OTA_COUNT = (0x012, "<H")
    MQTT_PORT = (0x294, "<I")
    BUTTON_SHORT = (0x4B8, "<B")
    BUTTON_LONG = (0x4B9, "<B")
    BUTTON_REPEAT = (0x4BA, "<B")
    LFS_SIZE = (0x4BC, "<I")
    BOOT_OK = (0x597, "<B")
    PING_INTERVAL = (0x598, "<I")
    PING_SECONDS = (0x59C, "<I")


class Table(Enum):
    """A row of equal numbers: offset, struct format, count."""

    ROLES = (0x33E, "<B", PIN_COUNT)
    CHANNELS = (0x35E, "<B", PIN_COUNT)
    CHANNELS2 = (0x37E, "<B", PIN_COUNT)
    TYPES = (0x39E, "<B", CHANNEL_COUNT)
    START_VALUES = (0x3DE, "<h", CHANNEL_COUNT)


class Address(Enum):
    """Four bytes of an IP address."""

    IP = 0x527
    MASK = 0x52B
    GATEWAY = 0x52F
    DNS = 0x533


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the compiled firmware and the radio say about the device."""

    chip: str  # BK7231T or BK7231N
    mac: bytes


def signed_crc(data: bytes) -> int:
    """CRC-8, poly 0x8C reflected, with the arithmetic shifts of BK7231 (openbeken.md 9.2)."""
    of_crc, of_byte = _crc_tables()
    crc = 0
    for byte in data:
        crc = of_crc[crc] ^ of_byte[byte]
    return crc


@cache
def _crc_tables() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Eight steps are linear: what they make of a running CRC and of a data byte, by value."""
    return (
        tuple(_eight_steps(value, 0) for value in range(256)),
        tuple(_eight_steps(0, value) for value in range(256)),
    )


def _eight_steps(running: int, byte: int) -> int:
    crc = running - 256 if running & 0x80 else running
    value = byte - 256 if byte & 0x80 else byte
    for _step in range(8):
        low = (crc ^ value) & 1
        crc >>= 1
        if low:
            crc ^= -116  # 0x8C as a signed byte
        value >>= 1
    return crc & 0xFF


class Block:
    """The struct; setters cut what does not fit, as the firmware's string copies do."""

    def __init__(self, raw: bytes) -> None:
        self.raw = bytearray(raw[:STRUCT_LEN].ljust(STRUCT_LEN, b"\0"))

    @classmethod
    def load(cls, sector: bytes) -> Block | None:
        """The block of a flash sector, brought to the newest version; None if it is not sound."""
        if len(sector) < STRUCT_LEN or sector[:3] != b"CFG":
            return None
        version = int.from_bytes(sector[4:8], "little")
        cover = _OLD_COVER if version <= 3 else STRUCT_LEN
        if version > VERSION or signed_crc(sector[4:cover]) != sector[3]:
            return None
        block = cls(sector[:cover])
        block.raw[4:8] = VERSION.to_bytes(4, "little")
        return block

    @classmethod
    def defaults(cls, who: Identity) -> Block:
        """Factory settings."""
        block = cls(b"")
        block.raw[0:3] = b"CFG"
        block.raw[4:8] = VERSION.to_bytes(4, "little")
        block.flags = 1 << 10
        tail = who.mac[2:].hex().upper()
        letter = who.chip[-1].lower()
        block.set_text(Text.MQTT_CLIENT, f"obk{tail}")
        block.set_text(Text.MQTT_USER, "homeassistant")
        block.set_text(Text.MQTT_PASSWORD, "q" * 10)
        block.set_text(Text.WEBAPP, "https://openbekeniot.github.io/webapp/")
        block.raw[0x2D8:0x2DE] = who.mac
        block.set_text(Text.SHORT_NAME, f"obk{tail}")
        block.set_text(Text.LONG_NAME, f"Open{who.chip}_{tail}")
        block.set_text(Text.NTP, "217.147.223.78")
        block.set_text(Text.MQTT_GROUP, f"bekens_{letter}")
        block.set_text(Text.PING_HOST, "192.168.0.1")
        block.set_number(Number.MQTT_PORT, 1883)
        for number, value in ((Number.BUTTON_SHORT, 3), (Number.BUTTON_LONG, 10)):
            block.set_number(number, value)
        block.set_number(Number.BUTTON_REPEAT, 5)
        block.set_number(Number.BOOT_OK, 5)
        struct.pack_into("<6f", block.raw, 0x53C, 1.0, 1.0, 1.0, 2.2, 0.1, 0.1)
        return block

    def sector(self) -> bytes:
        """The 4 KiB as they go to flash, with a fresh CRC."""
        self.raw[3] = signed_crc(bytes(self.raw[4:]))
        return bytes(self.raw).ljust(SECTOR_LEN, b"\xff")

    def text(self, field: Text) -> str:
        """The text up to its zero byte."""
        at, size = field.value
        return bytes(self.raw[at : at + size]).split(b"\0", 1)[0].decode("utf-8", "replace")

    def set_text(self, field: Text, text: str) -> None:
        """Store `text`, cut to the field with its zero byte."""
        at, size = field.value
        self.raw[at : at + size] = text.encode()[: size - 1].ljust(size, b"\0")

    def number(self, field: Number) -> int:
        """The value of a number."""
        at, layout = field.value
        return int(struct.unpack_from(layout, self.raw, at)[0])

    def set_number(self, field: Number, value: int) -> None:
        """Store a number, cut to its bits."""
        at, layout = field.value
        struct.pack_into(layout, self.raw, at, value & ((1 << 8 * struct.calcsize(layout)) - 1))

    def item(self, table: Table, index: int) -> int:
        """One number of a row."""
        at, layout, _count = table.value
        return int(struct.unpack_from(layout, self.raw, at + index * struct.calcsize(layout))[0])

    def set_item(self, table: Table, index: int, value: int) -> None:
        """Store one number of a row; an index outside is ignored."""
        at, layout, count = table.value
        if not 0 <= index < count:
            return
        size = struct.calcsize(layout)
        bits = value & ((1 << 8 * size) - 1)
        self.raw[at + index * size : at + (index + 1) * size] = bits.to_bytes(size, "little")

    def row(self, table: Table) -> list[int]:
        """All numbers of a row."""
        return [self.item(table, index) for index in range(table.value[2])]

    @property
    def flags(self) -> int:
        """All 64 flags."""
        return int.from_bytes(self.raw[_FLAGS], "little")

    @flags.setter
    def flags(self, value: int) -> None:
        self.raw[_FLAGS] = (value & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "little")

    def flag(self, number: int) -> bool:
        """Whether a flag is set."""
        return bool(self.flags >> number & 1)

    def shown_flags(self) -> int:
        """What /api/info and `Flags` show: the low 32 bits as a signed number."""
        low = self.flags & 0xFFFF_FFFF
        return low - (1 << 32) if low >> 31 else low

    @property
    def mac(self) -> bytes:
        """The MAC."""
        return bytes(self.raw[0x2D8:0x2DE])

    @mac.setter
    def mac(self, value: bytes) -> None:
        self.raw[0x2D8:0x2DE] = value

    def calibration(self, index: int) -> float:
        """Float `index` of the meter's calibration; 0 means the default of the driver."""
        return float(struct.unpack_from("<f", self.raw, _CALIBRATION + 4 * index)[0])

    def set_calibration(self, index: int, value: float) -> None:
        """Store a float of the meter's calibration."""
        struct.pack_into("<f", self.raw, _CALIBRATION + 4 * index, value)

    def address(self, field: Address) -> str:
        """An IP address as text."""
        return ".".join(str(part) for part in self.raw[field.value : field.value + 4])

    def set_address(self, field: Address, text: str) -> None:
        """Store an IP address; text that is none changes nothing."""
        parts = text.strip().split(".")
        if len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts):
            self.raw[field.value : field.value + 4] = bytes(int(part) for part in parts)
