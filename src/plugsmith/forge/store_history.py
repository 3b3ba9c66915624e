"""A key-value store with a past: records replaced and deleted, pages handed out again.

`tuya.store.build_store` makes a store as it leaves the factory; this one has lived. What a device
did is told by calls; `sectors` gives what it left in the flash (tuya-storage.md section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.dump import ForgeImpossible
from plugsmith.messages import _
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
    seal_sector,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

_BLANK = b"\xff" * PAGE_LEN
_Place = tuple[int, int]  # block, page


@dataclass(slots=True)
class StoreHistory:
    """A store that is written to. `rng` decides where new pages go and in which order."""

    rng: random.Random
    kind: StoreKind = StoreKind.CLASSIC
    blocks: int = 14
    spare: int = 3
    pages: dict[_Place, bytes] = field(default_factory=dict)
    used: dict[_Place, list[_Place]] = field(default_factory=dict)  # live index page -> its pages
    names: dict[str, list[_Place]] = field(default_factory=dict)
    writes: list[int] = field(default_factory=list)
    older: list[bytes] = field(default_factory=list)
    order: list[int] = field(default_factory=list)  # block ids in flash order, -1: a spare sector

    def __post_init__(self) -> None:
        start = self.rng.randrange(2, 40)
        self.writes = [start + self.rng.randrange(4) for _ in range(self.blocks)]

    def write(self, name: str, value: bytes, *, cut: bool = False) -> None:
        """Store a record in free pages; `cut`: the power goes before the old one is deleted."""
        old = list(self.names.get(name, ()))
        count = 1 + (-(-len(value) // PAGE_LEN) or 1)
        index, *places = self._free(count)
        self._rewrite({place[0] for place in (index, *places)})
        for number, place in enumerate(places):
            piece = value[number * PAGE_LEN : (number + 1) * PAGE_LEN]
            self.pages[place] = piece.ljust(PAGE_LEN, b"\xff")
        self.pages[index] = encode_index(
            IndexPage(
                total=byte_sum(value),
                length=len(value),
                block=index[0],
                page=index[1],
                pointer=self.rng.randrange(RAM.start, RAM.stop),
                name=name,
                parts=tuple(_runs(places)),
            )
        )
        self.used[index] = places
        self.names[name] = [index] if not cut else [*old, index]
        if not cut:
            self._forget(old)

    def delete(self, name: str) -> None:
        """Clear the marks of a record; its pages stay until they are handed out again."""
        self._forget(self.names.pop(name, []))

    def index_pages(self, name: str) -> list[_Place]:
        """Block and page of every live index page of a record."""
        return list(self.names.get(name, ()))

    def sectors(self) -> list[bytes]:
        """Decrypted sectors in flash order: data, then swap; TuyaOS 3 mixes them."""
        older = self.older[-self.spare :] or [self._sealed(0)]
        spare = (older * self.spare)[: self.spare]
        self.order = [*range(self.blocks), *[-1] * self.spare]
        if self.kind is StoreKind.TUYAOS3:
            self.rng.shuffle(self.order)
        return [self._sealed(block) if block >= 0 else spare.pop() for block in self.order]

    def offset(self, place: _Place) -> int:
        """Bytes from the first sector to a page, as `sectors` laid them out."""
        block, page = place
        return (self.order.index(block) * PAGES + page) * PAGE_LEN

    def _forget(self, indexes: Sequence[_Place]) -> None:
        for index in indexes:
            self._rewrite({index[0]})
            self.used.pop(index, None)

    def _rewrite(self, blocks: set[int]) -> None:
        """Before a block changes its old form goes to the swap area; then it counts one more."""
        for block in sorted(blocks):
            self.older.append(self._sealed(block))
            self.writes[block] += 1

    def _free(self, count: int) -> list[_Place]:
        taken = {*self.used, *(place for places in self.used.values() for place in places)}
        free = [
            (block, page)
            for block in range(self.blocks)
            for page in range(1, PAGES)
            if (block, page) not in taken
        ]
        if len(free) < count:
            raise ForgeImpossible(problem=_("the records do not fit into the store."))
        start = self.rng.choice((0, 0, 0, self.rng.randrange(len(free) - count + 1)))
        found = free[start : start + count]
        if self.rng.random() < 0.2:
            self.rng.shuffle(found)
        return found

    def _sealed(self, block: int) -> bytes:
        live = sum(1 << page for home, page in self.used if home == block)
        header = SectorHeader(
            kind=self.kind, total=0, block=block, writes=self.writes[block], live=live
        )
        body = b"".join(self.pages.get((block, page), _BLANK) for page in range(1, PAGES))
        return seal_sector(header, body)


def _runs(places: Sequence[_Place]) -> Iterator[PageRun]:
    """Consecutive pages of one block as parts."""
    run: PageRun | None = None
    for block, page in places:
        if run is not None and (block, page) == (run.block, run.last + 1):
            run = PageRun(block=block, first=run.first, last=page)
            continue
        if run is not None:
            yield run
        run = PageRun(block=block, first=page, last=page)
    if run is not None:
        yield run
