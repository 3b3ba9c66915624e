"""Which index pages lay claim to a page of a store, and which pages nobody claims.

A deleted record's pages are handed out again. Where two records claim a page, or a page of pin text
has lost its record, the pages behind a deleted index page need not belong together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import looks_like_text
from plugsmith.records import frozen
from plugsmith.tuya.kv import PAGES
from plugsmith.tuya.store import index_pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.dump.store.arena import Sector
    from plugsmith.dump.store.sites import Site
    from plugsmith.tuya.kv import PageRun

_Place = tuple[int, int]  # offset of the sector, number of the page


@frozen
class IndexHint:
    """What can be known of an index page of the pin record; None where it is destroyed."""

    sector: Sector
    page: int
    parts: tuple[PageRun, ...] | None
    length: int | None
    total: int | None
    named: bool = True


class PageClaims:
    """The claims on the pages of one store; counted once, on the first question."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._claims: dict[_Place, set[_Place]] | None = None
        self._orphans = False

    def disputed(self, hint: IndexHint, parts: tuple[PageRun, ...]) -> bool:
        """Whether a page of `parts` is claimed by another record too, or text has no record."""
        claims = self._counted()
        mine = (hint.sector.offset, hint.page)
        places = [
            (hint.sector.offset, number)
            for part in parts
            for number in range(part.first, part.last + 1)
        ]
        return self._orphans or any(claims.get(place, set()) - {mine} for place in places)

    def _counted(self) -> dict[_Place, set[_Place]]:
        if self._claims is None:
            claims: dict[_Place, set[_Place]] = {}
            self._claims = claims
            current = self._site.current()
            for sector in self._site.sectors:
                self._count(sector, current, claims)
            self._orphans = any(
                (sector.offset, number) not in claims and looks_like_text(sector.page(number))
                for sector in self._site.sectors
                for number in range(1, PAGES)
            )
        return self._claims

    def _count(
        self, sector: Sector, current: Mapping[int, Sector], claims: dict[_Place, set[_Place]]
    ) -> None:
        for index in index_pages(sector.plain, block=sector.block):
            for part in index.parts:
                home = sector if part.block == sector.block else current.get(part.block)
                if home is None:
                    continue
                for number in range(part.first, part.last + 1):
                    claims.setdefault((home.offset, number), set()).add((sector.offset, index.page))
