"""Whose backup is it, when the address is lost? The vendor's key-value store tells."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.flows.judged_file import open_file
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.wire.connection import Device

_TELLING = (RegionRole.KV, RegionRole.PROTECTED)


def has_content_of(device: Device, path: Path) -> bool:
    """Whether the device still holds the vendor's store that is in the backup, sector by sector.

    The store has the device's own identifiers in it (docs/facts/tuya-storage.md 3), so the whole
    of it is in no other device; its key block alone proves nothing (all T share one). False where
    a single sector differs, or no store is there.
    """
    data = open_file(path).data
    if len(data) != device.size:
        return False
    layout = device.identity.chip.map_of("tuya")
    regions = [region for role in _TELLING for region in layout.with_role(role)] if layout else []
    spans = [
        part
        for region in regions
        for part in region.span.aligned(SECTOR_LEN).split(SECTOR_LEN)
        if part.end <= device.size
    ]
    held = [span for span in spans if not _is_uniform(data[span.start : span.end])]
    expected = [(span, zlib.crc32(data[span.start : span.end])) for span in spans]
    return bool(held) and not device.differing(expected)


def _is_uniform(sector: bytes) -> bool:
    return sector.count(sector[:1]) == len(sector)
