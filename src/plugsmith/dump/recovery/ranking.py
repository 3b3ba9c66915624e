"""Which of several texts is the answer: the newest first, then the surest.

The words for how sure a text is are those of the command-line contract (`odds.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import fits
from plugsmith.dump.recovery.odds import confidence_of, equal_in_store_and_file, is_text
from plugsmith.dump.recovery.outcome import (
    AgreeingCheck,
    Confidence,
    SourceKind,
    Standing,
    TextSource,
)
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.dump.recovery.copies import TextCopy

_WORDS = list(Confidence)
_STANDINGS = list(Standing)
# tuya-storage.md section 7.1, step 6; a repaired or joined text stands behind a sound one
_RANKS = {
    SourceKind.KV_LIVE: 100,
    SourceKind.KV_STALE: 90,
    SourceKind.FILE: 80,
    SourceKind.CARVED: 75,
    SourceKind.JOINED: 60,
    SourceKind.FIRMWARE_DEFAULT: 0,
}


@frozen
class RankedText:
    """All sources of one text, the best first, with the confidence they give together."""

    confidence: Confidence
    sources: tuple[TextSource, ...]

    @property
    def best(self) -> TextSource:
        """The source to name; it carries the check `second-copy` if that is what proves it."""
        return self.sources[0]

    @property
    def live(self) -> bool:
        """Whether it is the text of a live record."""
        return any(source.standing is Standing.LIVE for source in self.sources)


def rank(
    sources: Iterable[TextSource], *, unread: Sequence[TextCopy] = (), decided: bool = True
) -> list[RankedText]:
    """The texts in `sources`, the newest and surest first; texts out of firmware come last.

    `unread`: live records that gave no text. A text that is not theirs is not proven to be the
    newest, and neither is one of two that are both live. `decided`: it is known which store is
    the device's own, and no record of it was cut off while it was written.
    """
    sources = list(sources)
    texts: dict[tuple[bool, bytes], dict[tuple[int, SourceKind], TextSource]] = {}
    for source in sources:
        default = source.kind is SourceKind.FIRMWARE_DEFAULT
        places = texts.setdefault((default, source.text), {})
        held = places.get((source.offset, source.kind))
        if held is None or len(source.checks) > len(held.checks):
            places[source.offset, source.kind] = source
    live = {source.text for source in sources if _may_be_live(source) and is_text(source)}
    alone = len({source.text for source in sources if _counts(source)}) == 1
    ranked = [
        _ranked(
            list(places.values()),
            newest=decided and live <= {text} and all(fits(copy, text) for copy in unread),
            alone=alone,
        )
        for (_default, text), places in texts.items()
    ]
    return sorted(ranked, key=_order)


def _may_be_live(source: TextSource) -> bool:
    """Whether a text is live, or a whole record whose sector lost the marks that would say so."""
    unmarked = source.standing is Standing.BESIDE and source.key is not None
    summed = AgreeingCheck.VALUE_SUM in source.checks
    return source.standing is Standing.LIVE or (unmarked and summed)


def _counts(source: TextSource) -> bool:
    """Whether a text can be one of the device's own."""
    foreign = source.standing is Standing.LEFTOVER or source.kind is SourceKind.FIRMWARE_DEFAULT
    return not foreign and is_text(source)


def _order(text: RankedText) -> tuple[bool, bool, bool, bool, int, int, bool, int]:
    best = text.best
    return (
        best.kind is SourceKind.FIRMWARE_DEFAULT,
        text.confidence is Confidence.GUESS,
        not text.live,
        all(source.standing is Standing.LEFTOVER for source in text.sources),
        _WORDS.index(text.confidence),
        *_behind(best),
        best.offset,
    )


def _behind(source: TextSource) -> tuple[int, bool]:
    """What puts a source behind another: how little its place says, then that no table names it."""
    rank = _RANKS[source.kind]
    if source.repairs:
        rank -= 5
    if AgreeingCheck.VALUE_SUM not in source.checks and source.key is not None:
        rank -= 20
    return -rank, AgreeingCheck.FILE_TABLE not in source.checks


def _ranked(sources: list[TextSource], *, newest: bool, alone: bool) -> RankedText:
    sources.sort(
        key=lambda source: (
            _STANDINGS.index(source.standing) if source.standing is not Standing.OLDER else 1,
            -source.crc_ok,
            *_behind(source),
            source.offset,
        )
    )
    confidence = confidence_of(sources, newest=newest, alone=alone)
    best = sources[0]
    lone = not {AgreeingCheck.VALUE_SUM, AgreeingCheck.FILE_TABLE} & set(best.checks)
    if best.crc_ok and lone and equal_in_store_and_file([item for item in sources if item.crc_ok]):
        best = replace(best, checks=(*best.checks, AgreeingCheck.SECOND_COPY))
    return RankedText(confidence=confidence, sources=(best, *sources[1:]))
