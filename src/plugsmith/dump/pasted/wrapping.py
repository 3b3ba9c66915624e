"""What programs and people put around a text: quotes, fences, markup, escapes, stamps, prompts."""

from __future__ import annotations

import html
import quopri
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARKUP = N_("markup of a web page or a forum was taken out")
QUOTED = N_("quotation marks of a mail or a forum were taken out of the lines")
FENCED = N_("code fences and back quotes were taken out")
QUOTES = N_("typographic quotation marks were read as plain ones")
INVISIBLE = N_("invisible characters were taken out")
STAMPED = N_("time stamps, prompts or numbers were taken off the lines")
COLOURED = N_("colour codes of a terminal were taken out")
ESCAPED = N_("escaped characters were put back")
JOINED = N_("texts that a program puts together were joined")
TRANSFER = N_("the transfer encoding of a mail or an address was undone")

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[ -/]?[@-~]|[@-Z\\-_])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\ufeff\u00ad]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_DOUBLED = re.compile(r"``(?=\w)|(?<![\w'])''(?=\w)|(?<=\w)''(?!')")
_WIDE = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
_QUOTES = str.maketrans(
    {
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2033": '"', "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'",
        "\u2039": "'", "\u203a": "'", "\u00b4": "'", "\u275d": '"', "\u275e": '"', "\u301d": '"',
        "\u301e": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-",
        **_WIDE,
    }
)  # fmt: skip
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,6}|#x[0-9A-Fa-f]{1,5});")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr)\b[^<>]{0,80}>", re.IGNORECASE)
_TAG = re.compile(
    r"</?\s*(?:p|div|span|pre|code|td|tr|table|tbody|li|ul|ol|b|i|em|strong|a|font|blockquote|"
    r"html|body|head|title|meta|h[1-6])\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_BBCODE = re.compile(
    r"\[/?(?:code|quote|spoiler|b|i|u|color|size|font|url|syntax|pre|icode|list|table|tr|td)"
    r"(?:[= ][^\]\n]{0,80})?\]|\[\*\]",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^[ \t>|]*(?:```|~~~)[^\n]{0,40}$", re.MULTILINE)
_LINE_QUOTE = re.compile(r"^(?:[ \t]*[>|\u2502]+[ \t]?)+", re.MULTILINE)
_STAMP = re.compile(
    r"^[ \t]*(?:\[?\d{4}-\d\d-\d\d[T ])?\[?\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,6})?\]?[ \t]*"
    r"(?:->|>|\|)?[ \t]*",
    re.MULTILINE,
)
_NUMBERED = re.compile(r"^[ \t]*\d{1,4}[ \t]*[:|.)][ \t]|^[ \t]*\d{1,4}\t", re.MULTILINE)
_PROMPT = re.compile(
    r"^(?:\$|#|>>>|\.\.\.|In \[\d*\]:|Out\[\d*\]:|PS [^>\n]{0,80}>)[ \t]+", re.MULTILINE
)
_PLUS = re.compile(r"^\+ ?", re.MULTILINE)
_SOFT_BREAK = re.compile(r"=\r?\n|=(?:3D|20|09|22|7B|7D|2C|3A)")
_PERCENT = re.compile(r"%(?:25)?(?:7B|22|3A|2C|7D)", re.IGNORECASE)
_ESCAPES = re.compile(r'\\(["nrt/\\\'])')
_MARKED = re.compile(r"\\([_{}\[\]*#.:~-])")
_CODED = re.compile(r"\\u00([2-7][0-9A-Fa-f])|\\x([2-7][0-9A-Fa-f])")
_JOINT = re.compile(r"""(["'])[ \t]*[+.&]?[ \t]*\\?\r?\n[ \t]*(?:[+.&][ \t]*)?[rRuUbB]?\1""")
_RETURN = re.compile(r"\^M(?=\$?[ \t]*$)", re.MULTILINE)
_PUT_BACK = {"n": "\n", "r": "\r", "t": "\t"}
_FEW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """A text without its wrapping; `remarks` say what was taken off (sentences to translate)."""

    text: str
    remarks: tuple[str, ...] = ()


def unwrappings(text: str) -> Iterator[Unwrapped]:
    """The text as it is, then with more and more taken off; each form once."""
    now = Unwrapped(text=text)
    yield now
    for layer in (_around, _transfer, _escapes, _lines):
        later = layer(now)
        if later.text != now.text:
            now = later
            yield now


def _around(text: Unwrapped) -> Unwrapped:
    """Everything that can only be wrapping, wherever it stands."""
    steps: tuple[tuple[str, Callable[[str], str]], ...] = (
        (COLOURED, lambda body: _ANSI.sub("", body)),
        (MARKUP, _without_markup),
        (INVISIBLE, lambda body: _SPACES.sub(" ", _INVISIBLE.sub("", body))),
        (QUOTES, lambda body: body.translate(_QUOTES)),
        (FENCED, lambda body: _FENCE.sub("", body).replace("`", "")),
        (QUOTED, lambda body: _LINE_QUOTE.sub("", body)),
    )
    return _apply(text, steps)


def _transfer(text: Unwrapped) -> Unwrapped:
    return _apply(text, ((TRANSFER, _without_transfer),))


def _escapes(text: Unwrapped) -> Unwrapped:
    """Text inside a string of JSON or of a program, once or twice."""
    return _apply(
        text,
        (
            (ESCAPED, _put_back),
            (ESCAPED, _put_back),
            (ESCAPED, _without_codes),
            (ESCAPED, lambda body: _MARKED.sub(r"\1", body)),
            (ESCAPED, lambda body: _RETURN.sub("", body)),
            (JOINED, lambda body: _JOINT.sub("", body)),
            (QUOTES, lambda body: _DOUBLED.sub('"', body)),
        ),
    )


def _lines(text: Unwrapped) -> Unwrapped:
    """What stands at the start of lines and might be content elsewhere."""
    steps: tuple[tuple[str, Callable[[str], str]], ...] = (
        (STAMPED, lambda body: _STAMP.sub("", body)),
        (STAMPED, lambda body: _PROMPT.sub("", body)),
        (STAMPED, _without_numbers),
        (STAMPED, _without_plus),
    )
    return _apply(text, steps)


def _apply(text: Unwrapped, steps: tuple[tuple[str, Callable[[str], str]], ...]) -> Unwrapped:
    body, remarks = text.text, list(text.remarks)
    for remark, step in steps:
        changed = step(body)
        if changed != body:
            body = changed
            remarks.append(remark)
    return Unwrapped(text=body, remarks=tuple(dict.fromkeys(remarks)))


def _without_markup(body: str) -> str:
    body = _BBCODE.sub("", body)
    if _TAG.search(body) or _BREAK.search(body):
        body = _TAG.sub("", _BREAK.sub("\n", body))
    for _again in range(_FEW):  # a page that shows the source of a page
        body = html.unescape(body) if _ENTITY.search(body) else body
    return body


def _without_transfer(body: str) -> str:
    if len(_SOFT_BREAK.findall(body)) >= _FEW and body.isascii():
        body = quopri.decodestring(body.encode("ascii")).decode("utf-8", "replace")
    for _again in range(_FEW):  # an address inside of an address
        if len(_PERCENT.findall(body)) < _FEW:
            break
        body = unquote(body.replace("+", " ") if "+" in body and " " not in body else body)
    return body


def _without_codes(body: str) -> str:
    """Characters that are written as their numbers."""
    if len(_CODED.findall(body)) < _FEW:
        return body
    return _CODED.sub(lambda found: chr(int(found[1] or found[2], 16)), body)


def _put_back(body: str) -> str:
    if len(re.findall(r'\\["n]', body)) < _FEW:
        return body
    return _ESCAPES.sub(lambda found: _PUT_BACK.get(found[1], found[1]), body)


def _without_numbers(body: str) -> str:
    lines = [line for line in body.splitlines() if line.strip()]
    numbered = sum(bool(_NUMBERED.match(line)) for line in lines)
    return _NUMBERED.sub("", body) if lines and numbered * 2 > len(lines) else body


def _without_plus(body: str) -> str:
    """Lines of a patch."""
    lines = [line for line in body.splitlines() if line.strip()]
    added = sum(line.startswith("+") for line in lines)
    return _PLUS.sub("", body) if lines and added * 2 > len(lines) else body
