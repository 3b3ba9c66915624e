"""The flash itself: identified, read, erased, written; protection; what must never be sent."""

from __future__ import annotations

import zlib

import pytest
from spi_rig import LOADER, SIZE, SpiRig, factory

from plugsmith.clock import VirtualClock
from plugsmith.errors import PlugsmithError
from plugsmith.errors.flash import WriteLost
from plugsmith.errors.link import LinkLost
from plugsmith.errors.safety import (
    FlashProtected,
    OutsideFlash,
    ProtectedRange,
    UnknownFlashPart,
)
from plugsmith.memory import AddressRange
from plugsmith.sim.faults import FaultPlan, StuckProtection, WeakSector
from plugsmith.sim.spi.serprog import Manners
from plugsmith.spi.nor import Nor

NEVER = {0xC7, 0x60, 0x3A, 0x42, 0x44, 0x48}
SECTOR = AddressRange(0x3000, 0x4000)


def _written(rig, flash, addr, data):
    flash.prepare_writes(AddressRange.sized(addr, len(data)))
    flash.rewrite(addr, data)
    flash.restore_protection()
    return rig.content


@pytest.mark.parametrize("limit", [0, 64, 260])
def test_what_is_read_is_what_the_chip_holds_whatever_the_programmers_limits(limit):
    rig = SpiRig(manners=Manners(max_write=limit, max_read=limit))
    flash = rig.open()
    span = AddressRange(0xFF00, 0x1_2300)
    assert flash.read(span) == rig.before[span.start : span.end]
    assert flash.crc32(SECTOR) == zlib.crc32(rig.before[SECTOR.start : SECTOR.end])


@pytest.mark.parametrize("limit", [0, 68, 260])
def test_a_sector_is_rewritten_and_nothing_else_changes(limit):
    rig = SpiRig(manners=Manners(max_write=limit))
    new = bytes(range(256)) * 16
    after = _written(rig, rig.open(), SECTOR.start, new)
    assert after == rig.before[: SECTOR.start] + new + rig.before[SECTOR.end :]
    assert not NEVER & set(rig.face.commands.opcodes)


@pytest.mark.parametrize(("jedec", "status"), [("C84015", 0x427C), ("1C7015", 0x7C)])
def test_protection_is_lifted_and_put_back_and_no_other_bit_changes(jedec, status):
    rig = SpiRig(jedec=jedec, status=status)
    seen = []
    flash = rig.open(before_unprotect=seen.append)
    flash.prepare_writes(SECTOR)
    mask = flash._facts.part.compare_mask
    assert rig.chip.nor.status & mask == 0
    assert rig.chip.nor.status & ~mask == status & ~mask
    flash.rewrite(SECTOR.start, bytes(0x1000))
    flash.restore_protection()
    assert rig.chip.nor.status == status
    assert seen == [status]


def test_protection_that_stays_is_refused_before_anything_is_erased():
    rig = SpiRig(faults=FaultPlan(faults=(StuckProtection(times=99),)))
    flash = rig.open()
    with pytest.raises(FlashProtected):
        flash.prepare_writes(SECTOR)
    assert rig.content == rig.before


def test_an_unknown_part_is_read_and_never_written():
    rig = SpiRig(jedec="AB4015")
    flash = rig.open()
    assert flash.read(SECTOR) == rig.before[SECTOR.start : SECTOR.end]
    with pytest.raises(UnknownFlashPart):
        flash.prepare_writes(SECTOR, allow_unknown_part=True)
    assert not {0x01, 0x31, 0x02, 0x20, 0xD8} & set(rig.face.commands.opcodes)


@pytest.mark.parametrize(
    ("span", "error"),
    [
        (AddressRange(0x1_0000, 0x1_2000), ProtectedRange),
        (AddressRange(0x1E_0000, 0x1E_1000), ProtectedRange),
        (AddressRange(SIZE, SIZE + 0x1000), OutsideFlash),
    ],
)
@pytest.mark.parametrize("act", ["prepare_writes", "erase"])
def test_what_may_not_be_changed_is_refused_whoever_calls(span, error, act):
    rig = SpiRig()
    with pytest.raises(error):
        getattr(rig.open(writable=LOADER), act)(span)
    assert rig.content == rig.before


