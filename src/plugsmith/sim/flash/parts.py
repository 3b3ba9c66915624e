"""NOR flash parts that a simulated board can carry, and what the T boot code knows about them."""

from __future__ import annotations

from dataclasses import dataclass

FULL_FIELD = 0x1F


@dataclass(frozen=True, slots=True, kw_only=True)
class SimPart:
    """A flash part by its JEDEC id.

    `loader_protect` is what the loader family writes for "protect all": its own table's field value
    shifted by 2 (uart-protocol.md 5.5); 0 for an id that the table does not know, which
    means that the boot code never protects it (uart-protocol.md 2.5).
    """

    jedec: bytes
    name: str
    size: int
    sr_bytes: int
    loader_protect: int
    cmp_bit: int | None = 14


def _part(jedec: str, name: str, *, sr_bytes: int = 2, field: int = 0) -> SimPart:
    raw = bytes.fromhex(jedec)
    return SimPart(
        jedec=raw, name=name, size=1 << raw[2], sr_bytes=sr_bytes, loader_protect=field << 2
    )


KNOWN_PARTS: tuple[SimPart, ...] = (
    _part("C84015", "GD25Q16B", field=FULL_FIELD),
    _part("EB6015", "TH25Q16HB"),
    _part("0B4015", "XT25F16B", field=FULL_FIELD),
    _part("1C7015", "EN25QH16B", sr_bytes=1, field=FULL_FIELD),
    _part("C22315", "MX25V1635F", sr_bytes=1, field=0x0F),
    _part("854215", "P25Q16HB", sr_bytes=1),
    _part("856015", "P25Q16SU"),
    _part("CD7115", "TH25Q16UC"),
    _part("C84014", "GD25D80"),
    _part("0B4014", "XT25F08F", field=FULL_FIELD),
    _part("C84016", "GD25Q32E", field=FULL_FIELD),
    _part("0B4016", "XT25F32B", field=FULL_FIELD),
    _part("EF4016", "W25Q32", field=FULL_FIELD),
    _part("C84017", "GD25Q64C"),
)

DEFAULT_LOADER_PART = KNOWN_PARTS[0]
DEFAULT_ROM_PART = KNOWN_PARTS[1]


def part_for(jedec: bytes, *, size: int) -> SimPart:
    """The known part with this id, else an anonymous one of `size` bytes with two status bytes."""
    for part in KNOWN_PARTS:
        if part.jedec == jedec:
            return part
    return SimPart(jedec=jedec, name="unknown", size=size, sr_bytes=2, loader_protect=0)


def part_of_size(size: int, *, rom_family: bool) -> SimPart:
    """An ordinary part of `size` bytes: the family's usual one, else any known, else anonymous."""
    default = DEFAULT_ROM_PART if rom_family else DEFAULT_LOADER_PART
    for part in (default, *KNOWN_PARTS):
        if part.size == size:
            return part
    capacity = size.bit_length() - 1
    return part_for(bytes((0xC8, 0x40, capacity)), size=size)
