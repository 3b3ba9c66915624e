"""Every encrypted vendor store of a file: key block, protected and data sectors, anywhere in it.

Keys come from the keyring, sectors from the arena; this only gathers what one key opens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_all
from plugsmith.dump.store.keyring import FoundKey, KeyOrigin, sound_keys
from plugsmith.dump.store.opened import MAX_TRIED, open_stores
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.keys import KEY_MAGIC, MASTER_KEY, data_key
from plugsmith.tuya.protected import protected_sum_ok
from plugsmith.tuya.store import read_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.dump.store.arena import Arena
    from plugsmith.dump.store.opened import OpenedStores
    from plugsmith.dump.store.sites import Site
    from plugsmith.tuya.kv import SectorHeader
    from plugsmith.tuya.store import StoredRecord

_LEAST_SHUT = 4  # keys that open nothing and still count in a file of any size
_KEY_MAGIC_BYTES = KEY_MAGIC.to_bytes(4, "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSector:
    """A decrypted sector of the store at `offset` of the file.

    `plain` always has 4096 bytes; where the file is cut they end in zeros and `whole` is false.
    """

    offset: int
    plain: bytes
    header: SectorHeader
    sum_ok: bool
    whole: bool

    @property
    def span(self) -> AddressRange:
        """Where it lies, as if it were whole."""
        return AddressRange.sized(self.offset, SECTOR_LEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreGroup:
    """Sectors that belong together, by offset, and where the newest copy of each block lies.

    The judge is `Site.current`; a newest copy whose header is lost has no place here.
    """

    sectors: frozenset[int]
    newest: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorStore:
    """All that one device key opens: one store, or several that it has in common.

    `own`: offsets of the sectors of the store that the device uses; the others are leftovers.
    `in_use`: those of them of which no newer copy is there or may have been lost.
    """

    device_key: bytes
    data_key: bytes
    origin: KeyOrigin
    key_block: int | None
    protected: tuple[int, ...]
    sectors: tuple[DataSector, ...]
    groups: tuple[StoreGroup, ...] = ()
    own: frozenset[int] = frozenset()
    in_use: frozenset[int] = frozenset()

    @property
    def newest(self) -> frozenset[int]:
        """Offsets of sectors of which no newer copy is there."""
        return frozenset(at for group in self.groups for at in group.newest.values())

    def records(self) -> tuple[StoredRecord, ...]:
        """Records, live ones first; each is live by the rules of its own store, leftover or not.

        `sector` and `spans` of a record count through `sectors`.
        """
        found = [item for group in self.groups for item in self._records(group)]
        return tuple(sorted(found, key=lambda item: (not item.live, item.sector, item.index.page)))

    def live(self) -> dict[str, bytes]:
        """Live records whose value sum agrees, those of the device's own store first."""
        sound = [item for item in self.records() if item.live and item.value_ok]
        sound.sort(key=self.is_own)  # of two of one name the last one stays
        return {item.name: item.value for item in sound}

    def in_force(self, record: StoredRecord) -> bool:
        """Whether the device goes by a record: live, in its own store, in the newest copy."""
        return record.live and self.sectors[record.sector].offset in self.in_use

    def is_own(self, record: StoredRecord) -> bool:
        """Whether a record stands in the store that the device uses."""
        return self.sectors[record.sector].offset in self.own

    def _records(self, group: StoreGroup) -> Iterator[StoredRecord]:
        places = [at for at, item in enumerate(self.sectors) if item.offset in group.sectors]
        offsets = [self.sectors[at].offset for at in places]
        current = {block: offsets.index(at) for block, at in group.newest.items()}
        for item in read_store([self.sectors[at].plain for at in places], current=current).records:
            spans = tuple((places[at], first, count) for at, first, count in item.spans)
            yield replace(item, sector=places[item.sector], spans=spans)

    def room(self, position: int) -> int:
        """Bytes of a sector up to where the next one begins: less than 4096 if bytes were lost."""
        start = self.sectors[position].offset
        later = self.sectors[position + 1].offset if position + 1 < len(self.sectors) else None
        room = SECTOR_LEN if later is None else min(SECTOR_LEN, later - start)
        return max(0, room) // BLOCK_LEN * BLOCK_LEN

    @property
    def phases(self) -> frozenset[int]:
        """Offsets modulo 16 at which something of this store was found."""
        offsets = [sector.offset for sector in self.sectors]
        offsets += self.protected
        if self.key_block is not None:
            offsets.append(self.key_block)
        return frozenset(at % BLOCK_LEN for at in offsets)

    def __repr__(self) -> str:
        return f"VendorStore(key_block={self.key_block}, sectors={len(self.sectors)})"


