"""The vendor's own notation in a text: wrapped over lines, with blanks in it, with rubbish around.

Nothing in a pin text is a blank, so all white space is taken out and the CRC-7 says whether the
rest is the text; only then it counts as one.
"""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.dump.recovery.carve import carve
from plugsmith.messages import N_

BLANKS = N_("blanks and line breaks inside of the text were taken out")
_MAX_TEXTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPinText:
    """A text that ends in a crc pair; `offset` and `end` count characters of the searched text."""

    text: str
    crc_ok: bool
    offset: int
    end: int
    remarks: tuple[str, ...] = ()


def find_pin_texts(text: str) -> list[FoundPinText]:
    """The texts with a crc pair, those whose CRC-7 agrees first."""
    places = [at for at, char in enumerate(text) if not char.isspace()]
    compact = "".join(text[at] for at in places)
    raw = compact.encode("latin-1", "replace")  # one byte a character, so that offsets stay
    found: list[FoundPinText] = []
    for item in carve(raw)[: 4 * _MAX_TEXTS]:
        start, end = places[item.offset], places[item.end - 1] + 1
        body = compact[item.offset : item.end]
        found.append(
            FoundPinText(
                text=body,
                crc_ok=item.crc_ok,
                offset=start,
                end=end,
                remarks=(BLANKS,) if body != text[start:end] else (),
            )
        )
    return sorted(found, key=lambda item: not item.crc_ok)[:_MAX_TEXTS]
