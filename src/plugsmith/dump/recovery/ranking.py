"""How sure a text is, and which of several texts is the answer.

The words are those of the command-line contract: proven is CRC-7 and one independent check, strong
is CRC-7 on one contiguous copy, weak is a value sum only or a join with CRC-7 only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.outcome import AgreeingCheck, Confidence, SourceKind, TextSource
from plugsmith.tuya.user_param import stated_crc

if TYPE_CHECKING:
    from collections.abc import Iterable

_ORDER = (Confidence.PROVEN, Confidence.STRONG, Confidence.WEAK, Confidence.GUESS)
# tuya-storage.md section 7.1, step 6; a repaired or joined text stands behind a sound one
_RANKS = {
    SourceKind.KV_LIVE: 100,
    SourceKind.KV_STALE: 90,
    SourceKind.FILE: 80,
    SourceKind.CARVED: 75,
    SourceKind.JOINED: 60,
    SourceKind.FIRMWARE_DEFAULT: 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedText:
    """All sources of one text, the best first, with the confidence they give together."""

    confidence: Confidence
    sources: tuple[TextSource, ...]

    @property
    def best(self) -> TextSource:
        """The source to name; it carries the check `second-copy` if that is what proves it."""
        return self.sources[0]


def rank(sources: Iterable[TextSource]) -> list[RankedText]:
    """The texts in `sources`, the most certain first; texts out of firmware come last."""
    texts: dict[tuple[bool, bytes], dict[tuple[int, SourceKind], TextSource]] = {}
    for source in sources:
        default = source.kind is SourceKind.FIRMWARE_DEFAULT
        places = texts.setdefault((default, source.text), {})
        held = places.get((source.offset, source.kind))
        if held is None or len(source.checks) > len(held.checks):
            places[source.offset, source.kind] = source
    ranked = [_ranked(list(places.values())) for places in texts.values()]
    return sorted(ranked, key=_order)


def _order(text: RankedText) -> tuple[bool, int, int, int]:
    default = text.best.kind is SourceKind.FIRMWARE_DEFAULT
    return default, _ORDER.index(text.confidence), -_rank(text.best), text.best.offset


def _rank(source: TextSource) -> int:
    rank = _RANKS[source.kind]
    if source.repairs:
        rank -= 5
    if AgreeingCheck.VALUE_SUM not in source.checks and source.key is not None:
        rank -= 20
    return rank + (3 if AgreeingCheck.FILE_TABLE in source.checks else 0)


def _ranked(sources: list[TextSource]) -> RankedText:
    sources.sort(key=lambda source: (-source.crc_ok, -_rank(source), source.offset))
    confidence = _confidence(sources)
    best = sources[0]
    if confidence is Confidence.PROVEN and _lone_crc(best):
        best = replace(best, checks=(*best.checks, AgreeingCheck.SECOND_COPY))
    return RankedText(confidence=confidence, sources=(best, *sources[1:]))


def _lone_crc(source: TextSource) -> bool:
    return not {AgreeingCheck.VALUE_SUM, AgreeingCheck.FILE_TABLE} & set(source.checks)


def _confidence(sources: list[TextSource]) -> Confidence:
    agreeing = [source for source in sources if source.crc_ok]
    if not agreeing:
        no_crc = stated_crc(sources[0].text) is None
        summed = any(AgreeingCheck.VALUE_SUM in source.checks for source in sources)
        return Confidence.WEAK if no_crc and summed else Confidence.GUESS
    whole = [source for source in agreeing if _contiguous(source)]
    if any(not _lone_crc(source) for source in agreeing):
        return Confidence.PROVEN
    if len({source.offset for source in whole}) > 1:
        return Confidence.PROVEN
    return Confidence.STRONG if whole else Confidence.WEAK


def _contiguous(source: TextSource) -> bool:
    return source.kind is not SourceKind.JOINED and not source.repairs
