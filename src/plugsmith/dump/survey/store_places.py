"""Whether every place in the area of the device's own store holds what the firmware keeps there.

Facts: tuya-storage.md 3.1. A store that was ever written fills its area: the classic one has block
k in sector k and older copies in the swap sectors; TuyaOS 3 has one block less than it has sectors,
in any order, and the copy before the last of one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind
from plugsmith.dump.store.maps import store_map_at
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.kv import StoreKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from plugsmith.dump.store.stores import DataSector, VendorStore
    from plugsmith.dump.survey.report import DumpReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A sound sector that stands `at` an offset and belongs to `home`."""

    block: int
    at: int
    home: int


@dataclass(slots=True, kw_only=True)
class StorePlaces:
    """What is wrong in an area; sectors with a wrong sum are counted elsewhere.

    `strays` were moved. `doubled`: two equally new copies of a block. `missing`: places of data
    that hold none, and places of older copies that hold something else.
    """

    strays: list[Stray] = field(default_factory=list)
    doubled: list[Stray] = field(default_factory=list)
    missing: int = 0


def store_places(store: VendorStore, *, blank: Collection[int]) -> StorePlaces:
    """The places of a store; without a key block nothing tells where its area is.

    `blank`: offsets of erased sectors.
    """
    if store.key_block is None or not store.sectors:
        return StorePlaces()
    own = [item for item in store.sectors if item.offset in store.own] or list(store.sectors)
    kinds = [item.header.kind for item in own]
    kind = max(StoreKind, key=kinds.count)
    first = store.key_block + SECTOR_LEN
    area = store_map_at(store.key_block)
    end = area.end if area else max(item.offset for item in own) + SECTOR_LEN
    sectors = {item.offset: item for item in store.sectors if item.header.kind is kind}
    if kind is StoreKind.TUYAOS3:
        return _wandering(sectors, range(first, end, SECTOR_LEN), blank)
    highest = max(item.header.block for item in own)
    data_end = area.data_end if area else min(end, first + (highest + 1) * SECTOR_LEN)
    data, swap = range(first, data_end, SECTOR_LEN), range(data_end, end, SECTOR_LEN)
    return _classic(sectors, data, swap, blank)


def erased_offsets(report: DumpReport) -> frozenset[int]:
    """Offsets of all erased sectors."""
    return frozenset(
        at
        for item in report.findings
        if item.kind is FindingKind.ERASED
        for at in range(item.span.start, item.span.end, SECTOR_LEN)
    )


def blank_places(report: DumpReport) -> int:
    """Erased sectors in the areas of stores whose key block stands where a chip has it."""
    keys = [item.span for item in report.findings if item.kind is FindingKind.TUYA_KEY]
    areas = [(key.end, area.end) for key in keys if (area := store_map_at(key.start)) is not None]
    return sum(start <= at < end for at in erased_offsets(report) for start, end in areas)


def _classic(
    sectors: dict[int, DataSector], data: range, swap: range, blank: Collection[int]
) -> StorePlaces:
    found = StorePlaces()
    filled = {at: item for at, item in sectors.items() if at in data}
    right = {
        item.header.block: item
        for at, item in filled.items()
        if data.index(at) == item.header.block
    }
    found.missing = len(data) - len(filled)
    found.missing += sum(at not in sectors and at not in blank for at in swap)
    for at, item in sectors.items():
        block = item.header.block
        if not item.sum_ok or right.get(block) is item or block >= len(data):
            continue
        if at in swap:
            moved = block in right and item.header.writes > right[block].header.writes
        else:
            moved = at in data or block not in right
        if moved:
            found.strays.append(Stray(block=block, at=at, home=data[block]))
    return found


def _wandering(
    sectors: dict[int, DataSector], places: range, blank: Collection[int]
) -> StorePlaces:
    blocks = range(len(places) - 1)
    inside = sorted(
        (item.header.block, item.header.writes, at) for at, item in sectors.items() if at in places
    )
    lost = set(blocks) - {block for block, _writes, _at in inside}
    free = sum(at not in sectors and at in blank for at in places)
    found = StorePlaces(missing=max(len(lost), len(places) - len(inside) - free))
    found.doubled = [
        Stray(block=one[0], at=other[2], home=one[2])
        for one, other in pairwise(inside)
        if one[:2] == other[:2]
    ]
    found.strays = [
        Stray(block=item.header.block, at=at, home=places[0])
        for at, item in sectors.items()
        if at not in places and item.sum_ok and item.header.block in lost
    ]
    return found
