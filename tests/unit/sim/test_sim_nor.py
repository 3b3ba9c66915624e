"""The NOR model: AND, erase units, wrap, protection ranges, log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.sim.flash.nor import NorFlash, Operation, OpKind
from plugsmith.sim.flash.parts import KNOWN_PARTS, part_for, part_of_size

SIZE = 0x20_0000
PART = part_of_size(SIZE, rom_family=False)


def blank(status: int = 0) -> NorFlash:
    return NorFlash(PART, b"\xff" * SIZE, status=status)


def test_programming_only_clears_bits():
    nor = blank()
    nor.program(0x1000, b"\xf0")
    nor.program(0x1000, b"\x3c")
    assert nor.read(0x1000, 1) == b"\x30"


@pytest.mark.parametrize("unit", [0x1000, 0x8000, 0x1_0000])
def test_erase_rounds_down_to_its_unit_and_counts_sectors(unit):
    nor = NorFlash(PART, bytes(SIZE), status=0)
    nor.erase(0x1_2345, unit)
    start = 0x1_2345 // unit * unit
    assert nor.read(start, unit) == b"\xff" * unit
    assert nor.read(start + unit, 1) == b"\0"
    assert sorted(nor.erase_counts) == list(range(start >> 12, (start + unit) >> 12))
    assert nor.operations == [Operation(kind=OpKind.ERASE, addr=start, length=unit)]


def test_addresses_wrap_at_24_bits_and_at_the_size():
    nor = blank()
    nor.program(0x0120_3000, b"\x11")
    assert nor.read(0x3000, 1) == b"\x11"
    assert nor.read(0xFF_FFFF + 1 + 0x3000, 1) == b"\x11"
    nor.program(SIZE - 1, b"\x22\x33")
    assert (nor.read(SIZE - 1, 2), nor.read(0, 1)) == (b"\x22\x33", b"\x33")


@pytest.mark.parametrize(
    ("status", "span"),
    [(0x00, (0, 0)), (0x1C, (0, SIZE)), (0x7C, (0, SIZE)), (0x04, (0x1F_0000, SIZE)),
     (0x24, (0, 0x1_0000)), (0x18, (0, SIZE)), (0x44, (0x1F_F000, SIZE)), (0x64, (0, 0x1000)),
     (0x4004, (0, 0x1F_0000)), (0x4000, (0, SIZE)), (0x407C, (0, 0))],
)  # fmt: skip
def test_protected_range_follows_bp_and_cmp(status, span):
    start, end = blank(status).protected_span()
    assert (start, end) == span or (start == end and span[0] == span[1])


def test_a_protected_part_swallows_and_logs():
    nor = blank(0x7C)
    assert nor.erase(0x1000, 0x1000) is False
    assert nor.program(0x1000, b"\0") is False
    assert [op.kind for op in nor.operations] == [OpKind.ERASE_BLOCKED, OpKind.PROGRAM_BLOCKED]
    nor.write_status(0)
    assert nor.program(0x1000, b"\0") is True


def test_parts_are_what_their_ids_say():
    for part in KNOWN_PARTS:
        assert part.size == 1 << part.jedec[2]
    assert part_for(b"\x01\x02\x15", size=SIZE).loader_protect == 0
    assert part_of_size(0x40_0000, rom_family=True).size == 0x40_0000


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, SIZE - 1), st.binary(min_size=1, max_size=300)),
        max_size=20,
    )
)
def test_any_sequence_equals_a_model(steps):
    nor, model = blank(), bytearray(b"\xff" * SIZE)
    for is_erase, addr, data in steps:
        if is_erase:
            nor.erase(addr, 0x1000)
            start = addr // 0x1000 * 0x1000
            model[start : start + 0x1000] = b"\xff" * 0x1000
        else:
            nor.program(addr, data)
            for i, byte in enumerate(data):
                model[(addr + i) % SIZE] &= byte
    assert nor.content == model
