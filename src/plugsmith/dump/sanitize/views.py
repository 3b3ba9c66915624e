"""The ways in which bytes of a dump can be text: as they lie, masked, or encrypted by a store.

A page of the vendor's store can lie anywhere, so each key is tried in all 16 phases; the mask of
the Wi-Fi cache in its eight. In the wrong phase bytes are noise, in which text is rare: searches
look at the runs of text alone, and only for values that are no text at the whole view.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.store.stores import decrypt_phase
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.tuya.fast_connect import XOR_PATTERN, mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.memory import AddressRange

_SHORTEST = 6
_LONG = 12  # chance runs of this length are a handful in a whole flash
_BETWEEN = b"\n\1\n"  # no value, no code and no telling name reaches over it
_TEXTS = re.compile(rb"[\0\t\r\n\x20-\x7e]{%d,}" % _SHORTEST)


@dataclass(frozen=True, slots=True)
class View:
    """Bytes as one decoder shows them; the first of them lies at `base` of the file."""

    name: str
    base: int
    body: bytes

    def __repr__(self) -> str:
        return f"View({self.name!r}, base={self.base}, length={len(self.body)})"


class Runs:
    """Runs of text of many views, one behind the other, so that one search serves them all."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._starts: list[int] = []
        self._places: list[tuple[View, int]] = []
        self._length = 0

    def add(self, view: View, hit: re.Match[bytes]) -> None:
        """Take a run of `view` in."""
        self._parts += (hit[0], _BETWEEN)
        self._starts.append(self._length)
        self._places.append((view, hit.start()))
        self._length += len(hit[0]) + len(_BETWEEN)

    def text(self) -> bytes:
        """All of them; what stands between two is in no value and in no code."""
        return b"".join(self._parts)

    def place(self, at: int, length: int) -> tuple[View, int, int]:
        """The view, and there start and length, of `length` bytes at `at` of the text."""
        run = bisect_right(self._starts, at) - 1
        skipped = 0
        if at - self._starts[run] >= len(self._parts[2 * run]) and run + 1 < len(self._starts):
            run += 1
            skipped = self._starts[run] - at
        view, start = self._places[run]
        inside = at + skipped - self._starts[run]
        room = len(self._parts[2 * run]) - inside
        return view, start + inside, max(1, min(length - skipped, room))


def runs_of(views: Iterable[View]) -> tuple[Runs, Runs]:
    """Every run of text of the views, and those of them that are no accident."""
    short, long = Runs(), Runs()
    for view in views:
        for hit in _TEXTS.finditer(view.body):
            length = len(hit[0].strip(b"\0"))
            if length >= _SHORTEST:
                short.add(view, hit)
            if length >= _LONG:
                long.add(view, hit)
    return short, long


def masked_views(data: bytes, spans: Iterable[AddressRange]) -> Iterator[View]:
    """The spans under the mask, in each of its phases."""
    for span in spans:
        body = data[span.start : span.end]
        for phase in range(len(XOR_PATTERN)):
            yield View("masked", span.start, mask(bytes(phase) + body)[phase:])


def decrypted_views(
    data: bytes, spans: Iterable[AddressRange], keys: Sequence[bytes]
) -> Iterator[View]:
    """The spans as each key decrypts them, in all phases."""
    for span in spans:
        for key in keys:
            for phase in range(BLOCK_LEN):
                start = span.start + phase
                if start + BLOCK_LEN <= span.end:
                    plain = decrypt_phase(data[start : span.end], key=key, phase=0)
                    yield View("decrypted", start, plain)
