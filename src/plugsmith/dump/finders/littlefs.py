"""A LittleFS 2 file system: OpenBeken keeps scripts and pages in it.

The superblock's name entry lies 8 bytes into block 0 or 1; behind it stand the version, the block
size and the number of blocks (littlefs SPEC.md, "superblock"; checked on the corpus' flash files).
"""

from __future__ import annotations

import struct

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.memory import SECTOR_LEN, AddressRange

MAGIC = b"littlefs"
_NAME_AT = 8
_MAX_BLOCKS = 0x1000


def find(data: bytes) -> list[Finding]:
    """File systems whose superblock names a sane geometry; each pair of superblocks once."""
    found: list[Finding] = []
    for hit in find_all(data, MAGIC):
        start = hit - _NAME_AT
        if start < 0 or any(start in item.span for item in found):
            continue
        geometry = data[hit + 12 : hit + 24]
        if len(geometry) < 12:
            continue
        version, block_len, blocks = struct.unpack("<III", geometry)
        if version >> 16 != 2 or block_len != SECTOR_LEN or not 2 <= blocks <= _MAX_BLOCKS:
            continue
        span = AddressRange(start, min(start + block_len * blocks, len(data)))
        found.append(
            Finding(
                kind=FindingKind.LITTLEFS,
                span=span,
                evidence=("superblock",),
                facts={"block_len": block_len, "blocks": blocks},
                sound=len(span) == block_len * blocks,
            )
        )
    return found
