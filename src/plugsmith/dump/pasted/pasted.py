"""The configuration in a pasted text, whatever it went through on its way.

Pin texts whose CRC-7 agrees come first, then JSON in any dialect, then the boot log's own lines.
What was tolerated is kept as remarks; two different configurations in one text are both kept.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.boot_log import agreements, disagreements, own_reading, with_brace
from plugsmith.dump.pasted.coded import decodings
from plugsmith.dump.pasted.dialects import read_object
from plugsmith.dump.pasted.haul import SURE, Haul, score_of
from plugsmith.dump.pasted.holdings import Holdings, holdings_of
from plugsmith.dump.pasted.model import Pasted, PastedConfig, PasteKind
from plugsmith.dump.pasted.pin_texts import config_of, find_pin_texts, joined_pin_text, order_agrees
from plugsmith.dump.pasted.prefixes import without_prefixes
from plugsmith.dump.pasted.private import PRIVATE, UNSURE, without_private, without_unsure
from plugsmith.dump.pasted.remains import MAX_OBJECTS, remains_of
from plugsmith.dump.pasted.wrapping import STAMPED, Unwrapped, unwrappings
from plugsmith.errors.content import Malformed
from plugsmith.image.foreign.letters import letters_of
from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.tuya.user_param import Value


PROSE = N_("text around the configuration was left out")
ENCODING = N_("the text is not stored as UTF-8")
STRINGS = N_("the lines stood as texts inside of a list, as in a notebook")
LOG_BRACKET = N_("the log prints the first brace as a bracket")

_MAX_FOUND = 8
_MAX_STRINGS = 4000
_MAX_DEPTH = 24


def read_pasted(data: bytes) -> Pasted | None:
    """The configurations in the bytes of a text; None if they are no text or hold none."""
    letters = letters_of(data)
    if letters is None:
        return None
    best = _best(letters.text)
    if not best.found:
        best = _best_decoded(letters.text) or remains_of(_all_forms(letters.text))
    if not best.found:
        return None
    remarks = [ENCODING] if letters.encoding != "utf-8" else []
    found = sorted(best.found, key=lambda item: -score_of(item))
    kept = _different(found)[:_MAX_FOUND]
    remarks += best.remarks
    public = [_public(item, remarks) for item in kept]
    return Pasted(found=tuple(public), remarks=tuple(dict.fromkeys(remarks)))


def _public(item: PastedConfig, remarks: list[str]) -> PastedConfig:
    """The same without what is private in it; then its text cannot be shown, either."""
    config = item.config
    if config is None:
        return item
    told = without_private(config)
    kept = told if item.crc_ok else without_unsure(told)
    if kept == config:
        return item
    remarks += [PRIVATE] * (told != config) + [UNSURE] * (kept != told)
    return replace(item, text=None, holdings=replace(item.holdings, config=kept, text=None))


def _best(text: str) -> Haul:
    """What the text holds in that one of its forms that gives most."""
    best = Haul()
    for form in _forms(text):
        haul = _search(form)
        if haul.score() > best.score():
            best = haul
        if best.score()[0] >= SURE:
            break
    return best


def _forms(text: str) -> Iterator[Unwrapped]:
    """The text as it is, then with more and more of its wrapping taken off."""
    if not any(mark in text for mark in "{[%&"):
        return
    form = Unwrapped(text=text)
    forms = []
    for form in unwrappings(text):
        forms.append(form)
        yield form
    for bare in forms[1:2] or forms:  # without colours and markup, else as it is
        for body in without_prefixes(bare.text):
            yield Unwrapped(text=body, remarks=(*bare.remarks, STAMPED))


def _all_forms(text: str) -> list[Unwrapped]:
    return list(_forms(text)) or list(unwrappings(text))


def _best_decoded(text: str, *, again: int = 1) -> Haul | None:
    """What the text holds once its letters are read as those of another text."""
    for coded in decodings(text):
        best = _best(coded.text)
        if not best.found and again:
            best = _best_decoded(coded.text, again=again - 1) or best
        best = best if best.found else remains_of(_all_forms(coded.text))
        if best.found:
            best.remarks[:0] = coded.remarks
            return best
    return None


def _different(found: list[PastedConfig]) -> list[PastedConfig]:
    """Each configuration once; what differs by its notation only is one."""
    kept: dict[str, PastedConfig] = {}
    for item in found:
        config = item.config
        key = json.dumps(_plain(config), sort_keys=True, default=str) if config else "none"
        kept.setdefault(key, item)
    if len(kept) > 1:
        kept.pop("none", None)
    return list(kept.values())


def _plain(config: Mapping[str, object]) -> dict[str, str]:
    return {str(key): str(value) for key, value in config.items() if key != "crc"}


def _search(form: Unwrapped, *, depth: int = 0) -> Haul:
    """Everything that one form of the text holds."""
    text = with_brace(form.text)
    haul = Haul(remarks=list(form.remarks))
    if text != form.text:
        haul.remarks.append(LOG_BRACKET)
    log = text != form.text or "[RELAY" in text or "[KEY]" in text
    lines = own_reading(text)
    taken: list[range] = []
    for found in find_pin_texts(text):
        config = config_of(found.text)
        if config is None:
            continue
        taken.append(range(found.offset, found.end))
        haul.remarks += found.remarks
        haul.found.append(
            PastedConfig(
                kind=PasteKind.BOOT_LOG if log else PasteKind.PIN_TEXT,
                holdings=Holdings(config=config),
                text=found.text,
                offset=found.offset,
                crc_ok=found.crc_ok,
            )
        )
    _objects(text, haul, taken, depth=depth)
    haul.found = [_witnessed(item, lines) for item in haul.found]
    if lines and not haul.found:
        haul.found.append(PastedConfig(kind=PasteKind.LOG_LINES, holdings=Holdings(config=lines)))
    covered = sum(map(len, taken))
    if taken and len(text.strip()) > covered + 2:
        haul.remarks.append(PROSE)
    return haul


def _witnessed(item: PastedConfig, lines: Mapping[str, Value]) -> PastedConfig:
    if not lines or item.config is None:
        return item
    return replace(
        item,
        witness=agreements(item.config, lines),
        against=tuple(disagreements(item.config, lines)),
    )


def _objects(text: str, haul: Haul, taken: list[range], *, depth: int) -> None:
    """Objects in any dialect; strings in them are read as texts of their own."""
    at = tries = 0
    while (at := text.find("{", at)) >= 0 and tries < MAX_OBJECTS:
        inside = next((span for span in taken if at in span), None)
        if inside is not None:
            at = inside.stop
            continue
        tries += 1
        if (joined := joined_pin_text(text, at)) and (config := config_of(joined.text)):
            holdings = holdings_of(config)
            if holdings.config is not None:
                taken.append(range(at, joined.end))
                haul.remarks += joined.remarks
                haul.found.append(
                    PastedConfig(
                        kind=PasteKind.PIN_TEXT,
                        holdings=holdings,
                        text=joined.text,
                        offset=at,
                        crc_ok=joined.crc_ok if "crc" in config else None,
                    )
                )
                at = joined.end
                continue
        try:
            reading = read_object(text, at)
        except Malformed:
            at += 1
            continue
        holdings = holdings_of(reading.value)
        if holdings.anything:
            taken.append(range(at, reading.end))
            haul.remarks += reading.remarks
            haul.found.append(_of_object(holdings, at, text[at : reading.end]))
            at = reading.end
        elif depth == 0 and (inner := _strings(reading.value)):
            _inside(inner, haul)
            taken.append(range(at, reading.end))
            at = reading.end
        else:
            at += 1


def _of_object(holdings: Holdings, at: int, written: str) -> PastedConfig:
    """Where the keys kept the order of the text, its CRC-7 can be held against them.

    `written`: the object as it stands there; without quotes it is the vendor's notation.
    """
    bare = holdings.body is holdings.config and not any(mark in written for mark in "\"'=;/#")
    text = "".join(written.split()) if bare else holdings.text
    crc_ok = None
    if text is not None:
        found = find_pin_texts(text)
        crc_ok = found[0].crc_ok if found else None
    elif holdings.config is not None and order_agrees(holdings.config):
        crc_ok = True
    return PastedConfig(
        kind=PasteKind.PIN_TEXT if bare else PasteKind.JSON,
        holdings=holdings,
        text=text,
        offset=at,
        crc_ok=crc_ok,
    )


def _inside(inner: str, haul: Haul) -> None:
    for form in unwrappings(inner):
        found = _search(form, depth=1)
        if found.found:
            haul.found += found.found
            haul.remarks += [STRINGS, *found.remarks]
            return


def _strings(value: object) -> str:
    """All texts of a structure in order; lists of lines are put together as they are."""
    parts = list(_leaves(value, 0))
    return "\n".join(parts[:_MAX_STRINGS]) if any("{" in part for part in parts) else ""


def _leaves(value: object, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(map(str, value))
            return
        for item in value:
            yield from _leaves(item, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item, depth + 1)
