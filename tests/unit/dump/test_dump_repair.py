"""Order restored: rotation, shift, lost and added bytes; and no claim without a proof."""

from __future__ import annotations

import pytest
from dump_rig import dump_of, forged

from plugsmith.dump.repair import Undone, repair
from plugsmith.dump.survey.report import DamageKind
from plugsmith.errors.dump import NotADump, RepairUnproven


def whole() -> bytes:
    return forged(paired=True).data


def done(data: bytes) -> tuple[bytes, list[tuple[Undone, int]]]:
    fixed = repair(dump_of(data))
    return fixed.data, [(step.what, step.amount) for step in fixed.done]


@pytest.mark.parametrize("amount", [0x1000, 0x1_1000, 0x10_0000])
def test_rotation(amount):
    data = whole()
    assert done(data[amount:] + data[:amount]) == (data, [(Undone.ROTATION, amount)])


@pytest.mark.sample(1)
@pytest.mark.parametrize("front", [b"\0", b"\x5a" * 13, b"\xff" * 4096])
def test_bytes_in_front(front):
    assert done(front + whole()) == (whole(), [(Undone.SHIFT, len(front))])


def test_bytes_lost_in_a_gap_come_back_as_erased():
    data = whole()
    cut = data[:0x17_0000] + data[0x17_0025:]
    assert done(cut) == (data, [(Undone.LOST_BYTES, 0x25)])


def test_bytes_added_in_a_gap_are_taken_out():
    data = whole()
    assert done(data[:0x17_0000] + b"\xff" * 5 + data[0x17_0000:])[0] == data


@pytest.mark.parametrize("tail", [b"\xff" * 300, bytes(0x8000)])
def test_bytes_behind_the_end(tail):
    assert done(whole() + tail) == (whole(), [(Undone.TRAILING, len(tail))])


def test_a_flash_read_twice_as_long_is_cut():
    assert done(whole() * 2) == (whole(), [(Undone.TRAILING, len(whole()))])


def test_an_old_dump_without_its_boot_loader_is_filled_and_says_so():
    fixed = repair(dump_of(whole()[0x1_1000:]))
    assert fixed.data == b"\xff" * 0x1_1000 + whole()[0x1_1000:]
    assert DamageKind.LOADER_MISSING in {item.kind for item in fixed.left}


def test_lost_first_bytes_are_filled_and_the_rest_is_in_place():
    fixed = repair(dump_of(whole()[7:]))
    assert fixed.data[7:] == whole()[7:]
    assert fixed.data[:7] == b"\xff" * 7


def test_a_sound_dump_is_left_alone():
    assert done(whole()) == (whole(), [])


def test_truncation_cannot_be_repaired_and_is_listed():
    fixed = repair(dump_of(whole()[:0x1F_8000]))
    assert fixed.done == ()
    assert DamageKind.TRUNCATED in {item.kind for item in fixed.left}


def test_two_faults_at_once_are_not_guessed_at():
    data = whole()
    with pytest.raises(RepairUnproven):
        repair(dump_of(b"abc" + data[0x1_1000:] + data[:0x1_1000]))


@pytest.mark.parametrize("data", [b"\xff" * 0x4000, b"text\n" * 500])
def test_what_is_no_flash_is_refused(data):
    with pytest.raises(NotADump):
        repair(dump_of(data))
