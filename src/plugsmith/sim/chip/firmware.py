"""What would run: decides from the flash content which loader and application start, and how.

The rules were checked against 29 real dumps and 5 released images (all must boot on their chip) and
against the wrong-image table of chip-emulation.md 7 (none may).
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.sim.chip.codelines import LINE, PAYLOAD, decrypt, line_states, payload

if TYPE_CHECKING:
    from plugsmith.sim.chip.personality import SimBootCode

LOADER_CODE_END = 0x1_0000
APP_START = 0x1_1000
APP_LOGICAL = 0x1_0000
_APP_AREA_END = 0x13_2000
_TRAILER_LEN = 3 * LINE
_TRAILERS = (0x12_9F0A, 0xF_FF9A, 0x13_1F9A)  # uart-protocol.md 7.4
_VECTORS = bytes.fromhex("14F09FE5")  # ldr pc, [pc, #20], after the reset branch xx 00 00 EA
_FNV_BASIS, _FNV_PRIME = 0x811C_9DC5, 0x0100_0193
_START_CODE_LEN = 0x2000
_TCM = range(0x3F_0000, 0x40_0000)
_NAMED = re.compile(rb"OpenBK(?P<chip>72\d\d[A-Z]?)_(?P<version>\d[0-9A-Za-z.]{0,23})")
# texts that only Tuya applications for these chips hold
_VENDOR_MARKS = (
    (b"BK7231S_2M", ("bk7231t",)),
    (b"BK7231BT", ("bk7231t",)),
    (b"bk7231n", ("bk7231n", "bk7231m")),
)


class AppKind(StrEnum):
    """What an application is, as far as a simulator needs it."""

    OPENBEKEN = "openbeken"
    TUYA = "tuya"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppVerdict:
    """Whether the application boots on this chip; `why` says what stops it."""

    boots: bool
    kind: AppKind = AppKind.OTHER
    version: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    kind: AppKind
    version: str = ""
    chips: tuple[str, ...] = ()  # that it is built for; empty: it does not say


@lru_cache(maxsize=8)
def _fnv1a(data: bytes) -> int:
    value = _FNV_BASIS
    for byte in data:
        value = (value ^ byte) * _FNV_PRIME & 0xFFFF_FFFF
    return value


def judge_application(flash: bytes | bytearray, who: SimBootCode) -> AppVerdict:
    """The verdict on the application in `flash` for the chip of `who`."""
    with memoryview(flash) as view:
        return _judge(bytes(view[APP_START:_APP_AREA_END]), who)


@lru_cache(maxsize=8)
def _judge(area: bytes, who: SimBootCode) -> AppVerdict:
    states = line_states(area)
    if not states or states[0] != ord("V"):
        return AppVerdict(boots=False, why="no valid code line at 0x011000")
    lines = len(states) - len(states.lstrip(b"V"))
    stored = payload(area[: lines * LINE])
    code = decrypt(stored, addr=APP_LOGICAL, key=who.key)
    if code[1:8] != b"\x00\x00\xea" + _VECTORS:
        return AppVerdict(boots=False, why="the vectors are not code under this chip's key")
    problem = _damage(area, states, stored)
    if problem:
        return AppVerdict(boots=False, why=problem)
    named = _named(code)
    fits = who.chip in named.chips if named.chips else _is_for_tcm(code) == who.app_has_tcm
    if not fits:
        return AppVerdict(boots=False, why="the application needs the memory map of another chip")
    return AppVerdict(boots=True, kind=named.kind, version=named.version)


def _damage(area: bytes, states: bytes, stored: bytes) -> str:
    lines = len(stored) // PAYLOAD
    if lines < len(states) and states[lines] != ord("F"):
        return f"broken code line at 0x{APP_START + lines * LINE:06X}"
    trailers = [found for at in _TRAILERS if (found := _trailer(area, at - APP_START))]
    if not trailers:  # some real applications have none
        cut = lines * LINE % 0x1000 == 0
        return "the application ends at a sector boundary" if cut else ""
    for raw_size, fnv in trailers:
        if -(-raw_size // PAYLOAD) == lines and _fnv1a(stored[:raw_size]) == fnv:
            return ""
    return "the application does not match any trailer"


def _trailer(area: bytes, at: int) -> tuple[int, int] | None:
    """Raw size and hash of a sound RBL header at `at`, else None."""
    header = payload(area[at : at + _TRAILER_LEN])
    if len(header) < 0x60 or header[:4] != b"RBL\x00":
        return None
    fnv, raw_size, _, header_crc = struct.unpack_from("<4I", header, 0x50)
    return (raw_size, fnv) if zlib.crc32(header[:0x5C]) == header_crc else None


def _is_for_tcm(code: bytes) -> bool:
    """Whether the start code refers to the tightly coupled memory that N, M and 7238 have."""
    start = code[: min(len(code), _START_CODE_LEN) // 4 * 4]
    return any(word in _TCM for (word,) in struct.iter_unpack("<I", start))


def _named(code: bytes) -> _Named:
    """What the application calls itself (uart-protocol.md 7.6)."""
    for found in _NAMED.finditer(code):
        version = found["version"].decode().rstrip(".")
        chip = "bk" + found["chip"].decode().lower()
        chips = (chip, "bk7231m") if chip == "bk7231n" else (chip,)
        return _Named(kind=AppKind.OPENBEKEN, version=version, chips=chips)
    for mark, chips in _VENDOR_MARKS:
        if mark in code:
            return _Named(kind=AppKind.TUYA, chips=chips)
    return _Named(kind=AppKind.TUYA if b"tuya" in code else AppKind.OTHER)


def loader_is_sound(flash: bytes) -> bool:
    """Whether the loader's code lines are valid up to their blank end."""
    states = line_states(flash[:LOADER_CODE_END])
    valid = len(states) - len(states.lstrip(b"V"))
    return valid > 0 and (valid == len(states) or states[valid] == ord("F"))
