"""The pin text: the vendor's own notation for settings, with a CRC-7 as its last pair.

`{rl1_pin:26,module:WB2S,crc:40,}` is not JSON: nothing is quoted, tokens with leading zeros are
text, arrays nest. Quoted JSON is read as well. Source: tuya-storage.md section 3.5.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from plugsmith.errors.content import Malformed
from plugsmith.nested_json import read_nested
from plugsmith.records import frozen
from plugsmith.tuya.crc7 import crc7

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

MAX_TEXT_LEN = 0x4000  # far above the 1.1 KB of the longest that was seen
MAX_DEPTH = 12
CRC_TAIL = re.compile(rb",?crc:([0-9]{1,3}),?\}\Z")
_KEY = re.compile(r"[A-Za-z0-9_.$ -]{1,64}\Z")
_NUMBER = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_OPEN = {"[": "]", "{": "}"}


@frozen
class Pair:
    """A key and its value exactly as written; `start` counts from the brace of the text."""

    key: str
    token: str
    start: int

    @property
    def end(self) -> int:
        """Position behind the token."""
        return self.start + len(self.key) + 1 + len(self.token)

    @property
    def value(self) -> Value:
        """The token's meaning."""
        return parse_token(self.token)


@frozen
class PinText:
    """A parsed text. `config` holds every key; where a key repeats, its last value."""

    pairs: tuple[Pair, ...]
    config: dict[str, Value]
    quoted: bool = False
    closing_comma: bool = True

    def write(self) -> str:
        """The text exactly as it was read (unquoted texts only)."""
        body = ",".join(f"{pair.key}:{pair.token}" for pair in self.pairs)
        return "{" + body + ("," if self.closing_comma else "") + "}"


def text_crc(text: bytes) -> int | None:
    """The CRC-7 that `text` should carry, computed over everything before its crc pair."""
    tail = CRC_TAIL.search(text)
    return None if tail is None else crc7(b"}", start=crc7(text[: tail.start()]))


def stated_crc(text: bytes) -> int | None:
    """The number in the crc pair at the end of `text`, or None if there is no such pair."""
    tail = CRC_TAIL.search(text)
    return None if tail is None else int(tail[1])


def crc_ok(text: bytes) -> bool:
    """Whether `text` ends with a crc pair that agrees with the rest."""
    stated = stated_crc(text)
    return stated is not None and stated == text_crc(text)


def parse_pin_text(text: str) -> PinText:
    """Read a text; raises Malformed with the offset of what cannot be understood."""
    if len(text) > MAX_TEXT_LEN:
        raise _bad("it is too long", MAX_TEXT_LEN)
    if not text.startswith("{") or not text.endswith("}"):
        raise _bad("it is not in braces", 0)
    if text[1:].lstrip().startswith('"'):
        return _parse_quoted(text)
    body, closing_comma = text[1:-1], False
    if body.endswith(","):
        body, closing_comma = body[:-1], True
    pairs = tuple(_pairs(body)) if body else ()
    config = {pair.key: pair.value for pair in pairs}
    return PinText(pairs=pairs, config=config, closing_comma=closing_comma)


def _pairs(body: str) -> list[Pair]:
    pairs: list[Pair] = []
    for at, piece in split_outside(body, ",", base=1):
        key, colon, token = piece.partition(":")
        if not colon or not _KEY.match(key):
            raise _bad("a pair has no key", at)
        parse_token(token)  # nesting is checked now, so that `value` cannot fail later
        pairs.append(Pair(key=key, token=token, start=at))
    return pairs


def split_outside(body: str, mark: str, *, base: int = 0) -> list[tuple[int, str]]:
    """Pieces of `body` between marks that stand outside of brackets, each with its position."""
    pieces: list[tuple[int, str]] = []
    depth = start = 0
    for at, char in enumerate(body):
        if char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
        elif char == mark and not depth:
            pieces.append((base + start, body[start:at]))
            start = at + 1
        if depth < 0 or depth > MAX_DEPTH:
            raise _bad("its brackets do not match", base + at)
    if depth:
        raise _bad("its brackets do not match", base + len(body))
    pieces.append((base + start, body[start:]))
    return pieces


def parse_token(token: str, *, depth: int = 0) -> Value:
    """The value of one token: a number only where writing it back gives the same token.

    Words stay text, `true` and `false` too: the vendor's firmware knows no other words.
    """
    if _NUMBER.match(token):
        return int(token)
    if token[:1] in _OPEN:
        return _parse_nested(token, depth=depth)
    if len(token) > 1 and token[0] == token[-1] == '"':
        return token[1:-1]
    return token


def _parse_nested(token: str, *, depth: int) -> Value:
    if depth >= MAX_DEPTH or token[-1] != _OPEN[token[0]] or len(token) < 2:
        raise _bad("its brackets do not match", 0)
    inner = token[1:-1]
    pieces = [piece for _at, piece in split_outside(inner, ",")] if inner else []
    if token[0] == "[":
        return [parse_token(piece, depth=depth + 1) for piece in pieces]
    nested: dict[str, Value] = {}
    for piece in pieces:
        key, colon, rest = piece.partition(":")
        if not colon and key:
            raise _bad("a pair has no key", 0)
        if key:
            nested[key.strip('"')] = parse_token(rest, depth=depth + 1)
    return nested


def _parse_quoted(text: str) -> PinText:
    if _depth(text) > MAX_DEPTH:
        raise _bad("its brackets do not match", 0)
    try:
        config = read_nested(re.sub(r",\s*([}\]])", r"\1", text))
    except (ValueError, RecursionError) as problem:
        at = problem.pos if isinstance(problem, json.JSONDecodeError) else 0
        raise _bad("it is not valid JSON", at) from problem
    if not isinstance(config, dict):
        raise _bad("it is not an object", 0)
    return PinText(pairs=(), config=config, quoted=True, closing_comma=False)


def _depth(text: str) -> int:
    deepest = depth = 0
    for char in text:
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    return deepest


def format_token(value: Value) -> str:
    """A value in the vendor's notation; raises Malformed for text that the notation cannot hold."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case list():
            return "[" + ",".join(map(format_token, value)) + "]"
        case dict():
            return (
                "{" + ",".join(f"{key}:{format_token(item)}" for key, item in value.items()) + "}"
            )
        case str():
            if re.search(r"[\[\]{},\x00-\x1f]", value):
                raise _bad("a value has a character that cannot be written", 0)
            return value
        case _:
            return str(value)


def format_pin_text(config: dict[str, Value]) -> str:
    """The text of `config` with a fresh crc pair at the end (an old `crc` key is left out)."""
    pairs = [f"{key}:{format_token(value)}" for key, value in config.items() if key != "crc"]
    if any(not _KEY.match(key) for key in config):
        raise _bad("a key has a character that cannot be written", 0)
    body = "{" + ",".join(pairs)
    number = crc7(body.encode("utf-8", "replace") + b"}")
    return f"{body}{',' if pairs else ''}crc:{number},}}"


def _bad(problem: str, offset: int) -> Malformed:
    return Malformed(structure="pin text", problem=problem, offset=offset)
