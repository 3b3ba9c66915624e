"""Which of several stores is the device's own, and which are leftovers of another firmware.

The firmware looks for its store at one address, so the chip's map decides, not how full a store is
or how often it was written. A key block inside the span of another store was written over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.randomness import looks_encrypted
from plugsmith.dump.store.maps import anchor_addrs, key_addrs, span_len, store_maps
from plugsmith.dump.store.origin import FLASH_LEN, KEY_ADDRS
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.files import TABLE_MAGIC_BYTES
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.records import platform_chip, read_platform
from plugsmith.tuya.rf import RF_MAGIC
from plugsmith.tuya.store import read_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugsmith.dump.store.sites import Site

NOWHERE = 4
_WHOLE = 8  # sectors that are more than some remains
_FILLED = 6  # sectors behind a key block that may be too full to look encrypted
_MIN_RUN = 3  # sectors in a row that make a store
_SAMPLE = 18 * SECTOR_LEN  # a key block and the usual sectors behind it
_FULL = {StoreKind.CLASSIC: 14, StoreKind.TUYAOS3: 16}


@frozen
class Ground:
    """What a file shows about where stores lie in it: key blocks, and anchors around them."""

    data: bytes
    key_blocks: Mapping[int, bytes | None]

    @property
    def unmoved(self) -> bool:
        """Whether some anchor lies at its own flash address, so that offsets are addresses."""
        return any(map(self._anchor, anchor_addrs(len(self.data))))

    def place(self, key_at: int) -> int:
        """How well a place is proven to be a store's: 0 best, `NOWHERE` not at all."""
        size = len(self.data)
        if key_at in key_addrs(size) and self.unmoved:
            return 0
        if any(map(self._anchor, _anchors_of(key_at))):
            return 1
        if size < FLASH_LEN:
            return NOWHERE
        return 2 if key_at in key_addrs(size) else 3 if key_at in KEY_ADDRS else NOWHERE

    def _anchor(self, at: int) -> bool:
        return at >= 0 and self.data.startswith((RF_MAGIC, TABLE_MAGIC_BYTES), at)

    def locked(self, sites: Sequence[Site]) -> list[int]:
        """Places of stores that no key opened: key blocks without a key, encrypted sectors."""
        opened = {it.offset for site in sites for it in site.sectors if it.header is not None}
        places = [at for at, key in self.key_blocks.items() if key is None]
        for run in self._encrypted(opened):
            starts = range(run - SECTOR_LEN, run - _FILLED * SECTOR_LEN, -SECTOR_LEN)
            free = [at for at in starts if at >= 0 and not opened & set(range(at, run, SECTOR_LEN))]
            places += sorted(free, key=self.place)[:1]
        return [at for at in places if not any(0 <= place - at < _SAMPLE for place in opened)]

    def _encrypted(self, opened: set[int]) -> Iterator[int]:
        """Where runs of sectors begin that look encrypted and were not opened."""
        phase = min(opened, default=0) % SECTOR_LEN
        length = 0
        for at in range(phase, len(self.data), SECTOR_LEN):
            known = at in opened or at in self.key_blocks
            if known or not looks_encrypted(self.data[at : at + SECTOR_LEN]):
                length = 0
                continue
            length += 1
            if length == _MIN_RUN:
                yield at - (length - 1) * SECTOR_LEN


def _anchors_of(key_at: int) -> set[int]:
    """Where RF sector and file table would lie with the key block at an offset, on any chip."""
    return {
        key_at - item.key_addr + addr
        for item in store_maps()
        for addr in (item.rf, item.table)
        if addr is not None
    }


