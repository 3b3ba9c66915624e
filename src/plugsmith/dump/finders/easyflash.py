"""EasyFlash sectors: OpenBeken's counters on Beken, its settings on other chips.

Marker and entry marker: tuya-storage.md section 9.5.
"""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.memory import SECTOR_LEN, AddressRange

MAGICS = (b"EF40", b"EF41")
ENTRY = b"KV40"
SETTINGS_KEYS = (b"ObkCfg", b"mY0bcFg")

_MAGIC_AT = (4, 8, 12, 16, 32)  # behind the status table, whose size follows the write granularity


def find(data: bytes) -> list[Finding]:
    """Sectors with the marker behind a status table and at least one entry or an empty rest."""
    found: list[Finding] = []
    for magic in MAGICS:
        for hit in find_all(data, magic):
            start = _sector_start(data, hit)
            if start is None:
                continue
            span = AddressRange(start, min(start + SECTOR_LEN, len(data)))
            body = data[hit + 4 : span.end]
            found.append(
                Finding(
                    kind=FindingKind.EASYFLASH,
                    span=span,
                    evidence=(magic.decode("ascii"),),
                    facts={
                        "entries": body.count(ENTRY),
                        "settings": any(key in body for key in SETTINGS_KEYS),
                    },
                )
            )
    return found


def _sector_start(data: bytes, hit: int) -> int | None:
    for at in _MAGIC_AT:
        start = hit - at
        if start < 0 or start % 4:
            continue
        status = data[start:hit]
        body = data[hit + 4 : start + SECTOR_LEN]
        looks_used = ENTRY in body or body.count(0xFF) > 0.9 * len(body)
        if status.count(0xFF) + status.count(0x00) >= at - 4 and looks_used:
            return start
    return None
