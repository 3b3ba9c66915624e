"""Data sectors of the vendor's store under one key: found by decrypting, wherever they lie.

A dump can be decrypted at any 16-byte step, so neither the 4 KiB grid nor a contiguous run is
needed (tuya-storage.md sections 2.4 and 7.1).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_all, find_in_steps
from plugsmith.dump.store.bits import flipped_blocks
from plugsmith.dump.store.keyring import KeyOrigin
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt, ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.keys import KeyFamily, data_key
from plugsmith.tuya.kv import (
    PAGE_LEN,
    PAGES,
    RAM,
    SECTOR_MAGICS,
    SectorHeader,
    StoreKind,
    read_header,
    sector_sum,
)
from plugsmith.tuya.records import PIN_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plugsmith.dump.store.keyring import FoundKey

_FILLS = (b"\xff" * BLOCK_LEN, b"\0" * BLOCK_LEN)
_NAME = PIN_RECORD.encode() + b"\0"
_NAME_AT = 18  # of the name in an index page
_MAX_SECTORS = 544  # all of a 2 MiB flash and some more
_MAX_GAP = 20  # sectors of the store that may be unreadable in a row
HEADER_END = 2 * BLOCK_LEN  # the header's fields and the first of the FF behind them
MARKS_END = b"\xff" * (HEADER_END - 19)


@frozen
class View:
    """The file from `phase` on, decrypted with the data key; position p is file offset phase+p."""

    phase: int
    plain: bytes

    def at(self, offset: int, length: int) -> bytes:
        """Plain bytes of a file offset, as far as there are any."""
        start = offset - self.phase
        return self.plain[max(start, 0) : max(start + length, 0)]


@frozen
class Sector:
    """A sector of the store at `offset` of the file; `header` is None where it is destroyed.

    `plain` always has 4096 bytes; what lies outside of the file is zero and `whole` is False.
    `block` may be inferred where the header is gone. `repairs` counts wrong bits that were turned
    back in the header.
    """

    offset: int
    plain: bytes
    header: SectorHeader | None
    block: int | None
    sum_ok: bool
    whole: bool
    repairs: int = 0

    @property
    def marks_ok(self) -> bool:
        """Whether the marks of live pages can be trusted: FF follows them in every header."""
        return self.header is not None and self.plain[19:HEADER_END] == MARKS_END

    def page(self, number: int) -> bytes:
        """The bytes of a page."""
        return self.plain[number * PAGE_LEN : (number + 1) * PAGE_LEN]


@frozen
class Arena:
    """What one key opens: sectors in file order, and the decrypted views they were cut from."""

    found_key: FoundKey
    key: bytes
    family: KeyFamily
    views: tuple[View, ...]
    sectors: tuple[Sector, ...]

    @property
    def kind(self) -> StoreKind:
        """The generation of the store."""
        kinds = [sector.header.kind for sector in self.sectors if sector.header]
        return max(StoreKind, key=kinds.count)

    def __repr__(self) -> str:
        return f"Arena(key={self.found_key!r}, sectors={len(self.sectors)})"


def open_arena(data: bytes, found_key: FoundKey, *, phases: Iterable[int] = ()) -> Arena | None:
    """The arena of a key, or None if it opens nothing.

    `phases` are tried beside those at which encrypted FF or 00 fillings stand. A key that was found
    in the file is tried in all families, a known key only in the one that it was seen in.
    """
    known = found_key.origin is KeyOrigin.KNOWN
    for family in (KeyFamily.BEKEN,) if known else KeyFamily:
        arena = _open(data, found_key, family=family, phases=phases)
        if arena is not None:
            return arena
    return None


def _open(
    data: bytes, found_key: FoundKey, *, family: KeyFamily, phases: Iterable[int]
) -> Arena | None:
    key = data_key(found_key.device_key, family=family)
    views = tuple(
        View(phase=phase, plain=_decrypt(data, key=key, phase=phase))
        for phase in sorted({*phases, *_filling_phases(data, key)})
    )
    sectors = [sector for view in views for sector in _headed(view, key)]
    if not sectors:
        return None
    used = {sector.offset % BLOCK_LEN for sector in sectors}
    kept = tuple(view for view in views if view.phase in used)
    grown = _with_lost(kept, _apart(sectors), key=key)
    return Arena(found_key=found_key, key=key, family=family, views=kept, sectors=tuple(grown))


def _decrypt(data: bytes, *, key: bytes, phase: int) -> bytes:
    end = phase + (len(data) - phase) // BLOCK_LEN * BLOCK_LEN
    return ecb_decrypt(data[phase:end], key=key) if end > phase else b""


def _filling_phases(data: bytes, key: bytes) -> set[int]:
    """Offsets modulo 16 of encrypted fillings; long runs count once."""
    phases: set[int] = set()
    for fill in _FILLS:
        pattern = ecb_encrypt(fill, key=key)
        at = data.find(pattern)
        for _ in range(64 * PAGES):
            if at < 0:
                break
            phases.add(at % BLOCK_LEN)
            while data.startswith(pattern, at):
                at += PAGE_LEN
            at = data.find(pattern, at)
    return phases


def _headed(view: View, key: bytes) -> list[Sector]:
    """Sectors whose header can be read."""
    found: list[Sector] = []
    for magic in SECTOR_MAGICS.values():
        word = magic.to_bytes(4, "little")
        for at in find_in_steps(view.plain, word, step=BLOCK_LEN, limit=4 * _MAX_SECTORS):
            header = read_header(view.plain[at : at + PAGE_LEN])
            if header is not None and len(found) < _MAX_SECTORS:
                place = view.phase + at
                found.append(_mended(_cut(view, place, header=header, block=header.block), key=key))
    return found


def _cut(view: View, offset: int, *, header: SectorHeader | None, block: int | None) -> Sector:
    body = view.at(offset, SECTOR_LEN)
    whole = len(body) == SECTOR_LEN
    plain = body.rjust(SECTOR_LEN, b"\0") if offset < view.phase else body.ljust(SECTOR_LEN, b"\0")
    return Sector(
        offset=offset,
        plain=plain,
        header=header,
        block=block,
        sum_ok=whole and header is not None and header.total == sector_sum(plain),
        whole=whole,
    )


def _mended(sector: Sector, *, key: bytes) -> Sector:
    """The sector with at most one wrong bit turned back in each of the header's two blocks.

    The magic and the bounds of a header judge the first block (48 bits), the FF behind the marks
    the second (104 bits); a result counts only if no other bit gives one.
    """
    if sector.marks_ok or not sector.whole:
        return sector
    first = _variants(sector.plain[:BLOCK_LEN], key, lambda block: read_header(block + MARKS_END))
    second = _variants(
        sector.plain[BLOCK_LEN:HEADER_END], key, lambda block: block.endswith(MARKS_END)
    )
    if len(first) != 1 or (len(second) != 1 and sector.header is None):
        return sector
    tail = second[0] if len(second) == 1 else sector.plain[BLOCK_LEN:HEADER_END]
    plain = first[0] + tail + sector.plain[HEADER_END:]
    header = read_header(plain)
    changed = (first[0] != sector.plain[:BLOCK_LEN]) + (tail != sector.plain[BLOCK_LEN:HEADER_END])
    if header is None or not changed:
        return sector
    return replace(
        sector,
        plain=plain,
        header=header,
        block=header.block,
        sum_ok=header.total == sector_sum(plain),
        repairs=changed,
    )


def _variants(plain: bytes, key: bytes, fits: Callable[[bytes], object]) -> list[bytes]:
    """The block as it is if it fits, else what one wrong bit in its stored form explains."""
    if fits(plain):
        return [plain]
    stored = ecb_encrypt(plain, key=key)
    return [block for block in flipped_blocks(stored, key=key) if fits(block)]


def _apart(sectors: Iterable[Sector]) -> list[Sector]:
    """Sectors by offset, each place once."""
    places = {sector.offset: sector for sector in sectors}
    return [places[offset] for offset in sorted(places)]


def _with_lost(views: Sequence[View], headed: list[Sector], *, key: bytes) -> list[Sector]:
    """The same sectors and those without a header: on the grid between them, or shown by a page
    that names the pin record."""
    grown = {sector.offset: sector for sector in headed}
    for view in views:
        mine = [sector for sector in headed if sector.offset % BLOCK_LEN == view.phase]
        for offset in (*_grid(mine), *_named(view)):
            if offset not in grown and len(grown) < _MAX_SECTORS:
                block = _own_block(view, offset)
                block = _by_neighbours(offset, mine) if block is None else block
                grown[offset] = _mended(_cut(view, offset, header=None, block=block), key=key)
    return [grown[offset] for offset in sorted(grown)]


def _grid(sectors: Sequence[Sector]) -> list[int]:
    """Places of whole sectors between known ones."""
    places: list[int] = []
    for left, right in pairwise(sectors):
        gap = right.offset - left.offset
        if gap % SECTOR_LEN == 0 and SECTOR_LEN < gap <= _MAX_GAP * SECTOR_LEN:
            places += range(left.offset + SECTOR_LEN, right.offset, SECTOR_LEN)
    if sectors:  # the first and the last sector of a store may have lost their headers, too
        places += [sectors[0].offset - SECTOR_LEN, sectors[-1].offset + SECTOR_LEN]
    return places


def _named(view: View) -> list[int]:
    """Sector starts computed from index pages of the pin record."""
    places: list[int] = []
    for at in find_all(view.plain, _NAME):
        page = at - _NAME_AT
        if page < 0 or page % BLOCK_LEN:
            continue
        number = view.plain[page + 10]
        if 0 < number < PAGES:
            places.append(view.phase + page - number * PAGE_LEN)
    return places


def _own_block(view: View, offset: int) -> int | None:
    """The block id that most index pages of a headerless sector give as their own."""
    ids: list[int] = []
    for number in range(1, PAGES):
        page = view.at(offset + number * PAGE_LEN, PAGE_LEN)
        if len(page) < PAGE_LEN or offset + number * PAGE_LEN < view.phase:
            continue
        pointer = int.from_bytes(page[13:17], "little")
        if page[10] == number and pointer in RAM:
            ids.append(int.from_bytes(page[8:10], "little"))
    return max(set(ids), key=ids.count) if ids else None


def _by_neighbours(offset: int, sectors: Sequence[Sector]) -> int | None:
    """In the classic store block ids follow the addresses: count on from a neighbour."""
    for side in (-1, 1):
        near = [item for item in sectors if (item.offset - offset) * side > 0 and item.header]
        if not near:
            continue
        nearest = min(near, key=lambda item: abs(item.offset - offset))
        if nearest.header is None or nearest.header.kind is not StoreKind.CLASSIC:
            return None
        block = nearest.header.block + (offset - nearest.offset) // SECTOR_LEN
        return block if block >= 0 else None
    return None
