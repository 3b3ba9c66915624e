"""Searching for a pattern in a whole flash: only where it can stand, quickly and completely."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from plugsmith.dump.finding import find_all, find_in_steps

PATTERN = b"\x12\x34\x56\x78"
BLANK = b"\xff" * 0x1000
WRITTEN = (b"ab" + b"\xff" * 0x7FB + b"xab\xff\xffab").ljust(0xFFE, b"\xff") + b"ab"


@pytest.mark.parametrize(
    "filling", [b"\xff", b"\x00", b"\x12", b"\x12\x34\x56\x00" + bytes(12), b""]
)
@pytest.mark.parametrize("limit", [256, 3])
def test_a_search_in_steps_finds_what_a_whole_search_finds_there(filling, limit):
    source = random.Random(5)
    data = bytearray((filling * 0x4000)[:0x4000] if filling else source.randbytes(0x4000))
    for at in (0, 33, 160, 0x1000, 0x1234, 0x3FF0, 0x3FFC, *range(0x2000, 0x2200, 8)):
        data[at : at + 4] = PATTERN
    every = [at for at in find_all(bytes(data), PATTERN, limit=len(data)) if at % 16 == 0]
    assert find_in_steps(bytes(data), PATTERN, step=16, limit=limit) == every[:limit]
    assert len(every) > 30


def test_nothing_is_found_in_nothing():
    assert find_in_steps(b"", PATTERN, step=16) == []
    assert find_in_steps(PATTERN[:3], PATTERN, step=16) == []


class Counted(bytes):
    calls = 0

    def find(self, *args):
        self.calls += 1
        return super().find(*args)


@pytest.mark.parametrize("shift", [0, 3])
def test_what_was_made_to_be_slow_costs_no_look_at_every_place(shift):
    row = (b"\x12" * 16)[:shift] + PATTERN * 4
    data = Counted(row[:16] * 0x1000)
    found = find_in_steps(data, PATTERN, step=16, limit=3)
    assert found == ([0, 16, 32] if not shift else [])
    assert data.calls <= 4


def everywhere(data, pattern):
    return [hit.start() for hit in re.finditer(b"(?=%s)" % re.escape(pattern), data)]


@pytest.mark.parametrize(
    "pattern",
    [
        b"\xff\xff",
        b"\xffab",
        b"ab\xff",
        b"\0",
        b"ab\xffab",
        b"ba",
        b"b" + BLANK + b"a",
        b"ab" + BLANK[:3000],
    ],
)
def test_blank_pages_are_left_out_and_nothing_in_or_at_them_is_missed(pattern):
    kinds = (BLANK, WRITTEN, bytes(0x1000), WRITTEN[-0x7FE:])
    for count in range(4):
        for pages in itertools.product(kinds, repeat=count):
            data = b"".join(pages)
            assert find_all(data, pattern, limit=len(data) + 1) == everywhere(data, pattern)
            assert find_all(data, pattern, limit=3) == everywhere(data, pattern)[:3]
