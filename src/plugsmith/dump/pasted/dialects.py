"""JSON as people and programs write it: bare keys, single quotes, comments, commas too many or few.

The vendor's own notation is one of the dialects. Every text gives a value or Malformed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.content import Malformed
from plugsmith.messages import N_
from plugsmith.tuya.user_param import parse_token
from plugsmith.visible import without_surrogates

if TYPE_CHECKING:
    from plugsmith.tuya.user_param import Value

COMMENTS = N_("comments were left out")
SINGLE = N_("single quotation marks were read as double ones")
BARE = N_("keys or words without quotation marks were accepted")
COMMAS = N_("a comma too many or too few was accepted")
EQUALS = N_("equals signs were read as colons")
WORDS = N_("words of another language (True, None, undefined) were read as JSON's")
BROKEN = N_("line breaks inside of values were taken out")

MAX_DEPTH = 24
MAX_ITEMS = 4000
_BLANK = re.compile(r"[\s\ufeff]*")
_COMMENT = re.compile(r"//[^\n]{0,2000}|/\*.{0,4000}?\*/|#[^\n]{0,2000}", re.DOTALL)
_BARE_KEY = re.compile(r"[A-Za-z_$][\w.$-]{0,63}")
_BARE_WORD = re.compile(r"(?![<>|\u2502=])[^\s,;:{}\[\]\"']{1,400}")
_WORDS = {
    "true": True, "false": False, "null": None, "True": True, "False": False, "None": None,
    "TRUE": True, "FALSE": False, "undefined": None, "NaN": None, "nil": None,
}  # fmt: skip
_JSON_WORDS = frozenset({"true", "false", "null"})
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?(?:[eE][+-]?\d{1,2})?\Z")
_HEX = re.compile(r"0[xX][0-9A-Fa-f]{1,8}\Z")
_SIGNED = re.compile(r"\+?\d{1,17}\.?\Z")
_PREFIX = re.compile(r"[uUbBrRfF]{1,2}(?=[\"'])")  # of a text in Python
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An object, the position behind it, and what had to be tolerated."""

    value: dict[str, Value]
    end: int
    remarks: tuple[str, ...]
    behind: str | None = None  # of one that is cut short: its last key that is whole


def read_object(text: str, start: int = 0) -> Reading:
    """The object whose brace stands at `start`; raises Malformed where even tolerance ends."""
    reader = _Reader(text, start)
    value = reader.an_object(0)
    return Reading(value=value, end=reader.at, remarks=tuple(dict.fromkeys(reader.remarks)))


def read_cut_object(text: str, start: int = 0) -> Reading | None:
    """What is whole of an object that breaks off; None where it is whole, or nothing of it is.

    A value without quotation marks at the very end may have gone on, so it does not count.
    """
    reader = _Reader(text, start, cutting=True)
    try:
        value = reader.an_object(0)
    except Malformed:
        return None
    if not reader.cut or not value:
        return None
    remarks = tuple(dict.fromkeys(reader.remarks))
    return Reading(value=value, end=reader.at, remarks=remarks, behind=reader.last)


class _CutShort(Exception):
    """The text ends, or goes on with something else; for the reader itself."""


