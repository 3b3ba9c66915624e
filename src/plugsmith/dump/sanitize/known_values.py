"""Known secret values and every form in which a copy of them may lie somewhere else.

Raw, base64, hexadecimal, the Wi-Fi key computed from name and password, a MAC in its spellings, and
the value itself under the mask of the Wi-Fi cache in its eight phases.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.survey.credentials import SecretKind, is_blanked
from plugsmith.tuya.fast_connect import read_fast_connect
from plugsmith.tuya.wpa_key import wpa_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.dump.survey.secret_scan import SecretHit

MIN_LEN = 4  # shorter values occur by chance everywhere; their own fields are decoded instead
_FREE_LEN = 6  # from here on a value counts wherever it stands, not only as a word of its own
_MAX_VALUES = 400
_MAX_PAIRS = 12
_NO_VALUES = frozenset(
    {
        SecretKind.REGION,
        SecretKind.OLD_PAGES,
        SecretKind.LEFTOVER,
        SecretKind.LOG,
        SecretKind.FILES,
        SecretKind.UNREADABLE,
        SecretKind.UNKNOWN_RECORD,
        SecretKind.UNKNOWN_FIELD,
    }
)
_LOOSE = ("raw", "masked", "decrypted")  # no structure says where such a value ends
_WORD = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """Bytes to look for; `anywhere` false means: only where no letter or digit is next to them.

    `direct`: the value itself, not a coded form of it.
    """

    pattern: bytes
    anywhere: bool
    direct: bool = True

    def __repr__(self) -> str:
        return f"Form(length={len(self.pattern)}, anywhere={self.anywhere})"


def collect(hits: Iterable[SecretHit], *, mac: bytes | None) -> frozenset[bytes]:
    """The values worth looking for: those of the hits, what they decode to, and the MAC."""
    names: set[bytes] = set()
    words: set[bytes] = set()
    others: set[bytes] = set()
    for hit in hits:
        value = _readable(hit.value) if hit.where in _LOOSE else hit.value
        if hit.kind is SecretKind.WIFI_CACHE:
            _from_cache(hit.value, names, words, others)
        elif hit.kind is SecretKind.WIFI_NAME:
            names |= _decoded(value)
        elif hit.kind is SecretKind.WIFI_PASSWORD:
            words |= _decoded(value)
        elif hit.kind not in _NO_VALUES:
            others |= _decoded(value)
    values = {value for value in names | words | others if usable(value)}
    values |= set(_keys(names, words))
    if mac is not None:
        values.add(mac)
    return frozenset(sorted(values)[:_MAX_VALUES])


def usable(value: bytes) -> bool:
    """Whether a search for the value means anything."""
    return len(value) >= MIN_LEN and not is_blanked(value) and len(set(value)) > 1


def forms_of(values: Iterable[bytes]) -> tuple[SearchForm, ...]:
    """Every form of every value, each once."""
    patterns: dict[bytes, bool] = {}
    for value in values:
        for number, pattern in enumerate(_spellings(value)):
            if len(pattern) >= MIN_LEN:
                patterns[pattern] = patterns.get(pattern, False) or number == 0
    return tuple(
        SearchForm(pattern=pattern, anywhere=len(pattern) >= _FREE_LEN, direct=direct)
        for pattern, direct in patterns.items()
    )


def direct_values(forms: Iterable[SearchForm]) -> list[bytes]:
    """The values themselves, without their coded forms, that count wherever they stand."""
    return [form.pattern for form in forms if form.direct and form.anywhere]


def occurrences(data: bytes, forms: Iterable[SearchForm]) -> Iterator[tuple[int, int]]:
    """Start and length of every hit of a form in `data`."""
    for form in forms:
        at = data.find(form.pattern)
        while at >= 0:
            end = at + len(form.pattern)
            if form.anywhere or _alone(data, at, end):
                yield at, len(form.pattern)
            at = data.find(form.pattern, at + 1)


def _alone(data: bytes, start: int, end: int) -> bool:
    before = data[start - 1] if start else 0
    after = data[end] if end < len(data) else 0
    return before not in _WORD and after not in _WORD


def _from_cache(body: bytes, names: set[bytes], words: set[bytes], others: set[bytes]) -> None:
    item = read_fast_connect(body) or read_fast_connect(body[4:])
    if item is None:
        return
    names.add(item.ssid)
    words.add(item.password)
    others.add(item.psk.encode("ascii"))
    others.add(item.bssid)


def _decoded(value: bytes) -> set[bytes]:
    """The value, what it is in base64, and what its JSON escapes stand for."""
    found = {value, value.replace(b"\\/", b"/").replace(b'\\"', b'"').replace(b"\\\\", b"\\")}
    try:
        plain = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return found
    if len(plain) >= MIN_LEN and plain.rstrip(b"\0").isascii() and _printable(plain):
        found.add(plain.rstrip(b"\0"))
    return found


def _readable(value: bytes) -> bytes:
    """The text at its start: behind a telling word in noise may stand noise."""
    text = value.decode("utf-8", "replace")
    end = next((at for at, letter in enumerate(text) if not _is_letter(letter)), len(text))
    return text[:end].encode()


def _is_letter(letter: str) -> bool:
    return letter.isprintable() and letter != "\ufffd"


def _printable(text: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in text.rstrip(b"\0"))


def _keys(names: set[bytes], words: set[bytes]) -> Iterator[bytes]:
    """WPA keys of the names and passwords, as bytes and as digits."""
    pairs = [(name, word) for name in sorted(names) for word in sorted(words)]
    for name, word in pairs[:_MAX_PAIRS]:
        if 8 <= len(word) <= 63 and 0 < len(name) <= 32:
            key = wpa_key(word, name)
            yield key
            yield key.hex().encode("ascii")


def _spellings(value: bytes) -> Iterator[bytes]:
    yield value
    if len(value) == 6 and not _printable(value):  # a MAC or BSSID
        digits = value.hex()
        for text in (digits, value.hex(":"), value.hex("-")):
            yield text.encode("ascii")
            yield text.upper().encode("ascii")
        return
    coded = base64.b64encode(value).rstrip(b"=")
    yield coded[: len(value) * 4 // 3]  # without the last digit, which what follows would change
    yield value.hex().encode("ascii")
    yield value.hex().upper().encode("ascii")
