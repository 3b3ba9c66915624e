"""The separate stores that one key opens: two firmwares may have left theirs in one flash.

A site is what belongs to one key block. In the classic store block k lies at sector k, so a sector
tells where its store begins; the sectors behind the last block are swap and hold older copies. The
sectors of TuyaOS 3 wander within the 17 behind their key block (tuya-storage.md section 3.1).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plugsmith.dump.store.maps import key_addrs
from plugsmith.image.aes import ecb_decrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.kv import PAGE_LEN, PAGES, StoreKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugsmith.dump.store.arena import Arena, Sector

_PAGES = range(1, PAGES)
_REACH = 20  # sectors behind a key block that can be its own: 16 and 4 on the BK7231Q
_SMALLEST_DATA = 10  # data sectors of the smallest store; swap begins behind them
_MOST_SWAP = 4  # on the BK7231Q
_MAX_LOST = 8 * SECTOR_LEN  # bytes lost in a row inside one store


@frozen
class Site:
    """One store. `key_at`: where its key block lies or must have lain; `key_seen`: it does, and
    holds the key that opens the store.

    `swap`: offsets of classic sectors outside of the data area. `sectors` are in file order.
    """

    arena: Arena
    kind: StoreKind
    sectors: tuple[Sector, ...]
    swap: frozenset[int]
    key_at: int
    key_seen: bool

    def current(self) -> Mapping[int, Sector]:
        """The newest copy of each block by the store's own rules, be its sum right or wrong.

        Classic: the copy in the data area. TuyaOS 3: the one with most writes.
        """
        newest: dict[int, Sector] = {}
        for sector in self.sectors:
            if sector.block is None:
                continue
            held = newest.get(sector.block)
            if held is None or self.age(sector) > self.age(held):
                newest[sector.block] = sector
        return newest

    def age(self, sector: Sector) -> tuple[bool, bool, int, bool]:
        """Sorts copies of one block, the newest last."""
        writes = sector.header.writes if sector.header is not None else -1
        headed = sector.header is not None
        if self.kind is StoreKind.CLASSIC:
            return sector.offset not in self.swap, headed, writes, sector.sum_ok
        return headed, True, writes, sector.sum_ok

    def is_newest(self, sector: Sector) -> bool:
        """Whether no other copy of the sector's block is newer."""
        if sector.header is None or sector.offset in self.swap:
            return False
        if self.kind is StoreKind.CLASSIC:
            return True
        same = [item.header for item in self.sectors if item.header and item.block == sector.block]
        return sector.header.writes >= max(header.writes for header in same)

    def live_marks(self) -> Iterator[tuple[Sector, int]]:
        """Sector and page of every mark of a live index page, in the newest copies only."""
        for sector in self.sectors:
            if sector.header is not None and sector.marks_ok and self.is_newest(sector):
                yield from ((sector, page) for page in _PAGES if sector.header.is_live(page))

    def torn(self) -> bool:
        """Whether a page is marked as live that was never written: the power went."""
        erased = ecb_decrypt(b"\xff" * PAGE_LEN, key=self.arena.key)
        return any(sector.page(page) == erased for sector, page in self.live_marks())

    def blocks(self) -> list[bytes]:
        """Decrypted sectors, of each block the newest copy only."""
        return [sector.plain for sector in self.current().values() if sector.header is not None]

    def __repr__(self) -> str:
        return f"Site(kind={self.kind.value!r}, key_at={self.key_at}, sectors={len(self.sectors)})"


def sites_of(arena: Arena, *, key_blocks: Mapping[int, bytes | None], size: int) -> list[Site]:
    """The stores of an arena, in file order.

    `key_blocks`: every key block of the file, its offset and its key (None where the key is lost).
    `size`: bytes of the file; in a whole flash the chips' own places count like key blocks.
    """
    seen = sorted(key_blocks)
    known = [*seen, *(addr for addr in key_addrs(size) if addr not in seen)]
    sites: list[Site] = []
    for kind in StoreKind:
        mine = [item for item in arena.sectors if item.header and item.header.kind is kind]
        if not mine:
            continue
        split = _classic if kind is StoreKind.CLASSIC else _wandering
        groups = split(mine, known, seen)
        for key_at, group in groups.items():
            opened = key_blocks.get(key_at) == arena.found_key.device_key
            opened |= arena.found_key.offset == key_at
            sites.append(_site(arena, kind, key_at, group, key_seen=opened))
    return _with_headless(sorted(sites, key=lambda site: site.key_at), arena)


def _site(
    arena: Arena, kind: StoreKind, key_at: int, group: Sequence[Sector], *, key_seen: bool
) -> Site:
    swap: frozenset[int] = frozenset()
    if kind is StoreKind.CLASSIC:
        swap = frozenset(item.offset for item in group if not _in_data_area(item, group, key_at))
    return Site(
        arena=arena,
        kind=kind,
        sectors=tuple(sorted(group, key=lambda item: item.offset)),
        swap=swap,
        key_at=key_at,
        key_seen=key_seen,
    )


def _position(sector: Sector, key_at: int) -> float:
    """Sectors from the first data sector of the store with its key block at `key_at`."""
    return (sector.offset - key_at) / SECTOR_LEN - 1


def _in_data_area(sector: Sector, group: Sequence[Sector], key_at: int) -> bool:
    """Whether a classic sector lies where its block belongs.

    Where bytes were lost before it, it lies nearer to the key block than it should, and so do its
    neighbours in the data area; a swap sector is out of order.
    """
    if sector.header is None:
        return False
    place = _position(sector, key_at)
    if place == sector.header.block:
        return True
    if place.is_integer() and place >= _SMALLEST_DATA:
        return False
    before = [item.header.block for item in group if item.header and item.offset < sector.offset]
    return sector.header.block > max(before, default=-1)


