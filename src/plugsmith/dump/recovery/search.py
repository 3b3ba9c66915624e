"""The state of a search: keys, stores, copies and texts that were found so far in one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import TextCopy, judge
from plugsmith.dump.recovery.kv_copies import lost_marks
from plugsmith.dump.recovery.odds import is_text
from plugsmith.dump.recovery.outcome import Confidence, Standing, TextSource
from plugsmith.dump.recovery.ranking import RankedText, rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.dump.recovery.firmware_default import ClearCode
    from plugsmith.dump.store.home import Homes
    from plugsmith.dump.store.opened import OpenedStores
    from plugsmith.dump.store.sites import Site
    from plugsmith.dump.store.tables import FoundTable


@dataclass(slots=True)
class Search:
    """What is known so far while one file is searched."""

    data: bytes
    opened: OpenedStores
    sources: list[TextSource] = field(default_factory=list)
    copies: list[TextCopy] = field(default_factory=list)
    codes: tuple[ClearCode, ...] = ()
    mended: bool = False  # wrong bits and holes in texts were looked at, too
    decided: bool = True  # it is known which store and which record is the newest

    @property
    def tables(self) -> Sequence[FoundTable]:
        """The tables of the plain file area."""
        return self.opened.tables

    @property
    def homes(self) -> Homes:
        """The device's own store, and leftovers."""
        return self.opened.homes

    def ranked(self) -> list[RankedText]:
        """The texts so far, the best first."""
        readable = {
            (source.offset, source.kind)
            for source in self.sources
            if source.standing is Standing.LIVE and is_text(source)
        }
        unread = [
            copy
            for copy in self.copies
            if copy.standing is Standing.LIVE and (copy.offset, copy.kind) not in readable
        ]
        return rank(
            self.sources, unread=unread, decided=self.decided and (self.mended or not unread)
        )

    def best(self) -> RankedText | None:
        """The best text so far, if there is any."""
        ranked = self.ranked()
        return ranked[0] if ranked else None

    def proven(self) -> bool:
        """Whether nothing can make the answer surer."""
        best = self.best()
        return best is not None and best.confidence is Confidence.PROVEN

    def take(self, copies: Iterable[TextCopy]) -> None:
        """Keep copies, and the texts of those that are whole."""
        for copy in copies:
            self.copies.append(copy)
            source = judge(copy)
            if source is not None:
                self.sources.append(source)

    def decide(self, *, deep: bool) -> None:
        """Find out whether the newest record can be told: one store, no live mark without its page.

        `deep`: damaged pages are looked at, too.
        """
        own = self.homes.own
        alone = len(own) == 1 and not self.homes.closed and not self.homes.hides_newer()
        readable = alone and not own[0].torn() and not lost_marks(own[0], self.data, deep=deep)
        self.decided = readable or not self.homes.all

    def at_home(self) -> bool:
        """Whether the device's own store lies where the chip's map says, with its key block."""
        own = self.homes.own
        return self.homes.place == 0 and len(own) == 1 and own[0].key_seen

    def owned(self) -> Iterator[tuple[Site, bool]]:
        """Every store, and whether it is the device's own."""
        yield from ((site, True) for site in self.homes.own)
        yield from ((site, False) for site in self.homes.leftovers)
