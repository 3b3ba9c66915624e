"""Copies of the pin record in the sectors of a store, sound or damaged (tuya-storage.md 7.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import TextCopy, is_clean
from plugsmith.dump.recovery.outcome import SourceKind, Standing, TextPart
from plugsmith.dump.recovery.page_claims import IndexHint, PageClaims
from plugsmith.dump.store.bits import flipped_blocks
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.records import frozen
from plugsmith.tuya.kv import PAGE_LEN, PAGES, RAM, PageRun, read_index
from plugsmith.tuya.records import PIN_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.dump.store.arena import Sector
    from plugsmith.dump.store.sites import Site

_NAME = PIN_RECORD.encode()
_NAME_AT = 18
_NAME_END = _NAME_AT + len(_NAME)  # its zero byte is the first byte of the third block
_PARTS_AT = _NAME_END + 1
_MAX_PARTS = 8
_SHORTEST_INDEX = 48  # fields, a name and some parts; what follows is leftovers of RAM
_MAX_RUNS = 48  # a store holds few texts; hostile files may hold a thousand
_BLANK = b"\xff" * PAGE_LEN
_MAX_LEN = 0x1000


def index_hints(site: Site, data: bytes, *, deep: bool = False) -> Iterator[IndexHint]:
    """Index pages of the pin record; with `deep`, also damaged ones."""
    for sector in site.sectors:
        for number in range(1, PAGES):
            page = sector.page(number)
            hint = _sound_hint(sector, number, page)
            if hint is None and deep and page != _BLANK:
                hint = _repaired_hint(site.arena.key, data, sector, number) or _damaged_hint(
                    sector, number, page
                )
            if hint is not None:
                yield hint


def _sound_hint(sector: Sector, number: int, page: bytes) -> IndexHint | None:
    if page[10] != number or not page.startswith(_NAME, _NAME_AT):
        return None
    index = read_index(page)
    if index is None or index.name != PIN_RECORD or index.length > _MAX_LEN:
        return None
    return IndexHint(
        sector=sector, page=number, parts=index.parts, length=index.length, total=index.total
    )


def _damaged_hint(sector: Sector, number: int, page: bytes) -> IndexHint | None:
    """A page of which one or two of the three blocks that matter survived."""
    head_ok = _head_ok(page, number)
    name_ok = page.startswith(_NAME[:14], _NAME_AT)
    parts = _parts(page, count=page[11] if head_ok else None)
    if not name_ok and (not head_ok or parts is None):
        return None
    length = int.from_bytes(page[4:8], "little") if head_ok else None
    total = int.from_bytes(page[0:4], "little") if head_ok else None
    if parts is None and length is None:
        return None
    return IndexHint(
        sector=sector, page=number, parts=parts, length=length, total=total, named=name_ok
    )


def _head_ok(page: bytes, number: int) -> bool:
    """Whether the first block can be true: own place, a small length, a RAM pointer."""
    length = int.from_bytes(page[4:8], "little")
    total = int.from_bytes(page[0:4], "little")
    return (
        page[10] == number
        and page[9] == 0
        and 0 < page[11] <= _MAX_PARTS
        and page[12] == 0
        and 0 < length <= _MAX_LEN
        and total <= length * 0x7F
        and page[15] in range(RAM.start >> 16, RAM.stop >> 16)
    )


def _parts(page: bytes, *, count: int | None) -> tuple[PageRun, ...] | None:
    """The parts behind a name of the pin record's length, as long as they can be true."""
    if page[_NAME_END] != 0:
        return None
    found: list[PageRun] = []
    for at in range(_PARTS_AT, _PARTS_AT + 4 * (count or _MAX_PARTS), 4):
        block = int.from_bytes(page[at : at + 2], "little")
        first, last = page[at + 2], page[at + 3]
        if block >= PAGES or not 0 < first <= last < PAGES:
            break
        found.append(PageRun(block=block, first=first, last=last))
    return tuple(found) if found and count in (None, len(found)) else None