def _classic(
    sectors: Sequence[Sector], known: Sequence[int], seen: Sequence[int]
) -> dict[int, list[Sector]]:
    """Sectors by the key block that they count from, then by each other, then swap."""
    groups: dict[int, list[Sector]] = {}
    rest: list[Sector] = []
    for sector in sectors:
        own = _base(sector)
        reach = range(sector.offset - (_REACH + 1) * SECTOR_LEN, sector.offset)
        if own in seen or (own in known and not any(at in reach for at in seen)):
            groups.setdefault(own, []).append(sector)
        else:
            rest.append(sector)
    rest = _by_base(rest, groups, seen, least=_MOST_SWAP + 1)
    rest = [sector for sector in rest if not _join_as_swap(sector, groups, seen)]
    _by_base(rest, groups, seen, least=1)
    return groups


def _by_base(
    sectors: list[Sector], groups: dict[int, list[Sector]], seen: Sequence[int], *, least: int
) -> list[Sector]:
    """Put sectors that count from one place into a store of their own; what is left over.

    `least`: sectors that make a store; swap sectors count from one place by chance, too.
    """
    rest = sectors
    for base, count in Counter(map(_base, sectors)).most_common():
        mine = [sector for sector in rest if _base(sector) == base]
        if count < least or len(mine) < count:
            continue
        home = _shifted_from(base, mine, groups, seen) if groups else None
        groups.setdefault(base if home is None else home, []).extend(mine)
        rest = [sector for sector in rest if sector not in mine]
        if least == 1:
            rest = [sector for sector in rest if not _join_as_swap(sector, groups, seen)]
    return rest


def _block(sector: Sector) -> int:
    return sector.header.block if sector.header is not None else 0


def _base(sector: Sector) -> int:
    """Where the key block lies if this sector lies in the data area."""
    return sector.offset - SECTOR_LEN * (_block(sector) + 1)


def _join_as_swap(sector: Sector, groups: Mapping[int, list[Sector]], seen: Sequence[int]) -> bool:
    """Put a sector that lies behind the data area of a store, or where it may, into that store."""
    nearest = max((at for at in [*groups, *seen] if at < sector.offset), default=None)
    if nearest is None or nearest not in groups:
        return False
    last = max(map(_block, groups[nearest]), default=0)
    if not max(last, _SMALLEST_DATA - 1) < _position(sector, nearest) < _REACH:
        return False
    groups[nearest].append(sector)
    return True


def _shifted_from(
    base: int, mine: Sequence[Sector], groups: Mapping[int, list[Sector]], seen: Sequence[int]
) -> int | None:
    """The store that these sectors belong to if bytes were lost or added before them.

    A whole number of sectors is no loss of bytes but another store. Blocks go on counting.
    """
    first = min(mine, key=lambda item: item.offset)
    for key_at, group in groups.items():
        moved = abs(base - key_at)
        if moved % SECTOR_LEN == 0 or moved > _MAX_LOST:
            continue
        if key_at in seen and not 0 < first.offset - key_at < (_REACH + 1) * SECTOR_LEN:
            continue
        before = [_block(item) for item in group if item.offset < first.offset]
        behind = [_block(item) for item in group if item.offset > first.offset]
        last = max(map(_block, mine))
        if max(before, default=-1) < _block(first) and (not behind or last < max(behind)):
            return key_at
    return None


def _wandering(
    sectors: Sequence[Sector], known: Sequence[int], seen: Sequence[int]
) -> dict[int, list[Sector]]:
    """Sectors by the key block before them; without one, by their neighbours or the chip's map."""
    groups: dict[int, list[Sector]] = {}
    for sector in sorted(sectors, key=lambda item: item.offset):
        reach = range(sector.offset - (_REACH + 1) * SECTOR_LEN, sector.offset)
        on_map = [at for at in known if at in reach and (sector.offset - at) % SECTOR_LEN == 0]
        near = [[at for at in seen if at in reach], [at for at in groups if at in reach], on_map]
        key_at = next((max(places) for places in near if places), sector.offset - SECTOR_LEN)
        groups.setdefault(key_at, []).append(sector)
    return groups


def _with_headless(sites: Sequence[Site], arena: Arena) -> list[Site]:
    """The same stores with the sectors whose headers are lost: each belongs to its neighbour."""
    lost = [sector for sector in arena.sectors if sector.header is None]
    extra: dict[int, list[Sector]] = {}
    for sector in lost:
        near = min(
            range(len(sites)),
            key=lambda number: min(
                abs(item.offset - sector.offset) for item in sites[number].sectors
            ),
        )
        extra.setdefault(near, []).append(sector)
    return [_grown(site, extra.get(number, [])) for number, site in enumerate(sites)]


def _grown(site: Site, extra: Sequence[Sector]) -> Site:
    if not extra:
        return site
    swap = site.swap
    if site.kind is StoreKind.CLASSIC:
        first = max((_block(item) for item in site.sectors), default=0) + 1
        swap |= {
            item.offset
            for item in extra
            if _position(item, site.key_at) >= max(first, _SMALLEST_DATA)
            and item.block != _position(item, site.key_at)
        }
    return Site(
        arena=site.arena,
        kind=site.kind,
        sectors=tuple(sorted([*site.sectors, *extra], key=lambda item: item.offset)),
        swap=swap,
        key_at=site.key_at,
        key_seen=site.key_seen,
    )
