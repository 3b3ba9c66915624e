"""Places in the vendor's storage where a sector must have been whose header is destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.survey.chip_guess import memory_map
from plugsmith.memory import SECTOR_LEN, AddressRange

if TYPE_CHECKING:
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.report import DumpReport

_USUAL_SECTORS = 17  # behind the key block of a 2 MiB T or N (tuya-storage.md section 1.1)
_FREE = (FindingKind.ERASED, FindingKind.ZERO, FindingKind.EASYFLASH)


def lost_places(store: VendorStore, report: DumpReport) -> tuple[int, ...]:
    """Offsets on the store's own grid, inside its area, where nothing else was recognised."""
    span = _area(store, report)
    if span is None:
        return ()
    held = [sector.span for sector in store.sectors]
    places = (AddressRange.sized(at, SECTOR_LEN) for at in range(span.start, span.end, SECTOR_LEN))
    return tuple(
        place.start
        for place in places
        if not _taken(place, report) and not any(place.overlaps(other) for other in held)
    )


def _area(store: VendorStore, report: DumpReport) -> AddressRange | None:
    """From behind the key block to the end of the swap sectors, as far as the file goes."""
    offsets = [sector.offset for sector in store.sectors]
    if store.key_block is not None:
        start = store.key_block + SECTOR_LEN
    elif offsets:
        start = _by_map(report, min(offsets))
    else:
        return None
    count = _sectors(report)
    end = max([start + count * SECTOR_LEN, *(offset + SECTOR_LEN for offset in offsets)])
    return AddressRange(max(start, 0), max(0, start, min(end, report.size)))


def _by_map(report: DumpReport, first: int) -> int:
    """Start of the data sectors by the chip's map, on the store's grid, if the first is lost."""
    places = memory_map(report.chip)
    region = places.region(RegionRole.KV) if places else None
    start = report.layout.offset(region.span.start) if region else None
    near = start is not None and 0 <= first - start < _USUAL_SECTORS * SECTOR_LEN
    return start if near and start is not None and (first - start) % SECTOR_LEN == 0 else first


def _sectors(report: DumpReport) -> int:
    places = memory_map(report.chip)
    if places is None:
        return _USUAL_SECTORS
    regions = places.with_role(RegionRole.KV, RegionRole.KV_SWAP)
    return sum(len(region.span) for region in regions) // SECTOR_LEN


def _taken(span: AddressRange, report: DumpReport) -> bool:
    return any(item.kind not in _FREE and item.span.overlaps(span) for item in report.findings)
