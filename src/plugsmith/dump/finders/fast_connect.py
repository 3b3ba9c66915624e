"""The cache of the last Wi-Fi connection, in clear or masked, anywhere in the file.

The fixed part of a cache is its PSK: 64 hexadecimal digits. In clear they are looked for as such;
under the mask every byte of them has one of 16 values a position, so a regular expression finds
them in each of the 8 phases without unmasking 2 MiB.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.fast_connect import PSK_AT, XOR_PATTERN, StoredForm, read_fast_connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PSK_LEN = 64
_RUN = b"1" * _PSK_LEN
_DIGITS = b"0123456789abcdefABCDEF"


def find(data: bytes) -> list[Finding]:
    """Places whose bytes decode as a cached connection; the span is the sector from its start."""
    found: list[Finding] = []
    for form, start in _candidates(data):
        item = read_fast_connect(data[start : start + 0x100], forms=(form,))
        if item is None or any(start in old.span for old in found):
            continue
        found.append(
            Finding(
                kind=FindingKind.FAST_CONNECT,
                span=AddressRange(start, min(start + SECTOR_LEN, len(data))),
                evidence=("PSK of 64 digits", "readable password"),
                facts={"form": form.value, "long": bool(item.rest)},
            )
        )
    return found


def _candidates(data: bytes) -> list[tuple[StoredForm, int]]:
    """Where a cache may start: 64 digits follow at the right distance."""
    runs = _digit_runs(data.translate(_digit_marks()))
    plain = (at for start, end in runs for at in {start, end - _PSK_LEN})
    hits = [(StoredForm.PLAIN, at - PSK_AT) for at in plain if at >= PSK_AT]
    masked = (hit.start() for hit in _masked_digits().finditer(data))
    hits += [(StoredForm.XOR, at - PSK_AT) for at in masked if at >= PSK_AT]
    return sorted(hits, key=lambda hit: hit[1])


def _digit_runs(marks: bytes) -> Iterator[tuple[int, int]]:
    """Stretches of at least 64 digits; a search for so many at once is quicker than a pattern."""
    start = marks.find(_RUN)
    while start >= 0:
        end = marks.find(b"0", start)
        end = end if end >= 0 else len(marks)
        yield start, end
        start = marks.find(_RUN, end)


@cache
def _digit_marks() -> bytes:
    return bytes(0x31 if value in _DIGITS else 0x30 for value in range(256))


@cache
def _masked_digits() -> re.Pattern[bytes]:
    return re.compile(
        b"".join(
            _one_of(digit ^ XOR_PATTERN[(PSK_AT + at) % len(XOR_PATTERN)] for digit in _DIGITS)
            for at in range(_PSK_LEN)
        )
    )


def _one_of(values: Iterable[int]) -> bytes:
    return b"[" + b"".join(re.escape(bytes([value])) for value in sorted(set(values))) + b"]"