@dataclass(slots=True)
class _Reader:
    text: str
    at: int
    remarks: list[str] = field(default_factory=list)
    items: int = 0
    cutting: bool = False  # whether an object may break off
    cut: bool = False
    last: str = ""

    def an_object(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        self._open("{", depth)
        try:
            while not self.cut and not self._closed("}"):
                self._pair(found, depth)
        except _CutShort:
            self.cut = True
        return found

    def _pair(self, found: dict[str, Value], depth: int) -> None:
        key = self._key()
        if not self._take(":"):
            if not (self._take("=>") or self._take("=")):
                raise self._ended("a key has no value")
            self.remarks.append(EQUALS)
        found[key] = self._value(depth + 1)
        if not self.cut:
            self.last = key
            self._separator("}")

    def _array(self, depth: int) -> list[Value]:
        found: list[Value] = []
        self._open("[", depth)
        while not self.cut and not self._closed("]"):
            found.append(self._value(depth + 1))
            if not self.cut:
                self._separator("]")
        return found

    def _open(self, bracket: str, depth: int) -> None:
        if depth > MAX_DEPTH or not self.text.startswith(bracket, self.at):
            raise self._bad("its brackets do not match")
        self.at += 1
        while self._take(","):
            self.remarks.append(COMMAS)

    def _closed(self, bracket: str) -> bool:
        self.items += 1
        self._skip()
        if self.items > MAX_ITEMS:
            raise self._bad("it has too many items")
        if self.at >= len(self.text):
            raise self._ended("it is cut short")
        if self.text[self.at] != bracket:
            return False
        self.at += 1
        return True

    def _separator(self, bracket: str) -> None:
        commas = 0
        while self._take(",") or self._take(";"):
            commas += 1
        last = self.text.startswith(bracket, self.at)
        if commas > 1 or (commas == 0) != last:
            self.remarks.append(COMMAS)

    def _take(self, mark: str) -> bool:
        self._skip()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def _skip(self) -> None:
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            comment = _COMMENT.match(self.text, self.at)
            if comment is None:
                return
            self.remarks.append(COMMENTS)
            self.at = comment.end()

    def _key(self) -> str:
        self._skip()
        if (text := self._text()) is not None:
            return text
        bare = _BARE_KEY.match(self.text, self.at)
        if bare is None:
            raise self._ended("a pair has no key")
        self.remarks.append(BARE)
        self.at = bare.end()
        return bare[0]

    def _value(self, depth: int) -> Value:
        start = self.at
        self._skip()
        if (
            self.cutting
            and "\n" in self.text[start : self.at]
            and not self.text.startswith(("[", "{"), self.at)
        ):
            raise _CutShort  # what follows on another line is no value any more
        if self.text.startswith("{", self.at):
            return self.an_object(depth)
        if self.text.startswith("[", self.at):
            return self._array(depth)
        if (text := self._text()) is not None:
            return text
        word = _BARE_WORD.match(self.text, self.at)
        if word is None:
            if self.text.startswith((",", "}", "]"), self.at):
                return ""
            raise self._ended("a value is missing")
        self.at = word.end()
        if self.cutting and not self.text[self.at :].strip():
            raise _CutShort
        return self._word(word[0])

    def _word(self, word: str) -> Value:
        if word in _WORDS:
            if word not in _JSON_WORDS:
                self.remarks.append(WORDS)
            return _WORDS[word]
        if _NUMBER.match(word):
            return float(word) if re.search(r"[.eE]", word) else int(word)
        if _HEX.match(word) or (_SIGNED.match(word) and not word.isdecimal()):
            return int(word.rstrip("."), 16 if _HEX.match(word) else 10)
        self.remarks.append(BARE)
        return parse_token(word)

    def _text(self) -> str | None:
        """A text in marks, also with the letters that Python writes before one; None for none."""
        prefix = _PREFIX.match(self.text, self.at)
        if prefix is not None:
            self.remarks.append(WORDS)
            self.at = prefix.end()
        return self._string() if self.text.startswith(('"', "'"), self.at) else None

    def _string(self) -> str:
        mark = self.text[self.at]
        if mark == "'":
            self.remarks.append(SINGLE)
        self.at += 1
        found: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == mark:
                return _whole_signs("".join(found))
            if char == "\\":
                found.append(self._escape())
            elif char in "\r\n":
                if self.cutting:
                    raise _CutShort
                self.remarks.append(BROKEN)
                blank = re.compile(r"[ \t\r\n]*").match(self.text, self.at)
                self.at = blank.end() if blank else self.at
            else:
                found.append(char)
        raise self._ended("a text is cut short")

    def _escape(self) -> str:
        code = self.text[self.at : self.at + 1]
        self.at += 1
        if code == "u":
            digits = self.text[self.at : self.at + 4]
            if re.fullmatch(r"[0-9A-Fa-f]{4}", digits):
                self.at += 4
                return chr(int(digits, 16))
        return _ESCAPES.get(code, code)

    def _ended(self, problem: str) -> Exception:
        """Where one that breaks off may end; anywhere else it is not well formed."""
        return _CutShort() if self.cutting else self._bad(problem)

    def _bad(self, problem: str) -> Malformed:
        return Malformed(structure="JSON", problem=problem, offset=min(self.at, len(self.text)))


def _whole_signs(text: str) -> str:
    """`text` with the halves of escapes like `\\ud83d\\ude00` joined, lone halves replaced."""
    if text.isascii() or without_surrogates(text) == text:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
