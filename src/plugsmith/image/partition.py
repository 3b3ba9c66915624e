"""FAL partition tables: where a boot loader keeps what.

RT-Thread's format, 64-byte entries; Tuya's T and N loaders leave the table unscrambled, only its
line CRC16s lie between (uart-protocol.md section 6.2). An entry's CRC is 0 in Tuya 1.0.x loaders
and the CRC-32 of its first 60 bytes in the SDK's (computed from released loaders).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from plugsmith.image.physical import to_physical
from plugsmith.memory import AddressRange

ENTRY_LEN = 64
MAGIC = 0x4550_3130
_MAGIC_BYTES = MAGIC.to_bytes(4, "little")
_LAYOUT = struct.Struct("<I24s24sIII")
CODE_DEVICE = "beken_onchip_crc"  # addresses are logical
RAW_DEVICE = "beken_onchip"  # addresses are physical
_MAX_ENTRIES = 32
_MAX_TABLES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One entry; `start` and `length` as the table has them, `span` always physical."""

    name: str
    device: str
    start: int
    length: int
    crc_given: bool = False
    crc_ok: bool = True

    @property
    def span(self) -> AddressRange:
        """The bytes of flash that the partition occupies."""
        if self.device == CODE_DEVICE:
            return AddressRange(to_physical(self.start), to_physical(self.start + self.length))
        return AddressRange.sized(self.start, self.length)

    def encode(self) -> bytes:
        """The 64 bytes of the entry."""
        body = _LAYOUT.pack(
            MAGIC,
            self.name.encode("ascii", "replace")[:23],
            self.device.encode("ascii", "replace")[:23],
            self.start,
            self.length,
            0,
        )[:-4]
        return body + (zlib.crc32(body) if self.crc_given else 0).to_bytes(4, "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionTable:
    """A table found at the logical address `at`."""

    at: int
    partitions: tuple[Partition, ...]

    def find(self, name: str) -> Partition | None:
        """The partition called `name`."""
        return next((item for item in self.partitions if item.name == name), None)

    def encode(self) -> bytes:
        """All entries in their order."""
        return b"".join(item.encode() for item in self.partitions)


def find_tables(code: bytes) -> list[PartitionTable]:
    """The tables in loader code without line CRC16s; what only looks like one is left out."""
    tables: list[PartitionTable] = []
    at = code.find(_MAGIC_BYTES)
    while at >= 0 and len(tables) < _MAX_TABLES:
        found: list[Partition] = []
        end = at
        while len(found) < _MAX_ENTRIES and (entry := _read_entry(code, end)) is not None:
            found.append(entry)
            end += ENTRY_LEN
        if found:
            tables.append(PartitionTable(at=at, partitions=tuple(found)))
        at = code.find(_MAGIC_BYTES, max(end, at + 1))
    return tables


def _read_entry(code: bytes, at: int) -> Partition | None:
    raw = code[at : at + ENTRY_LEN]
    if len(raw) < ENTRY_LEN or not raw.startswith(_MAGIC_BYTES):
        return None
    _, name, device, start, length, crc = _LAYOUT.unpack(raw)
    texts = [_text(name), _text(device)]
    if None in texts or texts[1] not in {CODE_DEVICE, RAW_DEVICE}:
        return None
    return Partition(
        name=str(texts[0]),
        device=str(texts[1]),
        start=start,
        length=length,
        crc_given=crc != 0,
        crc_ok=crc in {0, zlib.crc32(raw[:-4])},
    )


def _text(field: bytes) -> str | None:
    head = field.partition(b"\0")[0]
    return head.decode("ascii") if head and head.isascii() and head.decode().isprintable() else None
