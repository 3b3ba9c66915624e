"""LibreTiny's settings store (FlashDB): ESPHome keeps preferences and typed-in Wi-Fi data there.

FlashDB's sector and entry markers are public (FlashDB src/fdb_kvdb.c); no dump of ours holds one.
"""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.memory import SECTOR_LEN, AddressRange

SECTOR_MAGIC = b"FDB0"
ENTRY_MAGIC = b"KV00"

_MAGIC_AT = (4, 8, 12)  # behind the sector status bytes


def find(data: bytes) -> list[Finding]:
    """Sectors with FlashDB's marker near their start and an entry or nothing behind it."""
    found: list[Finding] = []
    for hit in find_all(data, SECTOR_MAGIC):
        start = next((hit - at for at in _MAGIC_AT if hit >= at and (hit - at) % 0x1000 == 0), None)
        if start is None:
            continue
        body = data[hit + 4 : start + SECTOR_LEN]
        entries = body.count(ENTRY_MAGIC)
        if not entries and body.count(0xFF) < 0.9 * len(body):
            continue
        span = AddressRange(start, min(start + SECTOR_LEN, len(data)))
        found.append(
            Finding(
                kind=FindingKind.LIBRETINY,
                span=span,
                evidence=("FlashDB marker",),
                facts={"entries": entries},
            )
        )
    return found
