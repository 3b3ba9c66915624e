"""Stretches of bytes that are something else in a code: hexadecimal, base64, escapes, packed.

A known value is looked for in what they decode to, so that its spelling does not matter; in a
packed stream in what it unpacks to, and there in every code again.
"""

from __future__ import annotations

import base64
import binascii
import lzma
import quopri
import re
import zlib
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MIN_VALUE = 6  # shorter values would be found by chance
_MAX_UNPACKED = 1 << 19
_MAX_UNPACKED_IN_ALL = 4 << 20
_MAX_STREAMS = 5000
_MAX_MEMORY = 80 << 20  # the strongest setting of xz needs 65 MiB
_PIECE = 256
_DEEPEST = 2
_LARGEST_INSIDE = 1 << 16  # of what is in a code, codes are looked for
_BATCH = 1 << 18

_Stretch: TypeAlias = "tuple[int, int, bytes]"  # where it stands, and what it means

_HEX = re.compile(rb"(?i)(?:(?:0x|\\x|%|=|#)?[0-9a-f]{2}(?:[ \t\r\n:,;._-]{0,3})){6,}")
_HEX_NOISE = re.compile(rb"(?i)0x|\\x|[^0-9a-f]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-](?:[\r\n]{0,2}[A-Za-z0-9+/_-]){7,}")
_LINES = re.compile(rb"[\r\n]+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_LETTER = rb"[\t\r\n\x20-\x7e\x80-\xff]"
_WIDE = {
    "utf-16-le": re.compile(rb"(?:%s\0){6,}" % _LETTER),
    "utf-16-be": re.compile(rb"(?:\0%s){6,}" % _LETTER),
}
_TEXT = re.compile(rb"[\t\r\n\x20-\x7e\x80-\xff]{6,}")
_ESCAPE = re.compile(
    rb"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{1,4});"
    rb"|&#([0-9]{1,5});|\\([\"'\\/])|\\u\{([0-9A-Fa-f]{1,6})\}|\\([0-3][0-7]{2})"
)
_STREAMS = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|\xfd7zXZ\0|\x5d\0\0[\0-\xff]{2}")


def lowered(values: Iterable[bytes]) -> tuple[bytes, ...]:
    """The values as `hidden` takes them; shorter ones would be found by chance."""
    return tuple({value.lower() for value in values if len(value) >= MIN_VALUE})


def hidden(body: bytes, wanted: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Start and length of each coded stretch that holds one of `wanted`, in any letter case.

    `wanted`: from `lowered`.
    """
    if not wanted:
        return
    plain = body.lower()
    for value in wanted:
        at = plain.find(value)
        while at >= 0:
            yield at, len(value)
            at = plain.find(value, at + len(value))
    for batch in _batches(decoded(body)):
        hits = _holding([content for _, _, content in batch], wanted, depth=0)
        yield from (
            (start, end - start) for (start, end, _), hit in zip(batch, hits, strict=True) if hit
        )


def holds(content: bytes, wanted: tuple[bytes, ...]) -> bool:
    """Whether one of `wanted` is in what was unpacked, as it is or coded."""
    low = content.lower()
    if any(value in low for value in wanted):
        return True
    return any(
        any(_holding([part for _, _, part in batch], wanted, depth=1))
        for batch in _batches(decoded(content))
    )


def _batches(found: Iterable[_Stretch]) -> Iterator[list[_Stretch]]:
    """The stretches in lists of about `_BATCH` bytes: so much is searched at once."""
    batch: list[_Stretch] = []
    size = 0
    for stretch in found:
        batch.append(stretch)
        size += len(stretch[2])
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _holding(contents: list[bytes], wanted: tuple[bytes, ...], *, depth: int) -> list[bool]:
    """For each of the contents, whether it or a code in it holds one of `wanted`.

    Nearly always nothing is there: one search in all contents together says so.
    """
    lows = [content.lower() for content in contents]
    together = b"\0".join(lows)
    there = [value for value in wanted if value in together]
    found = [any(value in low for value in there) for low in lows]
    if depth == _DEEPEST:
        return found
    for batch in _batches(
        (number, 0, part)
        for number, content in enumerate(contents)
        if not found[number] and len(content) <= _LARGEST_INSIDE
        for _, _, part in decoded(content)
    ):
        hits = _holding([part for _, _, part in batch], wanted, depth=depth + 1)
        for (number, _, _), hit in zip(batch, hits, strict=True):
            found[number] |= hit
    return found


def decoded(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and content of every stretch that some code can be read in."""
    yield from _wide(body)
    yield from _hexadecimal(body)
    yield from _base64(body)
    yield from _escaped(body)
    yield from packed(body)


def _wide(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    for code, shape in _WIDE.items():
        for hit in shape.finditer(body):
            yield hit.start(), hit.end(), hit[0].decode(code, "replace").encode()


def _hexadecimal(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    for hit in _HEX.finditer(body):
        digits = _HEX_NOISE.sub(b"", hit[0])
        for phase in (0, 1):
            even = digits[phase : phase + (len(digits) - phase) // 2 * 2]
            yield hit.start(), hit.end(), binascii.unhexlify(even)


def _base64(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    for hit in _BASE64.finditer(body):
        digits = _LINES.sub(b"", hit[0]).translate(_URL_SAFE)
        for phase in range(4):
            part = digits[phase : phase + (len(digits) - phase) // 4 * 4]
            rest = digits[phase + len(part) :]
            tail = rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
            yield hit.start(), hit.end(), base64.b64decode(part + tail)


def _escaped(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    for hit in _TEXT.finditer(body):
        text = hit[0]
        if _ESCAPE.search(text):
            once = _ESCAPE.sub(_letter, text)
            yield hit.start(), hit.end(), once
            yield hit.start(), hit.end(), _ESCAPE.sub(_letter, once)
            yield hit.start(), hit.end(), once.replace(b"+", b" ")
        if b"=" in text:
            yield hit.start(), hit.end(), quopri.decodestring(text)


def _letter(hit: re.Match[bytes]) -> bytes:
    wide, small, percent, entity, decimal, mark, braced, octal = hit.groups()
    if mark is not None:
        return bytes(mark)
    if octal is not None:
        return bytes([int(octal, 8)])
    if small is not None or percent is not None:
        return bytes([int(small or percent, 16)])
    number = int(decimal) if decimal is not None else int(wide or entity or braced, 16)
    return chr(min(number, 0x10FFFF)).encode("utf-8", "replace")


def packed(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and content of every stream that can be unpacked, within a bound of work."""
    left = _MAX_UNPACKED_IN_ALL
    for number, hit in enumerate(_STREAMS.finditer(body)):
        if number >= _MAX_STREAMS or left <= 0:
            return
        found = _unpacked(memoryview(body)[hit.start() :])
        if found is not None:
            content, used = found
            left -= len(content)
            yield hit.start(), hit.start() + used, content


def _unpacked(data: memoryview) -> tuple[bytes, int] | None:
    """What a stream unpacks to, also the beginning of a damaged one, and its length.

    It is fed in pieces: most of what looks like a stream is none, and fails in the first.
    """
    content = bytearray()
    at = 0
    try:
        opener = _opener(data)
        while at < len(data) and not opener.eof and len(content) < _MAX_UNPACKED:
            piece = bytes(data[at : at + _PIECE])
            at += len(piece)
            content += opener.decompress(piece, _MAX_UNPACKED - len(content))
            at -= len(opener.unused_data)
    except (zlib.error, lzma.LZMAError, MemoryError, EOFError):
        pass
    return (bytes(content), at) if content else None


def _opener(data: memoryview) -> zlib._Decompress | lzma.LZMADecompressor:
    if data[0] in {0x78, 0x1F}:
        return zlib.decompressobj(wbits=47)
    return lzma.LZMADecompressor(memlimit=_MAX_MEMORY)
