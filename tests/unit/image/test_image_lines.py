"""Code lines, addresses and the vectors of uart-protocol.md 3.4 and 6."""

from __future__ import annotations

import random

import pytest
from fastcrc import crc16

from plugsmith.image.crc import (
    ERASED_LINE,
    PADDED_LINE,
    bad_lines,
    build_lines,
    check_code,
    code_end,
    line_crc,
)
from plugsmith.image.physical import physical_len, strip_lines, to_logical, to_physical


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"123456789", 0xAEE7),
        (b"\xff" * 32, 0x000C),
        (bytes(32), 0x8029),
        (bytes(range(32)), 0x259D),
    ],
)
def test_the_published_crc_vectors(data, crc):
    assert line_crc(data) == crc


def test_a_built_line_ends_with_its_crc_big_endian():
    assert build_lines(bytes(range(32))) == bytes(range(32)) + b"\x25\x9d"
    assert build_lines(b"\xff" * 5) == PADDED_LINE


def test_an_erased_line_fails_its_own_crc():
    assert bad_lines(ERASED_LINE) == [0]
    assert bad_lines(PADDED_LINE) == []


@pytest.mark.parametrize(
    ("logical", "physical"),
    [(0x10000, 0x11000), (0x118700, 0x129F70), (0x120000, 0x132000), (0x1F, 0x1F), (0x20, 0x22)],
)
def test_published_addresses(logical, physical):
    assert to_physical(logical) == physical
    assert to_logical(physical) == logical


def test_crc_bytes_count_as_the_end_of_their_line():
    assert to_logical(0x20) == 0x20
    assert to_logical(0x21) == 0x20


def test_code_ends_at_the_first_erased_line_on_the_grid():
    code = bytes(range(256)) * 2
    stored = build_lines(code)
    assert len(stored) == physical_len(len(code))
    report = check_code(stored + b"\xff" * 340)
    assert (report.ok, report.end, report.lines) == (True, len(stored), 16)
    assert code_end(b"\x00" * 17 + b"\xff" * 51) == 34


def test_every_flipped_bit_of_a_line_is_seen():
    stored = build_lines(bytes(range(64)))
    for bit in range(len(stored) * 8):
        broken = bytearray(stored)
        broken[bit // 8] ^= 1 << bit % 8
        assert bad_lines(bytes(broken)) == [bit // 8 // 34 * 34]


def test_strip_undoes_build_also_with_a_short_tail():
    code = bytes(range(200))
    assert strip_lines(build_lines(code))[:200] == code
    assert strip_lines(build_lines(code)[:40]) == code[:38]
    assert check_code(b"").ok is False


@pytest.mark.parametrize("count", [0, 1, 2, 23, 24, 25, 400])
def test_many_lines_at_once_are_judged_as_an_outside_library_judges_each(count):
    chance = random.Random(count)
    code = chance.randbytes(32 * count)
    stored = bytearray(build_lines(code))
    for at in range(0, len(stored), 34):
        assert int.from_bytes(stored[at + 32 : at + 34], "big") == crc16.cms(
            bytes(stored[at : at + 32])
        )
    broken = sorted(chance.sample(range(count), count // 3))
    for line in broken:
        stored[line * 34 + chance.randrange(34)] ^= 1 << chance.randrange(8)
    tail = chance.randbytes(33)
    assert bad_lines(bytes(stored) + tail) == [line * 34 for line in broken]