def _repaired_hint(key: bytes, data: bytes, sector: Sector, number: int) -> IndexHint | None:
    """The page with one wrong bit turned back in one of its first three blocks.

    The name (or the page's own place with a RAM pointer) and the bounds of `read_index` must agree
    for exactly one bit.
    """
    page = sector.page(number)
    start = sector.offset + number * PAGE_LEN
    if start < 0 or not _nearly(page, number):
        return None
    hits: list[IndexHint] = []
    for at, fits in ((0, _own_number), (BLOCK_LEN, _own_name), (2 * BLOCK_LEN, _name_end)):
        stored = data[start + at : start + at + BLOCK_LEN]
        if len(stored) < BLOCK_LEN:
            return None
        for block in flipped_blocks(stored, key=key):
            if fits(block, number):
                fixed = page[:at] + block + page[at + BLOCK_LEN :]
                hint = _sound_hint(sector, number, fixed) if _head_ok(fixed, number) else None
                hits += [hint] if hint is not None else []
    return hits[0] if len(hits) == 1 else None


def _nearly(page: bytes, number: int) -> bool:
    """Whether the page may be the pin record's with one of its first three blocks destroyed."""
    if page.startswith(_NAME[:14], _NAME_AT):
        return True
    name = page[_NAME_AT:_NAME_END]
    other = name.rstrip(b"\0").isalnum() or is_clean(name.split(b"\0")[0])
    return not other and page[_NAME_END] == 0 and _head_ok(page, number)


def _own_number(block: bytes, number: int) -> bool:
    return block[10] == number


def _own_name(block: bytes, _number: int) -> bool:
    return block.startswith(_NAME[:14], _NAME_AT - BLOCK_LEN)


def _name_end(block: bytes, _number: int) -> bool:
    return block[0] == 0


def kv_copies(site: Site, data: bytes, *, own: bool, deep: bool = False) -> Iterator[TextCopy]:
    """A copy for every index page of the pin record; with `deep`, also for damaged ones.

    `own`: whether the store is the device's own, or a leftover.
    """
    newest = site.current()
    claims = PageClaims(site)
    for hint in index_hints(site, data, deep=deep):
        kind, standing = _standing(site, hint, own=own)
        about = _About(site=site, hint=hint, kind=kind, standing=standing, claims=claims)
        if hint.parts is None:
            yield from _without_parts(about)
            continue
        yield _assemble(about, hint.parts, newest)
        if deep and len({part.block for part in hint.parts}) > 1:
            yield from _from_other_copies(about, hint.parts, newest)


def lost_marks(site: Site, data: bytes, *, deep: bool) -> bool:
    """Whether some live index page cannot be read, so that a second pin record may be behind it.

    With `deep`, pages count as read that tell enough of the pin record, or whose name is another
    one once a wrong bit is turned back.
    """
    for sector, number in site.live_marks():
        page = sector.page(number)
        if page[10] == number and read_index(page) is not None:
            continue
        if not deep or not _is_explained(site.arena.key, data, sector, number):
            return True
    return False


def _is_explained(key: bytes, data: bytes, sector: Sector, number: int) -> bool:
    page = sector.page(number)
    if _repaired_hint(key, data, sector, number) or _damaged_hint(sector, number, page):
        return True
    start = sector.offset + number * PAGE_LEN
    for at in range(0, _SHORTEST_INDEX, BLOCK_LEN):
        stored = data[max(start + at, 0) : max(start + at, 0) + BLOCK_LEN]
        if len(stored) < BLOCK_LEN:
            return False
        for block in flipped_blocks(stored, key=key):
            index = read_index(page[:at] + block + page[at + BLOCK_LEN :])
            if index is not None and (index.page, index.block) == (number, sector.block):
                return index.name != PIN_RECORD
    return False


@frozen
class _About:
    """An index page, and how current its record is."""

    site: Site
    hint: IndexHint
    kind: SourceKind
    standing: Standing
    claims: PageClaims


