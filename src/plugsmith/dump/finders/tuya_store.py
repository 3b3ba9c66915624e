"""The vendor's encrypted store as findings: key block, data sectors, protected sectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.memory import SECTOR_LEN, AddressRange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.store.stores import DataSector, VendorStore


def find(stores: Sequence[VendorStore], *, size: int) -> list[Finding]:
    """One finding a key block and protected sector, one a run of data sectors of the same use."""
    found: list[Finding] = []
    for store in stores:
        if store.key_block is not None:
            found.append(_sector(FindingKind.TUYA_KEY, store.key_block, size=size))
        found += [_sector(FindingKind.TUYA_PROTECTED, at, size=size) for at in store.protected]
        found += _runs(store)
    return found


def _sector(kind: FindingKind, at: int, *, size: int) -> Finding:
    span = AddressRange(at, min(at + SECTOR_LEN, size))
    return Finding(kind=kind, span=span, evidence=("magic", "sum"), sound=len(span) == SECTOR_LEN)


def _runs(store: VendorStore) -> list[Finding]:
    newest = store.newest
    runs: list[tuple[FindingKind, list[DataSector]]] = []
    for sector in store.sectors:
        kind = FindingKind.TUYA_STORAGE if sector.offset in newest else FindingKind.TUYA_SWAP
        joins = runs and runs[-1][0] is kind and runs[-1][1][-1].span.end == sector.offset
        if joins:
            runs[-1][1].append(sector)
        else:
            runs.append((kind, [sector]))
    return [_run(kind, sectors) for kind, sectors in runs]


def _run(kind: FindingKind, sectors: list[DataSector]) -> Finding:
    good = sum(sector.sum_ok for sector in sectors)
    return Finding(
        kind=kind,
        span=AddressRange(sectors[0].offset, sectors[-1].span.end),
        evidence=("sector magic", "sector sum") if good else ("sector magic",),
        facts={
            "generation": sectors[0].header.kind.value,
            "sectors": len(sectors),
            "sound_sectors": good,
        },
        sound=good == len(sectors),
    )
