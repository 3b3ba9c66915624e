"""Where the vendor's store lies on each chip, out of the chip catalogue."""

from __future__ import annotations

from functools import cache

from plugsmith.chips.catalog import chips
from plugsmith.chips.model import RegionRole
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen


@frozen
class StoreMap:
    """The store of some chips: sectors for data and swap, and what lies at known distances.

    Addresses are flash addresses, `data_end` is where swap begins; `rf` and `table` are None where
    no source names them.
    """

    chips: tuple[str, ...]
    key_addr: int
    data_end: int
    end: int
    rf: int | None
    table: int | None

    @property
    def span_len(self) -> int:
        """Bytes from the key block to the end of the swap sectors."""
        return self.end - self.key_addr


@cache
def store_maps() -> tuple[StoreMap, ...]:
    """One map for each way to lay out the store, those of 2 MiB chips first."""
    found: dict[tuple[int, int, int, int | None, int | None], list[str]] = {}
    for chip in chips():
        regions = chip.memory_map
        key, data = regions.region(RegionRole.KEY), regions.region(RegionRole.KV)
        if key is None or data is None:
            continue
        swap = regions.region(RegionRole.KV_SWAP)
        end = (swap or data).span.end
        rf = regions.region(RegionRole.RF)
        files = regions.with_role(RegionRole.FILES)  # the last part holds the table
        places = (rf.span.start if rf else None, files[-1].span.start if files else None)
        found.setdefault((key.span.start, data.span.end, end, *places), []).append(chip.name)
    maps = [
        StoreMap(chips=tuple(names), key_addr=key, data_end=data_end, end=end, rf=rf, table=files)
        for (key, data_end, end, rf, files), names in found.items()
    ]
    return tuple(sorted(maps, key=lambda item: (item.key_addr >= 0x20_0000, item.key_addr)))


def key_addrs(size: int) -> tuple[int, ...]:
    """The addresses of key blocks that a flash of `size` bytes has room for."""
    found = dict.fromkeys(item.key_addr for item in store_maps())
    return tuple(addr for addr in found if addr + SECTOR_LEN <= size)


def anchor_addrs(size: int) -> tuple[int, ...]:
    """The addresses of RF sectors and file tables that a flash of `size` bytes has room for."""
    found = (addr for item in store_maps() for addr in (item.rf, item.table) if addr is not None)
    return tuple(sorted({addr for addr in found if addr + SECTOR_LEN <= size}))


def store_map_at(key_addr: int) -> StoreMap | None:
    """The division of a store with its key block at an address, where some chip has it there."""
    return next((item for item in store_maps() if item.key_addr == key_addr), None)


def span_len(key_addr: int | None) -> int:
    """Bytes of a store from its key block on; the usual 18 sectors where the map says nothing."""
    lengths = [item.span_len for item in store_maps() if item.key_addr == key_addr]
    return max(lengths, default=0x1_2000)