def _standing(site: Site, hint: IndexHint, *, own: bool) -> tuple[SourceKind, Standing]:
    """Live: marked so in the newest copy of its block, be the sum of that copy right or wrong.

    The magic proves the block of the header that holds the write counter, the FF behind it the
    marks. In a leftover store nothing is live.
    """
    sector = hint.sector
    if sector.header is None or not sector.marks_ok:  # whether it is live stood in the header
        return SourceKind.CARVED, Standing.BESIDE if own else Standing.LEFTOVER
    live = site.is_newest(sector) and sector.header.is_live(hint.page)
    if not own:
        return SourceKind.KV_STALE, Standing.LEFTOVER
    if live:
        return SourceKind.KV_LIVE, Standing.LIVE
    return SourceKind.KV_STALE, Standing.OLDER


def _assemble(about: _About, parts: tuple[PageRun, ...], homes: Mapping[int, Sector]) -> TextCopy:
    """The value out of the sectors that hold its blocks; its own block is read from itself."""
    hint, site = about.hint, about.site
    body = bytearray()
    pieces: list[TextPart] = []
    used: list[Sector] = [hint.sector]
    for part in parts:
        own = hint.sector.block is None or part.block == hint.sector.block
        home = hint.sector if own else homes.get(part.block)
        length = part.pages * PAGE_LEN
        if home is None:
            body += bytes(length)
            continue
        offset = home.offset + part.first * PAGE_LEN
        pieces.append(TextPart(at=len(body), length=length, offset=offset))
        body += home.plain[part.first * PAGE_LEN : (part.last + 1) * PAGE_LEN]
        used.append(home)
    if about.standing is Standing.LIVE:
        loose = any(not site.is_newest(home) for home in used)
    else:
        loose = len({home.offset for home in used}) > 1 or about.claims.disputed(hint, parts)
    return TextCopy(
        kind=about.kind,
        data=bytes(body),
        pieces=tuple(pieces),
        length=hint.length,
        total=hint.total,
        sectors_ok=all(home.sum_ok for home in used),
        named=hint.named,
        key=site.arena.key,
        found_key=site.arena.found_key,
        standing=about.standing,
        loose=loose,
    )


def _from_other_copies(
    about: _About, parts: tuple[PageRun, ...], newest: Mapping[int, Sector]
) -> Iterator[TextCopy]:
    """The value with the pages of one other block from an older copy of that block."""
    for block in {part.block for part in parts} - {about.hint.sector.block}:
        for sector in about.site.sectors:
            if sector.block != block or sector is newest.get(block):
                continue
            copy = _assemble(about, parts, {**newest, block: sector})
            yield replace(copy, loose=True)


def _without_parts(about: _About) -> Iterator[TextCopy]:
    """Where only length and sum survived: every run of pages that could hold such a value."""
    hint = about.hint
    if hint.length is None:
        return
    pages = -(-hint.length // PAGE_LEN)
    for first in range(1, PAGES - pages + 1):
        start = hint.sector.page(first)
        if not start.startswith(b"{") or not is_clean(start[:BLOCK_LEN]):
            continue
        offset = hint.sector.offset + first * PAGE_LEN
        yield TextCopy(
            kind=SourceKind.CARVED,
            data=hint.sector.plain[first * PAGE_LEN : (first + pages) * PAGE_LEN],
            pieces=(TextPart(at=0, length=pages * PAGE_LEN, offset=offset),),
            length=hint.length,
            total=hint.total,
            named=hint.named,
            key=about.site.arena.key,
            found_key=about.site.arena.found_key,
            standing=about.standing,
            loose=True,
        )


def page_runs(site: Site, *, own: bool) -> list[TextCopy]:
    """Copies without an index page: every page that begins like a text, and what follows it."""
    runs: list[TextCopy] = []
    for sector in site.sectors:
        for first in range(1, PAGES):
            page = sector.page(first)
            if not page.startswith(b"{") or not is_clean(page[:BLOCK_LEN]) or b":" not in page[:32]:
                continue
            body = sector.plain[first * PAGE_LEN :][:_MAX_LEN]
            offset = sector.offset + first * PAGE_LEN
            runs.append(
                TextCopy(
                    kind=SourceKind.CARVED,
                    data=body,
                    pieces=(TextPart(at=0, length=len(body), offset=offset),),
                    named=False,
                    key=site.arena.key,
                    found_key=site.arena.found_key,
                    standing=Standing.BESIDE if own else Standing.LEFTOVER,
                    loose=True,
                )
            )
    return runs[:_MAX_RUNS]