def test_a_weak_sector_is_written_again_or_told():
    weak = FaultPlan(faults=(WeakSector(sector=3, times=1),))
    rig = SpiRig(faults=weak)
    new = b"\x5a" * 0x1000
    assert _written(rig, rig.open(), SECTOR.start, new)[SECTOR.start : SECTOR.end] == new
    rig = SpiRig(faults=FaultPlan(faults=(WeakSector(sector=3, times=999),)))
    flash = rig.open()
    flash.prepare_writes(SECTOR)
    with pytest.raises(WriteLost):
        flash.rewrite(SECTOR.start, new)


def test_a_write_enable_that_is_not_taken_is_sent_again():
    rig = SpiRig(status=0)
    flash = rig.open()
    flash.prepare_writes(SECTOR)
    rig.face.commands.refuse_enables = 2
    flash.erase(SECTOR)
    assert rig.content[SECTOR.start : SECTOR.end] == b"\xff" * 0x1000


@pytest.mark.parametrize("act", ["read", "erase"])
def test_a_chip_that_left_the_mode_is_noticed_and_never_read_as_content(act):
    rig = SpiRig(manners=Manners(cen="none"))
    on = rig.clock.monotonic()
    rig.face.set_cen(low=True, now=on)
    rig.face.set_cen(low=False, now=on)
    flash = rig.open()
    flash.prepare_writes(SECTOR)
    now = rig.clock.monotonic()
    rig.face.set_cen(low=True, now=now)
    rig.face.set_cen(low=False, now=now)
    rig.clock.sleep(1.0)
    with pytest.raises(LinkLost):
        getattr(flash, act)(SECTOR)
    assert rig.content == rig.before


def test_the_size_of_a_part_with_an_sfdp_table_is_known_by_it():
    rig = SpiRig()
    nor = rig.nor()
    assert nor.sfdp_size() is None
    rig.face.commands.sfdp = True
    assert nor.sfdp_size() == SIZE


def test_a_program_that_runs_over_the_end_of_a_page_wraps_in_the_simulated_part():
    rig = SpiRig(status=0, content=b"\xff" * SIZE)
    nor = rig.nor()
    nor._enable(0)
    nor.bus.transfer(b"\x02\x00\x01\xf0" + bytes(range(32)), 0)
    nor._wait(1.0)
    assert rig.content[0x1F0:0x200] == bytes(range(16))
    assert rig.content[0x100:0x110] == bytes(range(16, 32))


class BusyOnce:
    """A flash that is busy when it is first asked, on a computer that then stops for a second."""

    max_write = max_read = 4096
    hz = bytes_on_wire = 0
    modes = (0,)

    def __init__(self, clock):
        self.clock, self.states = clock, [0x02, 0x01, 0x00]

    def transfer(self, out, read):
        if out != b"\x05":
            return bytes(read)
        state = self.states.pop(0)
        self.clock.sleep(state & 0x01)
        return bytes((state,))


def test_a_computer_that_stops_between_question_and_answer_is_no_end_of_patience():
    clock = VirtualClock()
    bus = BusyOnce(clock)
    Nor(bus, clock=clock, port_name="rig").program(0, b"\x00")
    assert not bus.states


def spi_faults(seed):
    """A plan of one to four random faults, and whether a sector written under it is right."""
    rig = SpiRig(faults=FaultPlan.random(seed, traffic=40_000, sectors=0x11))
    new = factory()[0x1_1000:0x2_1000][:0x3000]
    span = AddressRange.sized(0x2000, len(new))
    told = None
    for _turn in range(4):
        try:
            flash = rig.open()
            flash.prepare_writes(span)
            flash.rewrite(span.start, new)
            told = flash.read(span)
            break
        except PlugsmithError:
            continue
    after = rig.content
    assert after[: span.start] == rig.before[: span.start], seed
    assert after[span.end :] == rig.before[span.end :], seed
    if told is not None:
        assert told == new == after[span.start : span.end], seed
    return told is not None


@pytest.mark.slow
def test_under_random_faults_nothing_is_silently_wrong_and_nothing_else_is_written():
    healed = sum(spi_faults(seed) for seed in range(40))
    assert healed >= 36


@pytest.mark.campaign
def test_five_hundred_fault_plans_leave_nothing_wrong():
    assert sum(spi_faults(seed) for seed in range(500)) >= 450
