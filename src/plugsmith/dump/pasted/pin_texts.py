"""The vendor's own notation in a text: wrapped over lines, with blanks in it, with rubbish around.

Nothing in a pin text is a blank, so all white space is taken out and the CRC-7 says whether the
rest is the text. A text without a crc pair counts only if its joined lines are one whole text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.carve import carve
from plugsmith.errors.content import Malformed
from plugsmith.messages import N_
from plugsmith.tuya.crc7 import crc7
from plugsmith.tuya.user_param import MAX_TEXT_LEN, crc_ok, parse_pin_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.tuya.user_param import Value

BLANKS = N_("blanks and line breaks inside of the text were taken out")
BROKEN_BY_MARK = N_(
    "marks that say that a line goes on (such as = or \\ at its end) were taken out"
)
READ_AS_BLANKS = N_("line breaks inside of the text were read as blanks where its checksum says so")
_MAX_TEXTS = 16
_BLANK = re.compile(r"\s+")
_BREAK = re.compile(r"\s*[\r\n]\s*")
_MARKED_BREAK = re.compile(r"[=\\\u00ad\u00ac\u21a9\u21aa\u21b5\u23ce-][ \t]*(?:\r\n?|\n)\s*")
_AFTER_MARK = re.compile(r"(?<=[,:{\[])[ \t]+")
_BRACKET = re.compile(r"[{}\[\]\"']")
_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]{0,63}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9_.$-]*\Z")
_SPACED = re.compile(r"[A-Za-z0-9_.$-]+(?: [A-Za-z0-9_.$-]+)+\Z")
_NESTED = re.compile(r"[\[{][A-Za-z0-9_.$,:\[\]{}-]*[\]}]\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPinText:
    """A text; `crc_ok` if it ends in a crc pair that agrees.

    `offset` and `end` count characters of the searched text.
    """

    text: str
    crc_ok: bool
    offset: int
    end: int
    remarks: tuple[str, ...] = ()


def find_pin_texts(text: str) -> list[FoundPinText]:
    """The texts with a crc pair, those whose CRC-7 agrees first."""
    found = _without(_BLANK, text)
    sure = any(item.crc_ok and is_plain(item.text, spaced=True) for item in found)
    if not sure and _MARKED_BREAK.search(text):
        both = re.compile(f"{_MARKED_BREAK.pattern}|{_BLANK.pattern}")
        found = [item for item in _without(both, text) if item.crc_ok] or found
    return sorted(found, key=lambda item: not item.crc_ok)[:_MAX_TEXTS]


def _without(rubbish: re.Pattern[str], text: str) -> list[FoundPinText]:
    places: list[int] = []
    at = 0
    for hit in rubbish.finditer(text):
        places += range(at, hit.start())
        at = hit.end()
    places += range(at, len(text))
    compact = rubbish.sub("", text)
    raw = compact.encode("latin-1", "replace")  # one byte a character, so that offsets stay
    return [
        _judged(
            compact[item.offset : item.end],
            text,
            range(places[item.offset], places[item.end - 1] + 1),
            agrees=item.crc_ok,
        )
        for item in carve(raw)[: 4 * _MAX_TEXTS]
    ]


def _judged(body: str, text: str, span: range, *, agrees: bool) -> FoundPinText:
    """The text of a span: without blanks, or with those with which its checksum agrees."""
    written = text[span.start : span.stop]
    if not agrees and _BLANK.search(written) and len(written) <= MAX_TEXT_LEN:
        for between, remark in (("", BLANKS), (" ", READ_AS_BLANKS)):
            spelt = _BREAK.sub(between, written)
            agrees = spelt != body and crc_ok(spelt.encode("utf-8", "replace"))
            if agrees and is_plain(spelt, spaced=True):
                said = (remark,) if spelt != written else ()
                return FoundPinText(
                    text=spelt, crc_ok=True, offset=span.start, end=span.stop, remarks=said
                )
    remarks = _said(written) if body != written else ()
    return FoundPinText(text=body, crc_ok=agrees, offset=span.start, end=span.stop, remarks=remarks)


def _said(written: str) -> tuple[str, ...]:
    return (BLANKS, BROKEN_BY_MARK) if _MARKED_BREAK.search(written) else (BLANKS,)


def joined_pin_text(text: str, start: int) -> FoundPinText | None:
    """The text whose brace stands at `start`, its broken lines joined, with or without a crc pair.

    None for a text on one line, and where the joined lines are not a pin text from brace to brace:
    a key is missing, a pin is no number, or a blank or another sign stands where none can be.
    """
    end = _end_of(text, start)
    written = text[start:end]
    breaks = len(_BREAK.findall(written))
    if not breaks:
        return None
    marked = len(_MARKED_BREAK.findall(written)) == breaks
    body = (_MARKED_BREAK if marked else _BREAK).sub("", written)
    body = _AFTER_MARK.sub("", body)
    if not is_plain(body):
        return None
    remarks = _said(written) if marked else (BLANKS,)
    agrees = crc_ok(body.encode("utf-8", "replace"))
    return FoundPinText(text=body, crc_ok=agrees, offset=start, end=end, remarks=remarks)


def is_plain(text: str, *, spaced: bool = False) -> bool:
    """Whether a text is a pin text with nothing else in it: each key a word, each pin a number.

    A text with rubbish inside agrees with its CRC-7 once in 128 times; this tells it. `spaced`:
    values may be several words.
    """
    try:
        pairs = parse_pin_text(text).pairs
    except Malformed:
        return False
    return all(
        _KEY.match(pair.key)
        and (not pair.key.endswith("_pin") or isinstance(pair.value, int))
        and (
            _TOKEN.match(pair.token)
            or _NESTED.match(pair.token)
            or (spaced and _SPACED.match(pair.token))
        )
        for pair in pairs
    )


def config_of(text: str) -> dict[str, Value] | None:
    """What a pin text says; None where it cannot be read."""
    try:
        return parse_pin_text(text).config
    except Malformed:
        return None


def order_agrees(config: Mapping[str, object]) -> bool:
    """Whether the keys, in their order, with their crc pair are a whole pin text."""
    stated = str(config.get("crc", ""))
    pairs = [f"{key}:{value}" for key, value in config.items() if key != "crc"]
    body = "{" + ",".join(pairs) + "}"
    return stated.isdecimal() and len(stated) <= 3 and int(stated) == crc7(body.encode())


def _end_of(text: str, start: int) -> int:
    """The position behind the bracket that closes the one at `start`; `start` if there is none."""
    depth = 0
    for hit in _BRACKET.finditer(text, start, start + MAX_TEXT_LEN):
        if hit[0] in "\"'":
            return start
        depth += 1 if hit[0] in "{[" else -1
        if not depth:
            return hit.end()
    return start
