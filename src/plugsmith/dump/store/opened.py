"""Everything that the keys of a file open, and which of it is the device's own store.

One search for all who ask: the pin recovery, the survey, the list of records, the sanitizer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.dump.store.arena import Arena, open_arena
from plugsmith.dump.store.home import Ground, Homes, homes_of
from plugsmith.dump.store.keyring import (
    deeper_keys,
    key_block_traces,
    repaired_keys,
    sector_keys,
    sound_keys,
)
from plugsmith.dump.store.maps import key_addrs
from plugsmith.dump.store.sites import sites_of
from plugsmith.dump.store.tables import find_tables
from plugsmith.image.aes import BLOCK_LEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.dump.store.keyring import FoundKey, KeyBlockTrace
    from plugsmith.dump.store.sites import Site
    from plugsmith.dump.store.tables import FoundTable

# Hostile files may pretend to hold thousands of keys. A key costs a look at the whole file in each
# family, so the larger the file the fewer: 32 of a 2 MiB flash, 4 of a 16 MiB one.
MAX_TRIED = 32 * 0x20_0000


@dataclass(slots=True, kw_only=True)
class OpenedStores:
    """Keys that open something, what they open, and the stores in it, the device's own first."""

    data: bytes
    traces: Sequence[KeyBlockTrace]
    tables: Sequence[FoundTable]
    arenas: list[Arena] = field(default_factory=list)
    keys: list[FoundKey] = field(default_factory=list)
    homes: Homes = field(default_factory=Homes)
    tried: int = 0  # bytes looked at, in all families

    def try_keys(self, keys: Iterable[FoundKey], *, phases: Iterable[int] = ()) -> None:
        """Open the arena of each key that opens anything; `phases` for keys without a place."""
        for key in keys:
            if self.tried >= MAX_TRIED:
                return
            if any(key.device_key == held.device_key for held in self.keys):
                continue
            places = phases if key.offset is None else (key.offset % BLOCK_LEN,)
            self.tried += len(self.data)
            arena = open_arena(self.data, key, phases=places)
            if arena is not None:
                self.arenas.append(arena)
                self.keys.append(key)

    def phases(self) -> set[int]:
        """Offsets modulo 16 at which encrypted sectors may stand."""
        shown = {trace.offset % BLOCK_LEN for trace in self.traces}
        return shown | ({item.offset % BLOCK_LEN for item in self.tables} or {0})

    def sites(self, arena: Arena) -> list[Site]:
        """The stores of one arena."""
        return sites_of(arena, key_blocks=self._key_blocks(), size=len(self.data))

    def settle(self) -> None:
        """Tell the device's own store from leftovers."""
        sites = [site for arena in self.arenas for site in self.sites(arena)]
        self.homes = homes_of(sites, Ground(data=self.data, key_blocks=self._key_blocks()))

    def _key_blocks(self) -> dict[int, bytes | None]:
        blocks: dict[int, bytes | None] = {
            trace.offset: trace.head.device_key if trace.sound else None for trace in self.traces
        }
        for key in self.keys:
            if key.offset is not None and key.offset in blocks:
                blocks[key.offset] = key.device_key
        return blocks


def open_stores(data: bytes) -> OpenedStores:
    """Every store of `data` that some key opens; the caller may try more keys on it.

    Keys of key blocks come first. Weaker proposals are tried where those open nothing, or where
    a store that stays closed may be the device's own.
    """
    found = _opened(data)
    return replace(found, arenas=list(found.arenas), keys=list(found.keys))


@lru_cache(maxsize=1)  # who lists the stores of a file often recovers its pins next
def _opened(data: bytes) -> OpenedStores:
    own, traces = key_addrs(len(data)), key_block_traces(data)
    found = OpenedStores(data=data, traces=traces, tables=find_tables(data))
    blocks = [*sound_keys(traces), *repaired_keys(data, traces)]
    found.try_keys(sorted(blocks, key=lambda key: key.offset not in own))
    found.settle()
    if not found.homes.closed and found.arenas:
        return found
    phases = found.phases()
    found.try_keys(deeper_keys(data, traces=traces, phases=phases), phases=phases)
    if not found.arenas:
        found.try_keys(
            key
            for phase in range(BLOCK_LEN)
            if phase not in phases
            for key in sector_keys(data, phase=phase)
        )
    found.settle()
    return found
