"""The whole flash as it is now, proven, reading only what nothing on the disk already is."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.errors.flash import UnstableRead
from plugsmith.flows.write.target_image import BLANK_SECTOR
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr, merge_ranges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.flows.wire.connection import Device

_ROUNDS = 3


def content_now(device: Device, base: bytes, *others: Mapping[int, bytes]) -> bytes:
    """The content of the flash: `base` or a sector of `others` where the device's CRC says so."""
    for _round in range(_ROUNDS):
        epoch = device.epoch
        content = _content(device, base, others)
        if device.epoch == epoch:
            return content
    raise UnstableRead(start=format_addr(0), length=len(base))


def changed_blocks(device: Device, base: bytes) -> list[AddressRange]:
    """The blocks of 64 KiB in which the device holds something else than `base`."""
    blocks = list(AddressRange(0, len(base)).split(BLOCK_LEN))
    wanted = [(span, zlib.crc32(base[span.start : span.end])) for span in blocks]
    return device.differing(wanted, mostly_equal=True)


def _content(device: Device, base: bytes, others: Sequence[Mapping[int, bytes]]) -> bytes:
    content = bytearray(base)
    parts = [part for block in changed_blocks(device, base) for part in block.split(SECTOR_LEN)]
    unknown: list[AddressRange] = []
    for part, crc in zip(parts, device.crcs(parts), strict=True):
        known = [base[part.start : part.end], BLANK_SECTOR]
        known += [sectors[part.start] for sectors in others if part.start in sectors]
        same = [data for data in known if zlib.crc32(data) == crc]
        if same:
            content[part.start : part.end] = same[0]
        else:
            unknown.append(part)
    for span in merge_ranges(unknown):
        content[span.start : span.end] = device.read(span)
    return bytes(content)