@lru_cache(maxsize=2)  # the survey of a file asks, and then who lists, cleans or takes it apart
def find_stores(data: bytes) -> tuple[VendorStore, ...]:
    """The stores of a file, the device's own first, then those with most sectors."""
    opened = open_stores(data)
    phases = sorted({0, *opened.phases()})
    protected = protected_sectors(data, phases=phases)
    held = [
        FoundKey(device_key=device_key, origin=KeyOrigin.PROTECTED, offset=places[0])
        for device_key, places in protected.items()
    ]
    opened.try_keys(held, phases=phases)  # may open more; which store is the own one is settled
    keys = {key.device_key: key for key in (*held, *sound_keys(opened.traces))}
    shut = [
        key
        for key in keys.values()
        if key.device_key not in {key.device_key for key in opened.keys}
    ]
    most = max(_LEAST_SHUT, MAX_TRIED // 4 // len(data)) if data else 0  # each is searched with
    keys = {key.device_key: key for key in (*opened.keys, *shut[:most])}
    arenas = {arena.found_key.device_key: arena for arena in opened.arenas}
    stores = [
        _store(key, arenas.get(device_key), opened, protected.get(device_key, ()))
        for device_key, key in keys.items()
    ]
    return tuple(sorted(stores, key=lambda store: (not store.own, -len(store.sectors))))


def decrypt_phase(data: bytes, *, key: bytes, phase: int) -> bytes:
    """The file from `phase` on, decrypted block by block; the cut last block is left out."""
    end = phase + (len(data) - phase) // BLOCK_LEN * BLOCK_LEN
    return ecb_decrypt(data[phase:end], key=key) if end > phase else b""


def protected_sectors(data: bytes, *, phases: list[int]) -> dict[bytes, tuple[int, ...]]:
    """Sectors under the master key whose whole-sector sum agrees: device key -> offsets."""
    found: dict[bytes, tuple[int, ...]] = {}
    for phase in phases:
        plain = decrypt_phase(data, key=MASTER_KEY, phase=phase)
        for at in find_all(plain, _KEY_MAGIC_BYTES):
            sector = plain[at : at + SECTOR_LEN]
            if at % BLOCK_LEN or not protected_sum_ok(sector):
                continue
            key = sector[8:24]
            found[key] = (*found.get(key, ()), phase + at)
    return found


def _store(
    key: FoundKey, arena: Arena | None, opened: OpenedStores, protected: tuple[int, ...]
) -> VendorStore:
    block = key.offset if key.origin in {KeyOrigin.KEY_BLOCK, KeyOrigin.REPAIRED} else None
    sites = opened.sites(arena) if arena else []
    own = [site for site in opened.homes.own if site.arena is arena]
    return VendorStore(
        device_key=key.device_key,
        data_key=arena.key if arena else data_key(key.device_key),
        origin=key.origin,
        key_block=block,
        protected=protected,
        sectors=_headed(arena) if arena else (),
        groups=tuple(_group(site) for site in sites),
        own=frozenset(item.offset for site in own for item in site.sectors),
        in_use=frozenset(it.offset for site in own for it in site.sectors if site.is_newest(it)),
    )


def _group(site: Site) -> StoreGroup:
    headed = frozenset(item.offset for item in site.sectors if item.header is not None)
    current = {block: item.offset for block, item in site.current().items()}
    return StoreGroup(
        sectors=headed, newest={block: at for block, at in current.items() if at in headed}
    )


def _headed(arena: Arena) -> tuple[DataSector, ...]:
    return tuple(
        DataSector(
            offset=item.offset,
            plain=item.plain,
            header=item.header,
            sum_ok=item.sum_ok,
            whole=item.whole,
        )
        for item in arena.sectors
        if item.header is not None
    )
