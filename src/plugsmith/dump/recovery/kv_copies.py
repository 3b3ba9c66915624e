"""Copies of the pin record in the sectors of an arena, sound or damaged (tuya-storage.md 7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import TextCopy, is_clean
from plugsmith.dump.recovery.outcome import SourceKind, TextPart
from plugsmith.dump.store.bits import flipped_blocks
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.tuya.kv import PAGE_LEN, PAGES, RAM, PageRun, read_index
from plugsmith.tuya.records import PIN_RECORD
from plugsmith.tuya.store import newest_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.dump.store.arena import Arena, Sector

_NAME = PIN_RECORD.encode()
_NAME_AT = 18
_NAME_END = _NAME_AT + len(_NAME)  # its zero byte is the first byte of the third block
_PARTS_AT = _NAME_END + 1
_MAX_PARTS = 8
_MAX_RUNS = 48  # a store holds few texts; hostile files may hold a thousand
_BLANK = b"\xff" * PAGE_LEN
_MARKS_END = b"\xff" * 13  # behind the bitmap of a header
_MAX_LEN = 0x1000


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexHint:
    """What can be known of an index page of the pin record; None where it is destroyed."""

    sector: Sector
    page: int
    parts: tuple[PageRun, ...] | None
    length: int | None
    total: int | None
    named: bool = True


def current_sectors(arena: Arena) -> Mapping[int, Sector]:
    """The newest sound sector of each block id; of a block without header, the inferred one."""
    headers = [sector.header for sector in arena.sectors]
    newest = newest_blocks(headers, [sector.sum_ok for sector in arena.sectors])
    current = {block: arena.sectors[position] for block, position in newest.items()}
    for sector in arena.sectors:
        if sector.header is None and sector.block is not None:
            current.setdefault(sector.block, sector)
    return current


def index_hints(arena: Arena, data: bytes, *, deep: bool = False) -> Iterator[IndexHint]:
    """Index pages of the pin record; with `deep`, also damaged ones."""
    for sector in arena.sectors:
        for number in range(1, PAGES):
            page = sector.page(number)
            hint = _sound_hint(sector, number, page)
            if hint is None and deep and page != _BLANK:
                hint = _repaired_hint(arena, data, sector, number) or _damaged_hint(
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


def _repaired_hint(arena: Arena, data: bytes, sector: Sector, number: int) -> IndexHint | None:
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
        for block in flipped_blocks(stored, key=arena.key):
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


def kv_copies(arena: Arena, data: bytes, *, deep: bool = False) -> Iterator[TextCopy]:
    """A copy for every index page of the pin record; with `deep`, also for damaged ones."""
    current = current_sectors(arena)
    for hint in index_hints(arena, data, deep=deep):
        if hint.parts is not None:
            yield _assemble(arena, hint, current, parts=hint.parts)
        else:
            yield from _without_parts(arena, hint)


def _assemble(
    arena: Arena, hint: IndexHint, current: Mapping[int, Sector], *, parts: tuple[PageRun, ...]
) -> TextCopy:
    body = bytearray()
    pieces: list[TextPart] = []
    homes: list[Sector] = [hint.sector]
    for part in parts:
        own = hint.sector.block is None or part.block == hint.sector.block
        home = hint.sector if own else current.get(part.block)
        length = part.pages * PAGE_LEN
        if home is None:
            body += bytes(length)
            continue
        offset = home.offset + part.first * PAGE_LEN
        pieces.append(TextPart(at=len(body), length=length, offset=offset))
        body += home.plain[part.first * PAGE_LEN : (part.last + 1) * PAGE_LEN]
        homes.append(home)
    return TextCopy(
        kind=_kind(arena, hint),
        data=bytes(body),
        pieces=tuple(pieces),
        length=hint.length,
        total=hint.total,
        sectors_ok=all(home.sum_ok for home in homes),
        named=hint.named,
        key=arena.key,
        found_key=arena.found_key,
    )


def _kind(arena: Arena, hint: IndexHint) -> SourceKind:
    """Live: marked so in the copy of its block with most writes, be its sum right or wrong.

    The magic proves the block that holds the write counter, the FF behind it the marks.
    """
    header = hint.sector.header
    if header is None or hint.sector.plain[19:32] != _MARKS_END:
        return SourceKind.CARVED  # whether it is live stood in the header
    most = max(
        other.header.writes
        for other in arena.sectors
        if other.header is not None and other.header.block == header.block
    )
    live = header.writes == most and header.is_live(hint.page)
    return SourceKind.KV_LIVE if live else SourceKind.KV_STALE


def _without_parts(arena: Arena, hint: IndexHint) -> Iterator[TextCopy]:
    """Where only length and sum survived: every run of pages that could hold such a value."""
    if hint.length is None:
        return
    pages = -(-hint.length // PAGE_LEN)
    for first in range(1, PAGES - pages + 1):
        start = hint.sector.page(first)
        if not start.startswith(b"{") or not is_clean(start[:BLOCK_LEN]):
            continue
        yield TextCopy(
            kind=SourceKind.CARVED,
            data=hint.sector.plain[first * PAGE_LEN : (first + pages) * PAGE_LEN],
            pieces=(
                TextPart(
                    at=0,
                    length=pages * PAGE_LEN,
                    offset=hint.sector.offset + first * PAGE_LEN,
                ),
            ),
            length=hint.length,
            total=hint.total,
            named=hint.named,
            key=arena.key,
            found_key=arena.found_key,
        )


def page_runs(arena: Arena) -> list[TextCopy]:
    """Copies without an index page: every page that begins like a text, and what follows it."""
    runs: list[TextCopy] = []
    for sector in arena.sectors:
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
                    key=arena.key,
                    found_key=arena.found_key,
                )
            )
    return runs[:_MAX_RUNS]
