"""How likely it is that a text is wrong although its checks agree, and the word for that.

The odds are those of the page on the storage, "How sure". Each check counts once: copies that
garbage collection made of one another are one copy, and the sum of a file table does not cover
the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.outcome import AgreeingCheck, Confidence, SourceKind, Standing
from plugsmith.tuya.user_param import stated_crc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.recovery.outcome import TextSource

CRC7 = 2.0**-7  # a text made of wrong pieces, or a damaged plain one, passes it so often
VALUE_SUM = 2.0**-4  # two texts of one device differ in a few digits: their sums are equal so often
FILE_SIZE = 2.0**-4  # the table gives the size of a text that another one would have, too
UNSEEN = 2.0**-22  # a wrong block of an encrypted copy looks like text so often
STRONG = 1e-3
_REPLACED = frozenset({Standing.OLDER, Standing.LEFTOVER})
_EQUAL = frozenset({SourceKind.KV_LIVE, SourceKind.KV_STALE, SourceKind.CARVED})


def odds_of(source: TextSource) -> float:
    """The odds that the text of one place never stood there like this."""
    checks = set(source.checks)
    odds = float(source.ways) if source.loose or source.key is None else UNSEEN
    if AgreeingCheck.CRC7 in checks:
        odds *= CRC7
    if AgreeingCheck.VALUE_SUM in checks:
        odds *= VALUE_SUM
    if AgreeingCheck.FILE_TABLE in checks and not source.loose:
        odds *= FILE_SIZE
    return odds


def confidence_of(
    sources: Sequence[TextSource], *, newest: bool, alone: bool = False
) -> Confidence:
    """The word for a text that stands in all of `sources`.

    `newest`: nothing that is live or may be live differs from it. `alone`: no other text is there.
    """
    agreeing = [source for source in sources if source.crc_ok]
    if not agreeing:
        no_crc = stated_crc(sources[0].text) is None
        summed = any(AgreeingCheck.VALUE_SUM in source.checks for source in sources)
        return Confidence.WEAK if no_crc and summed else Confidence.GUESS
    if all(source.standing is Standing.LEFTOVER for source in agreeing):
        return Confidence.WEAK
    if newest and any(map(_proves, agreeing)):
        return Confidence.PROVEN
    replaced = any(source.standing is Standing.OLDER for source in agreeing)
    if newest and alone and not replaced and equal_in_store_and_file(agreeing, but=_REPLACED):
        return Confidence.PROVEN
    if equal_in_store_and_file(agreeing) or min(map(odds_of, agreeing)) <= STRONG:
        return Confidence.STRONG
    return Confidence.WEAK


def is_text(source: TextSource) -> bool:
    """Whether the checks of one place alone make its text more than a guess."""
    return confidence_of([source], newest=False) is not Confidence.GUESS


def _proves(source: TextSource) -> bool:
    """A live record with a sum over its own value, in pages that the store vouches for."""
    live = source.standing is Standing.LIVE and not source.loose
    return live and AgreeingCheck.VALUE_SUM in source.checks and odds_of(source) <= STRONG


def equal_in_store_and_file(
    sources: Sequence[TextSource], *, but: frozenset[Standing] = frozenset()
) -> bool:
    """Whether the encrypted store and the plain file area hold the same text, each by itself.

    With `but`, store copies count only with their record, and not with a standing that is in it.
    """
    kv = any(
        source.key is not None
        and source.kind in _EQUAL
        and (not but or (source.standing not in but and AgreeingCheck.VALUE_SUM in source.checks))
        for source in sources
    )
    return kv and any(source.kind is SourceKind.FILE for source in sources)
