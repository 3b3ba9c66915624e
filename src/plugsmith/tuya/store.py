"""A whole key-value store: records out of its sectors, and sectors out of records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.content import Malformed
from plugsmith.messages import _
from plugsmith.records import frozen
from plugsmith.tuya.kv import (
    PAGE_LEN,
    PAGES,
    RAM,
    IndexPage,
    PageRun,
    SectorHeader,
    StoreKind,
    byte_sum,
    encode_index,
    read_header,
    read_index,
    seal_sector,
    sector_sum,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

BLOCKS = {StoreKind.CLASSIC: 14, StoreKind.TUYAOS3: 16}  # block ids of a 2 MiB T or N chip
Q_BLOCKS = 16


@frozen
class Record:
    """A named value."""

    name: str
    value: bytes


@frozen
class StoredRecord:
    """A record as it was found: where its index page is, and which checks agree."""

    index: IndexPage
    value: bytes
    live: bool
    value_ok: bool
    sector: int  # position in the sequence of sectors that was read
    spans: tuple[tuple[int, int, int], ...] = ()  # (sector position, first page, pages) per part

    @property
    def name(self) -> str:
        """The record's name."""
        return self.index.name


@frozen
class Store:
    """What a sequence of decrypted sectors holds."""

    headers: tuple[SectorHeader | None, ...]
    sums_ok: tuple[bool, ...]
    current: Mapping[int, int]  # block id -> position of its newest copy
    records: tuple[StoredRecord, ...]

    def live(self) -> dict[str, bytes]:
        """Live records whose value sum agrees."""
        return {item.name: item.value for item in self.records if item.live and item.value_ok}


def read_store(sectors: Sequence[bytes], *, current: Mapping[int, int] | None = None) -> Store:
    """All records of `sectors`, live ones first; sectors that are none of ours are passed over.

    `current`: block id -> position of its newest copy. Which one that is depends on the places of
    the sectors (`dump/store/sites.py`), so it is handed in; without it the first of each block.
    """
    headers = tuple(read_header(sector) for sector in sectors)
    sums_ok = tuple(
        header is not None and header.total == sector_sum(sector)
        for header, sector in zip(headers, sectors, strict=True)
    )
    if current is None:
        ids = [(header.block, at) for at, header in enumerate(headers) if header is not None]
        current = dict(reversed(ids))
    found = [
        _stored(sectors, current=current, header=header, position=position, index=index)
        for position, header in enumerate(headers)
        if header is not None
        for index in index_pages(sectors[position], block=header.block)
    ]
    found.sort(key=lambda item: (not item.live, item.sector, item.index.page))
    return Store(headers=headers, sums_ok=sums_ok, current=current, records=tuple(found))


def index_pages(sector: bytes, *, block: int | None = None) -> Iterator[IndexPage]:
    """Pages of `sector` that say themselves that they are index pages of this place."""
    for number in range(1, min(PAGES, len(sector) // PAGE_LEN)):
        page = sector[number * PAGE_LEN : (number + 1) * PAGE_LEN]
        if page[10] != number:
            continue
        index = read_index(page)
        if index is not None and (block is None or index.block == block):
            yield index


def _stored(
    sectors: Sequence[bytes],
    *,
    current: Mapping[int, int],
    header: SectorHeader,
    position: int,
    index: IndexPage,
) -> StoredRecord:
    pieces: list[bytes] = []
    spans: list[tuple[int, int, int]] = []
    for part in index.parts:
        # A stale sector's own block is read from itself, other blocks from their current copy.
        home = position if part.block == header.block else current.get(part.block)
        if home is None:
            break
        pieces.append(sectors[home][part.first * PAGE_LEN : (part.last + 1) * PAGE_LEN])
        spans.append((home, part.first, part.pages))
    value = b"".join(pieces)[: index.length]
    return StoredRecord(
        index=index,
        value=value,
        live=current.get(header.block) == position and header.is_live(index.page),
        value_ok=len(value) == index.length and byte_sum(value) == index.total,
        sector=position,
        spans=tuple(spans),
    )


@dataclass(slots=True)
class _Page:
    block: int
    number: int
    data: bytes = b"\xff" * PAGE_LEN


@dataclass(slots=True)
class _Builder:
    """Hands out pages in order and keeps what was written into them."""

    blocks: int
    pages: dict[tuple[int, int], _Page] = field(default_factory=dict)
    live: dict[int, int] = field(default_factory=dict)
    cursor: int = 0

    def take(self) -> _Page:
        block, page = divmod(self.cursor, PAGES - 1)
        if block >= self.blocks:
            raise Malformed(structure=_("store"), problem="the records do not fit", offset=0)
        self.cursor += 1
        made = _Page(block=block, number=page + 1)
        self.pages[made.block, made.number] = made
        return made

    def add(self, record: Record, *, pointer: int) -> None:
        index = self.take()
        value = [self.take() for _ in range(-(-len(record.value) // PAGE_LEN) or 1)]
        for at, page in enumerate(value):
            piece = record.value[at * PAGE_LEN : (at + 1) * PAGE_LEN]
            page.data = piece.ljust(PAGE_LEN, b"\xff")
        index.data = encode_index(
            IndexPage(
                total=byte_sum(record.value),
                length=len(record.value),
                block=index.block,
                page=index.number,
                pointer=pointer,
                name=record.name,
                parts=tuple(_runs(value)),
            )
        )
        self.live[index.block] = self.live.get(index.block, 0) | 1 << index.number


def _runs(pages: Iterable[_Page]) -> Iterator[PageRun]:
    """Consecutive pages of one block as parts."""
    run: PageRun | None = None
    for page in pages:
        if run is not None and (page.block, page.number) == (run.block, run.last + 1):
            run = PageRun(block=run.block, first=run.first, last=page.number)
            continue
        if run is not None:
            yield run
        run = PageRun(block=page.block, first=page.number, last=page.number)
    if run is not None:
        yield run


def build_store(
    records: Sequence[Record],
    *,
    kind: StoreKind = StoreKind.CLASSIC,
    blocks: int | None = None,
    writes: int = 1,
) -> list[bytes]:
    """Decrypted sectors, one a block id in order, that hold `records` as live records.

    Raises Malformed if they do not fit or a name is unusable. Spare and swap sectors are the
    caller's: an older copy of a block is another sector with fewer `writes`.
    """
    builder = _Builder(blocks=BLOCKS[kind] if blocks is None else blocks)
    for record in records:
        builder.add(record, pointer=RAM.start + 0x1000 + builder.cursor * PAGE_LEN)
    return [
        seal_sector(
            SectorHeader(
                kind=kind, total=0, block=block, writes=writes, live=builder.live.get(block, 0)
            ),
            b"".join(
                builder.pages[block, number].data
                if (block, number) in builder.pages
                else b"\xff" * PAGE_LEN
                for number in range(1, PAGES)
            ),
        )
        for block in range(builder.blocks)
    ]
