"""What one form of a text gave, and how good that is."""

from __future__ import annotations

from dataclasses import dataclass, field

from plugsmith.dump.pasted.model import PastedConfig, PasteKind
from plugsmith.dump.pasted.pin_texts import is_plain

SURE = 6  # the score of a text that no other form of it can better


@dataclass(slots=True)
class Haul:
    """What one form of the text gave."""

    found: list[PastedConfig] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def score(self) -> tuple[int, int]:
        """How good the best of it is, and how much there is."""
        return max((score_of(item) for item in self.found), default=0), -len(self.remarks)


def score_of(item: PastedConfig) -> int:
    """Which of several to take: a checksum that agrees, then whole objects, then log lines."""
    if item.crc_ok:
        if item.holdings.storage:
            return 7
        sure = item.text is None or is_plain(item.text, spaced=True)
        return SURE if sure else 5  # with other signs in it: the next form may be without them
    if item.crc_ok is False or item.cut is not None:
        return 1
    if item.holdings.template:
        return 3
    if item.holdings.storage:
        return 5
    return 2 if item.kind is PasteKind.LOG_LINES else 4
