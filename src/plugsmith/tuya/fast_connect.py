"""The cache of the last Wi-Fi connection, with the password in clear or under a fixed XOR.

Source: tuya-storage.md section 5.3. Everything in it is secret.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.errors.content import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable

XOR_PATTERN = bytes.fromhex("55aa5a55a54d637f")
FIELDS_LEN = 0xAB
LENGTHS = (0xAB, 0xBC)  # classic firmware, TuyaOS 3
PSK_AT = 0x29

_FIELDS = struct.Struct("<33s6sBB65s65s")
_SIGNS = bytes(value for value in range(0x20, 0x100) if value != 0x7F)  # of a text
_HEX = frozenset(b"0123456789abcdefABCDEF")


class StoredForm(StrEnum):
    """How the bytes lie in flash."""

    PLAIN = "plain"
    XOR = "xor"


@dataclass(frozen=True, slots=True, kw_only=True)
class FastConnect:
    """One cached connection; `rest` holds the bytes 0xAB to 0xBB of the longer form."""

    ssid: bytes
    bssid: bytes
    security: int
    channel: int
    psk: str
    password: bytes
    form: StoredForm = StoredForm.PLAIN
    rest: bytes = b""

    def __repr__(self) -> str:
        return f"FastConnect(form={self.form.value!r})"  # the fields are credentials


def mask(data: bytes) -> bytes:
    """XOR with the repeating pattern, phase 0 at the start; the same call undoes it."""
    times = -(-len(data) // len(XOR_PATTERN))
    pattern = (XOR_PATTERN * times)[: len(data)]
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(pattern, "little")
    return mixed.to_bytes(len(data), "little")


def read_fast_connect(
    sector: bytes, *, forms: Iterable[StoredForm] = tuple(StoredForm)
) -> FastConnect | None:
    """The connection at the start of `sector` in one of `forms`; None if none fits."""
    for form in forms:
        head = sector[: max(LENGTHS)]
        plain = head if form is StoredForm.PLAIN else mask(head)
        found = _read(plain, form)
        if found is not None:
            return found
    return None


def decode_fast_connect(sector: bytes) -> FastConnect:
    """As `read_fast_connect`, but raises Malformed if neither form fits."""
    found = read_fast_connect(sector)
    if found is None:
        raise Malformed(structure="fast-connect sector", problem="it holds no PSK", offset=PSK_AT)
    return found


def _read(plain: bytes, form: StoredForm) -> FastConnect | None:
    if len(plain) < FIELDS_LEN:
        return None
    ssid, bssid, security, channel, psk, password = _FIELDS.unpack_from(plain)
    if not _HEX.issuperset(psk[:64]) or psk[64] not in (0x00, 0xFF):
        return None
    word, name = _text(password), _text(ssid)
    if word is None or name is None or not 0 < len(word) < 65:
        return None
    return FastConnect(
        ssid=name,
        bssid=bssid,
        security=security,
        channel=channel,
        psk=psk[:64].decode("ascii"),
        password=word,
        form=form,
        rest=_rest(plain, form),
    )


def _rest(plain: bytes, form: StoredForm) -> bytes:
    """The bytes of the longer form, if it is the longer form: erased bytes follow the shorter."""
    rest = plain[FIELDS_LEN : LENGTHS[1]]
    stored = rest if form is StoredForm.PLAIN else _mask_at(rest, FIELDS_LEN)
    return b"" if not stored.strip(b"\xff") or len(rest) < LENGTHS[1] - FIELDS_LEN else rest


def _mask_at(data: bytes, at: int) -> bytes:
    return mask(bytes(at) + data)[at:]


def _text(raw: bytes) -> bytes | None:
    """The bytes before the zero, if they are text and only zeros follow."""
    text, zero, rest = raw.partition(b"\0")
    readable = not text.translate(None, _SIGNS)
    return text if zero and readable and not rest.strip(b"\0\xff") else None


def encode_fast_connect(item: FastConnect) -> bytes:
    """The stored bytes (0xAB or 0xBC of them). Raises Malformed if a field does not fit."""
    fits = len(item.ssid) < 33 and len(item.password) < 65 and len(item.bssid) == 6
    if not fits or len(item.psk) != 64 or len(item.rest) not in (0, LENGTHS[1] - FIELDS_LEN):
        raise Malformed(structure="fast-connect sector", problem="a field does not fit", offset=0)
    plain = _FIELDS.pack(
        item.ssid,
        item.bssid,
        item.security,
        item.channel,
        item.psk.encode("ascii", "replace"),
        item.password,
    )
    whole = plain + item.rest
    return whole if item.form is StoredForm.PLAIN else mask(whole)
