"""Texts whose letters stand for bytes (base64, base32, uuencode, hex in lines or not), and XML."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.wrapping import Unwrapped
from plugsmith.image.foreign.letters import letters_of
from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE64 = N_("base64 was decoded")
BASE32 = N_("base32 was decoded")
UUENCODE = N_("uuencode was decoded")
HEX = N_("hexadecimal digits were read as a text")
NUMBERS = N_("numbers were read as the bytes of a text")
ELEMENTS = N_("elements or attributes of XML were read as keys and values")

_HEX_LINE = re.compile(
    r"^[>*\s]{0,8}(?:0x)?[0-9A-Fa-f]{4,16}[h:|]{0,2}[ \t]+"
    r"((?:(?:[0-9A-Fa-f]{2}){1,8}(?:[ \t-]{1,2}|(?=\s|$|\|))){1,32})",
    re.MULTILINE,
)
_HEX_RUN = re.compile(r"(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s,;:-]{0,4}){16,}")
_BYTE = re.compile(r"(?:0x|\\x)?([0-9A-Fa-f]{2})")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[> ]{0,4}[A-Za-z0-9+/_-]{1,})*={0,2}")
_BASE32_RUN = re.compile(r"[A-Z2-7]{16,}(?:\r?\n[> ]{0,4}[A-Z2-7]{1,})*={0,6}")
_UU_BLOCK = re.compile(
    r"^begin [0-7]{3,4} [^\r\n]{1,200}\r?\n(?:[ -`]{1,61}\r?\n){1,40000}?(?=end\b)",
    re.MULTILINE,
)
_NUMBERS = re.compile(r"(?:\d{1,3}[\s,;]{1,4}){15,}\d{1,3}")
_SHORTEST, _MOST_RUNS = 16, 64  # bytes of a text; runs that are tried
_MOST_UNPACKED = 0x10_0000
_ZLIB_OR_GZIP = 47
_LINE_LEN = 16  # bytes in a line of a hex viewer
_ELEMENT = re.compile(r"<([A-Za-z]\w{1,39})(?:\s[^<>]{0,200})?>\s{0,40}([\w.-]{1,64})\s{0,40}</\1>")
_NAMED = re.compile(
    r"<\w{1,40}\s[^<>]{0,100}?\b(?:name|key|id)\s?=\s?[\"']([A-Za-z]\w{1,39})[\"']"
    r"(?:[^<>]{0,100}?\bvalue\s?=\s?[\"']([\w.-]{1,64})[\"']"
    r"|[^<>]{0,100}>\s{0,40}([\w.-]{1,64}))"
)
_KEYED = re.compile(r"<key>\s?([A-Za-z]\w{1,39})\s?</key>\s{0,80}<\w{1,40}>\s?([\w.-]{1,64})\s?</")
_DECLARATION = re.compile(r"<\?[^>]{0,200}\?>")
_ATTRIBUTE = re.compile(r"\b([A-Za-z]\w{1,39})\s?=\s?[\"']([\w.-]{1,64})[\"']")


def decodings(text: str) -> Iterator[Unwrapped]:
    """Every text that `text` may stand for."""
    for remark, spelled in _spellings(text):
        data = _unpacked(spelled)
        letters = letters_of(data) if len(data) >= _SHORTEST else None
        if letters is not None:
            yield Unwrapped(text=letters.text, remarks=(remark,))
    marked = _DECLARATION.sub("", text)
    for pattern in (_NAMED, _KEYED, _ELEMENT, _ATTRIBUTE) if "<" in text else ():
        lines = [
            f"{hit[1]}: {next(filter(None, hit.groups()[1:]), '')}"
            for hit in pattern.finditer(marked)
        ]
        if len(lines) > 1:
            yield Unwrapped(text="\n".join(lines), remarks=(ELEMENTS,))


def _spellings(text: str) -> Iterator[tuple[str, bytes]]:
    rows = [_digits(hit[1])[:_LINE_LEN] for hit in _HEX_LINE.finditer(text)]
    if rows:
        plain = b"".join(rows)
        yield HEX, plain
        yield HEX, _swapped(plain)
    for remark, pattern, bytes_of in _RUNS:
        for hit in islice(pattern.finditer(text), _MOST_RUNS):
            yield remark, bytes_of(hit[0])


def _unpacked(data: bytes) -> bytes:
    """What was packed by gzip or zlib before it was spelled; all else as it is."""
    if not data.startswith((b"\x1f\x8b", b"\x78")):
        return data
    try:
        return zlib.decompressobj(_ZLIB_OR_GZIP).decompress(data, _MOST_UNPACKED)
    except zlib.error:
        return data


def _digits(text: str) -> bytes:
    return bytes.fromhex("".join(_BYTE.findall(text)))


def _swapped(data: bytes) -> bytes:
    """The bytes of words that a viewer wrote as numbers: the lower one first."""
    even = data[: len(data) // 2 * 2]
    out = bytearray(len(even))
    out[::2], out[1::2] = even[1::2], even[::2]
    return bytes(out)


def _from_base64(run: str) -> bytes:
    letters = re.sub(r"[^A-Za-z0-9+/_-]", "", run).replace("-", "+").replace("_", "/")
    if len(letters) % 4 == 1:  # no number of bytes has so many
        letters = letters[:-1]
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def _from_base32(run: str) -> bytes:
    letters = re.sub(r"[^A-Z2-7]", "", run)
    short = {1: 1, 3: 1, 6: 1}.get(len(letters) % 8, 0)  # no number of bytes has so many
    letters = letters[: len(letters) - short]
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def _from_numbers(run: str) -> bytes:
    return bytes(min(int(number), 0xFF) for number in re.findall(r"\d+", run))


def _from_uu(block: str) -> bytes:
    """The bytes of its lines behind the first; one that is damaged is left out."""
    found = []
    for line in block.splitlines()[1:]:
        with suppress(binascii.Error):
            found.append(binascii.a2b_uu(line))
    return b"".join(found)


_RUNS = (
    (HEX, _HEX_RUN, _digits),
    (NUMBERS, _NUMBERS, _from_numbers),
    (BASE64, _BASE64_RUN, _from_base64),
    (BASE32, _BASE32_RUN, _from_base32),
    (UUENCODE, _UU_BLOCK, _from_uu),
)
