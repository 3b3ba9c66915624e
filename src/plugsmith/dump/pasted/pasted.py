"""The configuration in a pasted text, whatever it went through on its way.

Pin texts whose CRC-7 agrees come first, then JSON in any dialect, then the boot log's own lines.
What was tolerated is kept as remarks; two different configurations in one text are both kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.boot_log import agreements, disagreements, own_reading, with_brace
from plugsmith.dump.pasted.coded import decodings
from plugsmith.dump.pasted.dialects import read_object
from plugsmith.dump.pasted.holdings import Holdings, holdings_of
from plugsmith.dump.pasted.line_pairs import line_pairs
from plugsmith.dump.pasted.pin_texts import find_pin_texts, is_plain, joined_pin_text
from plugsmith.dump.pasted.wrapping import unwrappings
from plugsmith.errors.content import Malformed
from plugsmith.image.foreign.letters import letters_of
from plugsmith.messages import N_
from plugsmith.tuya.crc7 import crc7
from plugsmith.tuya.user_param import Value, parse_pin_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.dump.pasted.wrapping import Unwrapped

PROSE = N_("text around the configuration was left out")
ENCODING = N_("the text is not stored as UTF-8")
STRINGS = N_("the lines stood as texts inside of a list, as in a notebook")
LINES = N_("a key and its value on each line were read as a configuration")
LOG_BRACKET = N_("the log prints the first brace as a bracket")

_MAX_OBJECTS = 64
_MAX_FOUND = 8
_MAX_STRINGS = 4000
_MAX_DEPTH = 24


class PasteKind(StrEnum):
    """What a configuration was written in."""

    PIN_TEXT = "pin-text"
    BOOT_LOG = "boot-log"
    LOG_LINES = "log-lines"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedConfig:
    """One configuration. `text` is set where it stood in the vendor's notation.

    `crc_ok` None: nothing to check, or the order of the keys is lost. `witness`: the pins that the
    log's own lines give too; `against`: keys for which they say something else.
    """

    kind: PasteKind
    holdings: Holdings
    text: str | None = None
    offset: int = 0
    crc_ok: bool | None = None
    witness: int = 0
    against: tuple[str, ...] = ()

    @property
    def config(self) -> Mapping[str, object] | None:
        """The configuration; None for a device without stored pins."""
        return self.holdings.config


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What a text holds: the best configuration first, then different ones; and the remarks."""

    found: tuple[PastedConfig, ...]
    remarks: tuple[str, ...] = ()

    @property
    def best(self) -> PastedConfig:
        """The one to take."""
        return self.found[0]


@dataclass(slots=True)
class _Haul:
    """What one form of the text gave."""

    found: list[PastedConfig] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def score(self) -> tuple[int, int]:
        """How good the best of it is, and how much there is."""
        return max((_score(item) for item in self.found), default=0), -len(self.remarks)


def read_pasted(data: bytes) -> Pasted | None:
    """The configurations in the bytes of a text; None if they are no text or hold none."""
    letters = letters_of(data)
    if letters is None:
        return None
    best = _best(letters.text)
    for coded in decodings(letters.text) if not best.found else ():
        best = _best(coded.text)
        if best.found:
            best.remarks[:0] = coded.remarks
            break
    if not best.found:
        return None
    remarks = [ENCODING] if letters.encoding != "utf-8" else []
    found = sorted(best.found, key=lambda item: -_score(item))
    return Pasted(
        found=tuple(_different(found)[:_MAX_FOUND]),
        remarks=tuple(dict.fromkeys([*remarks, *best.remarks])),
    )


_SURE = 6


def _best(text: str) -> _Haul:
    """What the text holds in that one of its forms that gives most."""
    best = _Haul()
    marked = any(mark in text for mark in "{[%&")
    for form in unwrappings(text) if marked else ():
        haul = _search(form)
        if haul.score() > best.score():
            best = haul
        if best.score()[0] >= _SURE:
            break
    if not best.found and (pairs := line_pairs(text)):
        holdings = holdings_of(pairs)
        if holdings.config is not None:
            best.found.append(PastedConfig(kind=PasteKind.JSON, holdings=holdings))
            best.remarks.append(LINES)
    return best


def _score(item: PastedConfig) -> int:
    """Which of several to take: a checksum that agrees, then whole objects, then log lines."""
    if item.crc_ok:
        if item.holdings.storage:
            return 7
        sure = item.text is None or is_plain(item.text, spaced=True)
        return _SURE if sure else 5  # with other signs in it: the next form may be without them
    if item.crc_ok is False:
        return 1
    if item.holdings.template:
        return 3
    if item.holdings.storage:
        return 5
    return 2 if item.kind is PasteKind.LOG_LINES else 4


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


def _search(form: Unwrapped, *, depth: int = 0) -> _Haul:
    """Everything that one form of the text holds."""
    text = with_brace(form.text)
    haul = _Haul(remarks=list(form.remarks))
    if text != form.text:
        haul.remarks.append(LOG_BRACKET)
    log = text != form.text or "[RELAY" in text or "[KEY]" in text
    lines = own_reading(text)
    taken: list[range] = []
    for found in find_pin_texts(text):
        config = _parsed(found.text)
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


def _parsed(text: str) -> dict[str, Value] | None:
    try:
        return parse_pin_text(text).config
    except Malformed:
        return None


def _witnessed(item: PastedConfig, lines: Mapping[str, Value]) -> PastedConfig:
    if not lines or item.config is None:
        return item
    return replace(
        item,
        witness=agreements(item.config, lines),
        against=tuple(disagreements(item.config, lines)),
    )


def _objects(text: str, haul: _Haul, taken: list[range], *, depth: int) -> None:
    """Objects in any dialect; strings in them are read as texts of their own."""
    at = tries = 0
    while (at := text.find("{", at)) >= 0 and tries < _MAX_OBJECTS:
        inside = next((span for span in taken if at in span), None)
        if inside is not None:
            at = inside.stop
            continue
        tries += 1
        if (joined := joined_pin_text(text, at)) and (config := _parsed(joined.text)):
            holdings = holdings_of(config)
            if holdings.config is not None:
                taken.append(range(at, joined.end))
                haul.remarks += joined.remarks
                haul.found.append(
                    PastedConfig(
                        kind=PasteKind.PIN_TEXT, holdings=holdings, text=joined.text, offset=at
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
    elif holdings.config is not None and _crc_of(holdings.config):
        crc_ok = True
    return PastedConfig(
        kind=PasteKind.PIN_TEXT if bare else PasteKind.JSON,
        holdings=holdings,
        text=text,
        offset=at,
        crc_ok=crc_ok,
    )


def _crc_of(config: Mapping[str, object]) -> bool:
    stated = str(config.get("crc", ""))
    pairs = [f"{key}:{value}" for key, value in config.items() if key != "crc"]
    body = "{" + ",".join(pairs) + "}"
    return stated.isdecimal() and len(stated) <= 3 and int(stated) == crc7(body.encode())


def _inside(inner: str, haul: _Haul) -> None:
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
