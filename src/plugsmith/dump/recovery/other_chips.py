"""Flashes of other makers: what was tried on them, and the one store of theirs that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.carve import carve
from plugsmith.dump.recovery.outcome import AgreeingCheck, SourceKind, TextPart, TextSource
from plugsmith.image.foreign.odd_files import name_of
from plugsmith.memory import format_addr
from plugsmith.messages import _
from plugsmith.tuya.psm import find_psm
from plugsmith.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.image.foreign.other_maker import OtherMaker
    from plugsmith.tuya.psm import PsmTable

_MOST_NAMES = 12


def looked_for(data: bytes, other: OtherMaker) -> tuple[list[TextSource], tuple[str, ...]]:
    """The pin texts in a store of that maker, and what to say about the search."""
    table = find_psm(data) if other.chip == "ESP8266" else None
    texts = list(_esp8266_texts(table)) if table is not None else []
    return texts, _notes_on(other, table)


def _esp8266_texts(table: PsmTable) -> Iterator[TextSource]:
    for text in carve(table.plain):
        at = table.offset + text.offset
        yield TextSource(
            text=text.text,
            kind=SourceKind.CARVED,
            offset=at,
            checks=(AgreeingCheck.CRC7,) if text.crc_ok else (),
            pieces=(TextPart(at=0, length=len(text.text), offset=at),),
        )


def _notes_on(other: OtherMaker, table: PsmTable | None) -> tuple[str, ...]:
    tried = _(
        "The file is {name}. It was searched for the store of Beken devices, at every place "
        "and with their keys; other chips may keep it in another form. Pin numbers are those "
        "of {chip}: the template is none for a Beken device.",
        name=name_of(other),
        chip=other.chip,
    )
    if other.chip != "ESP8266":
        return (tried,)
    if table is None:
        text = _(
            "The table of Tuya's ESP8266 firmware (PSM) was looked for as well, at the start of "
            "each sector, in clear and with its 256 keys: there is none."
        )
        return tried, text
    found = _(
        "The table of Tuya's ESP8266 firmware (PSM) lies at {place}, {how}; its names: {names}. "
        "Its form is known from another tool alone, and from no dump.",
        place=format_addr(table.offset),
        how=_("scrambled with a known key") if table.scrambled else _("in clear"),
        names=", ".join(visible_line(name) for name in table.names[:_MOST_NAMES]),
    )
    return tried, found
