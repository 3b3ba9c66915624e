"""Flash parts by their JEDEC id, with the rules that make the public tables safe to use.

Source: uart-protocol.md section 5.5 and the table of flash ids. A row of the TOML file holds what
differs from the usual part (two status bytes, protection bits 0x407C).
"""

from __future__ import annotations

from functools import cache

from plugsmith.chips.model import FlashPart, Support
from plugsmith.chips.tables import FactTable, load, tables

FILE = "flash_parts.toml"
_SR1, _SR2 = 0x05, 0x35
_JEDEC_LEN = 3
_TWO_STATUS_BYTES = 0xFF  # a mask above this bit needs the second status byte

# Bits that are set for good, by the opcode that reads the second byte: SRP1 and the locks of the
# security registers in SR2; top or bottom in the configuration register of Macronix.
ONE_TIME = {0x35: 0x3D00, 0x15: 0x0800}


def one_time_bits(part: FlashPart) -> int:
    """The status bits of `part` that can be set only once."""
    return ONE_TIME.get(part.read_opcodes[1], 0) if len(part.read_opcodes) > 1 else 0


def flash_part(jedec: bytes) -> FlashPart | None:
    """The part with the id `jedec` (manufacturer, type, capacity), or None."""
    return _by_id().get(bytes(jedec))


def flash_parts() -> tuple[FlashPart, ...]:
    """Every known part, by size and id."""
    return tuple(_by_id().values())


def size_from_id(jedec: bytes) -> int | None:
    """The size that the capacity byte states, 64 KiB to 64 MiB; None for an id that cannot be one.

    uart-protocol.md 5.6: an id of all 00 or FF means that nothing answered.
    """
    if len(jedec) != _JEDEC_LEN or jedec[0] in {0x00, 0xFF}:
        return None
    return 1 << jedec[2] if 0x10 <= jedec[2] <= 0x1A else None


@cache
def _by_id() -> dict[bytes, FlashPart]:
    found: dict[bytes, FlashPart] = {}
    for table in tables(load(FILE), "part", file=FILE):
        part = _part(table)
        table.require(part.jedec not in found, "the id occurs twice")
        found[part.jedec] = part
    return found


def _part(table: FactTable) -> FlashPart:
    jedec = table.hex("id") or b""
    size = table.take("size", int)
    sr_bytes = table.optional("sr_bytes", int)
    sr_bytes = 2 if sr_bytes is None else sr_bytes
    mask = table.optional("mask", int)
    mask = 0x407C if mask is None else mask
    listed = table.numbers("read") or (_SR1, _SR2)[:sr_bytes]
    read = _read_opcodes(listed, sr_bytes=sr_bytes, mask=mask)
    protected = table.optional("protected", int)
    part = FlashPart(
        jedec=jedec,
        name=table.take("name", str),
        vendor=table.take("vendor", str),
        other_names=table.texts("also"),
        size=size,
        sr_bytes=sr_bytes,
        read_opcodes=read,
        write_opcodes=table.numbers("write") or ((0x01,) if sr_bytes else ()),
        write_len=min(sr_bytes, 2),
        compare_mask=mask,
        unprotected=0,
        protected=0x1C if protected is None else protected,
        loader_protect=table.optional("loader_protect", int),
        qe_bit=table.optional("qe_bit", int),
        support=Support.CLAIMED,
        sources=table.texts("sources"),
        notes=table.texts("notes"),
    )
    table.done()
    _check(table, part)
    return part


def _read_opcodes(listed: tuple[int, ...], *, sr_bytes: int, mask: int) -> tuple[int, ...]:
    """One opcode for each status byte that `mask` reaches into.

    Seven public rows read one byte but mask bits above 7: read the second with 35 as well, so that
    a set CMP bit (14) counts as protected.
    """
    if sr_bytes == 0:
        return ()
    if mask > _TWO_STATUS_BYTES:
        return (listed[0], listed[1] if len(listed) > 1 else _SR2)
    return listed[:1]


def _check(table: FactTable, part: FlashPart) -> None:
    table.require(len(part.jedec) == _JEDEC_LEN, "an id has three bytes")
    table.require(bool(part.sources), "sources are missing")
    stated = size_from_id(part.jedec)
    table.require(stated is None or stated == part.size, "the size contradicts the id")
    table.require(stated is not None or part.write_len == 0, "no writes to a part without an id")
    table.require(
        part.compare_mask & one_time_bits(part) == 0, "the mask holds bits that are set for good"
    )
    reach = (1 << 8 * len(part.read_opcodes)) - 1
    table.require(part.compare_mask & ~reach == 0, "the mask reaches beyond what is read")
    protects = part.write_len == 0 or part.protected & part.compare_mask != part.unprotected
    table.require(protects, "the protected value protects nothing")
