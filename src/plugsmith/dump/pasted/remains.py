"""What can be read of a configuration that is not whole, or that no notation of ours holds.

Texts without their braces, objects that break off, and keys with values without any object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.pasted.boot_log import with_brace
from plugsmith.dump.pasted.braces import BRACES, completed
from plugsmith.dump.pasted.dialects import read_cut_object
from plugsmith.dump.pasted.haul import Haul
from plugsmith.dump.pasted.holdings import Holdings, holdings_of
from plugsmith.dump.pasted.line_pairs import line_pairs, scattered_pairs
from plugsmith.dump.pasted.model import Cut, PastedConfig, PasteKind
from plugsmith.dump.pasted.pin_texts import config_of, order_agrees
from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.dump.pasted.line_pairs import Pairs
    from plugsmith.dump.pasted.pin_texts import FoundPinText
    from plugsmith.dump.pasted.wrapping import Unwrapped

CUT = N_("the text breaks off inside of the configuration; only what is whole was read")

MAX_OBJECTS = 64  # braces that are tried in one text


def remains_of(forms: Sequence[Unwrapped]) -> Haul:
    """What is left in the forms of a text that hold nothing whole."""
    for form in forms:
        if found := list(completed(with_brace(form.text))):
            return Haul([_completed(item) for item in found], [*form.remarks, *found[0].remarks])
    for form in forms:
        if (cut := _cut_object(form.text)) is not None:
            return Haul([cut[0]], [*form.remarks, *cut[1]])
    for reader in (line_pairs, scattered_pairs):
        read = [(pairs, form) for form in forms if (pairs := reader(form.text)) is not None]
        if read and holdings_of((most := max(read, key=_pair_count))[0].config).config is not None:
            return _of_pairs(*most)
    return Haul()


def _pair_count(read: tuple[Pairs, Unwrapped]) -> int:
    return len(read[0].config)


def _completed(item: FoundPinText) -> PastedConfig:
    return PastedConfig(
        kind=PasteKind.PIN_TEXT,
        holdings=Holdings(config=config_of(item.text)),
        text=item.text,
        offset=item.offset,
        crc_ok=True,
    )


def _cut_object(text: str) -> tuple[PastedConfig, tuple[str, ...]] | None:
    """The first object that breaks off and describes a device all the same.

    One in the vendor's own notation counts only with its crc pair, which is at its end.
    """
    at = tries = 0
    while (at := text.find("{", at)) >= 0 and tries < MAX_OBJECTS:
        tries += 1
        reading = read_cut_object(text, at)
        if reading is not None and any(mark in text[at : reading.end] for mark in "\"'"):
            holdings = holdings_of(reading.value)
            if holdings.anything:
                whole = holdings.config is not None and order_agrees(holdings.config)
                item = PastedConfig(
                    kind=PasteKind.JSON,
                    holdings=holdings,
                    offset=at,
                    crc_ok=True if whole else None,
                    cut=None if whole else Cut(behind=reading.behind or ""),
                )
                return item, (*reading.remarks, BRACES if whole else CUT)
        at += 1
    return None


def _of_pairs(pairs: Pairs, form: Unwrapped) -> Haul:
    """Pairs of a text whose braces do not match are what is left of an object."""
    opened, closed = form.text.count("{"), form.text.count("}")
    config = dict(pairs.config)
    if opened > closed and len(config) > 1 and form.text.rstrip(" \t")[-1:].isalnum():
        config.popitem()  # its value may have gone on
    cut = Cut(behind=list(config)[-1], head=closed > opened) if opened != closed else None
    item = PastedConfig(kind=PasteKind.JSON, holdings=holdings_of(config), cut=cut)
    return Haul([item], [*form.remarks, *pairs.remarks, *([CUT] if cut is not None else [])])