@frozen
class Homes:
    """`own`: the device's store, or several where nothing decides between them; then leftovers.

    `place`: how well the first one's place is proven, as `Ground.place` counts. `closed`: another
    store that no key opens may be the device's own.
    """

    own: tuple[Site, ...] = ()
    leftovers: tuple[Site, ...] = ()
    place: int = NOWHERE
    closed: bool = False

    @property
    def first(self) -> Site | None:
        """The device's store; of several the one with most sectors."""
        return self.own[0] if self.own else None

    def hides_newer(self) -> bool:
        """Whether a newer copy of a block may be out of sight: TuyaOS 3 moves its blocks about.

        The classic store has a place for each block. Of the TuyaOS 3 store one sector more is
        filled than there are blocks; a lost one that no missing block explains may be any block's.
        """
        site = self.first
        if site is None or site.kind is not StoreKind.TUYAOS3:
            return False
        places = span_len(site.key_at if self.place == 0 else None) // SECTOR_LEN - 1
        span = range(site.key_at, site.key_at + (places + 1) * SECTOR_LEN)
        headed = [it for other in self.all for it in other.sectors if it.header is not None]
        lost = places - sum(item.offset in span for item in headed)
        missing = places - 1 - len({item.block for item in site.sectors if item.header})
        return lost > max(missing, 0)

    @property
    def all(self) -> tuple[Site, ...]:
        """Every store, the device's own first."""
        return (*self.own, *self.leftovers)


def homes_of(sites: Sequence[Site], ground: Ground) -> Homes:
    """The device's own stores and the leftovers of `sites`."""
    if not sites:
        return Homes()
    claims = {id(site): _claim(site, sites, ground) for site in sites}
    best = min(claims.values())
    place = min(ground.place(site.key_at) for site in sites if claims[id(site)] == best)
    doubtful = place > 1 or max(len(site.sectors) for site in sites) < _WHOLE
    closed = min(map(ground.place, ground.locked(sites)), default=None) if doubtful else None
    if closed is not None and closed < place:  # the device's own store is there, and stays closed
        return Homes(leftovers=tuple(sites), closed=True)
    own = [site for site in sites if claims[id(site)] == best]
    rest = [site for site in sites if claims[id(site)] != best]
    return Homes(
        own=tuple(sorted(own, key=lambda site: -len(site.sectors))),
        leftovers=tuple(sorted(rest, key=lambda site: claims[id(site)])),
        place=place,
        closed=closed == place,
    )


def _claim(site: Site, sites: Sequence[Site], ground: Ground) -> tuple[int, ...]:
    """What decides, the strongest first; the smallest claim is the device's store."""
    if len(sites) == 1:
        return (0,)
    return (
        _overwritten(site, sites, ground),
        ground.place(site.key_at),
        _keyless(site, sites),
        _outlived(site, sites),
        _misplaced(site, ground),
    )


def _keyless(site: Site, sites: Sequence[Site]) -> int:
    """Whether a store has no key block of its own, and is no whole store that lost it."""
    if site.key_seen:
        return 0
    replaced = any(other.key_seen and other.key_at == site.key_at for other in sites)
    return replaced or len(site.sectors) < _WHOLE


def _misplaced(site: Site, ground: Ground) -> int:
    """Whether the store names a platform whose store lies elsewhere."""
    value = read_store(site.blocks()).live().get("em_sys_env")
    platform = read_platform(value) if value is not None else None
    chip = platform_chip(platform) if platform is not None else None
    addrs = {item.key_addr for item in store_maps() if chip in item.chips}
    return bool(ground.unmoved and addrs and site.key_at not in addrs)


def _overwritten(site: Site, sites: Sequence[Site], ground: Ground) -> int:
    """Whether a key block, or a whole store without one, lies where this store's sectors were."""
    end = site.key_at + span_len(site.key_at if ground.unmoved else None)
    places = [*ground.key_blocks, *(it.key_at for it in sites if len(it.sectors) >= _WHOLE)]
    return any(site.key_at + SECTOR_LEN <= at < end for at in places)


def _outlived(site: Site, sites: Sequence[Site]) -> int:
    """Whether the other generation took over this store's place.

    Firmware goes from the classic store to TuyaOS 3 and not back; only a classic store of which
    every block is left cannot have been taken over.
    """
    rivals = [other for other in sites if other.key_at == site.key_at and other is not site]
    if not rivals:
        return 0
    if site.kind is StoreKind.TUYAOS3:
        return any(_is_full(other) for other in rivals) and not _is_full(site)
    return not _is_full(site) or any(_is_full(other) for other in rivals)


def _is_full(site: Site) -> bool:
    blocks = {item.block for item in site.sectors if item.header and item.offset not in site.swap}
    return blocks >= set(range(_FULL[site.kind]))
