"""Each fault strikes as described, only when it is due, and repeatably."""

from __future__ import annotations

import pytest
from sim_rig import BLANK, LINK_CHECK, LINKED, PATTERN, Host, crc, erase, read_4k, write_4k

from plugsmith.errors.port import PortLost, PortNotFound
from plugsmith.sim.faults import (
    FAULT_NAMES,
    BrownOut,
    Echo,
    FaultPlan,
    FlashStep,
    Harm,
    LineFault,
    PortVanishes,
    ReplyLost,
    SilentChip,
    SpontaneousReset,
    StuckProtection,
    Way,
    WeakSector,
)
from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.ports.port import SimPort

FLASH = BLANK[:0x1_2000] + PATTERN + BLANK[0x1_3000:]


def host_with(*faults, **settings) -> Host:
    host = Host("t-1.0.5", FLASH, faults=FaultPlan(faults=faults, seed=3), status=0, **settings)
    host.link()
    return host


def from_chip(harm: Harm, **more) -> LineFault:
    return LineFault(way=Way.FROM_CHIP, harm=harm, at=8 + 15 + 100, **more)


@pytest.mark.parametrize(
    ("harm", "count", "length"),
    [(Harm.DROP, 7, 4096 - 7), (Harm.DUPLICATE, 7, 4096 + 7), (Harm.NOISE, 7, 4096 + 7),
     (Harm.FLIP, 7, 4096)],
)  # fmt: skip
def test_line_faults_strike_once_where_they_should(harm, count, length):
    host = host_with(from_chip(harm, count=count))
    data = host.ask(read_4k(0x1_2000))[15:]
    assert len(data) == length
    assert data[:100] == PATTERN[:100]
    assert data != PATTERN
    assert data[-3900:] == PATTERN[-3900:]
    assert host.ask(read_4k(0x1_2000))[15:] == PATTERN
    assert len(host.chip.faults.struck) == 1


def test_a_delay_holds_everything_behind_it():
    host = host_with(from_chip(Harm.DELAY, seconds=0.7))
    host.port.write(read_4k(0x1_2000))
    assert len(host.port.read(9999, 0.01)) == 115
    assert host.port.read(9999, 0.6) == b""
    assert host.port.read(9999, 0.2) == PATTERN[100:]


def test_bytes_lost_on_the_way_in_leave_the_loader_waiting():
    host = host_with(LineFault(way=Way.TO_CHIP, harm=Harm.DROP, at=500, count=20))
    assert host.ask(write_4k(0x1_4000, PATTERN), 0.09) == b""
    assert host.ask(b"\xff" * 20)[10] == 0


def test_lost_replies_and_silence():
    host = host_with(ReplyLost(nth=2, count=2))
    assert host.ask(LINK_CHECK) == b""
    assert host.ask(LINK_CHECK) == b""
    assert host.ask(LINK_CHECK) == LINKED
    mute = Host("t-1.0.5", faults=FaultPlan(faults=(SilentChip(),)))
    assert mute.ask(LINK_CHECK, 2.0) == b""


def test_echo_for_a_while():
    host = Host("t-1.0.5", faults=FaultPlan(faults=(Echo(count=5),)))
    assert host.ask(LINK_CHECK) == LINK_CHECK + LINKED
    assert host.ask(LINK_CHECK) == LINKED


@pytest.mark.parametrize("step", list(FlashStep))
def test_a_brown_out_leaves_half_a_step_and_resets(step):
    host = host_with(BrownOut(step=step, nth=1))
    resets = host.chip.resets
    request = erase(0x1_2000) if step is FlashStep.ERASE else write_4k(0x1_4000, PATTERN)
    assert host.ask(request, 0.01) == b""
    assert host.chip.resets == resets + 1
    if step is FlashStep.ERASE:
        assert host.chip.nor.read(0x1_2000, 0x1000) == b"\xff" * 0x800 + PATTERN[0x800:]
    else:
        assert host.chip.nor.read(0x1_4000, 0x100) == PATTERN[:0x80] + b"\xff" * 0x80


def test_a_spontaneous_reset_strikes_once():
    host = host_with(SpontaneousReset(nth=2))
    assert host.ask(read_4k(0x1_2000), 0.005) == b""
    host.link()


def test_a_port_that_vanishes_and_comes_back():
    host = host_with(PortVanishes(at=6000, seconds=1.0))
    host.ask(read_4k(0x1_2000))
    with pytest.raises(PortLost):
        host.ask(read_4k(0x1_2000))
    with pytest.raises(PortLost):
        host.port.write(b"x")
    begun = host.clock.monotonic()
    again = SimPort(host.chip, host.clock)
    assert host.clock.monotonic() - begun == pytest.approx(1.0, abs=0.2)
    host.chip.press_reset(now=host.clock.monotonic())
    host.clock.sleep(0.005)
    again.write(LINK_CHECK)
    assert again.read(64, 0.1) == LINKED


def test_a_port_that_never_comes_back():
    host = Host("t-1.0.5", faults=FaultPlan(faults=(PortVanishes(at=1, seconds=None),)))
    host.port.write(LINK_CHECK)
    with pytest.raises(PortLost):
        host.port.read(64, 0.1)
    with pytest.raises(PortNotFound):
        SimPort(host.chip, host.clock)


def test_stuck_protection_for_a_number_of_writes():
    host = Host("t-1.0.5", FLASH, faults=FaultPlan(faults=(StuckProtection(times=1),)), status=0x7C)
    host.link()
    host.ask(erase(0x1_2000), 1.0)
    assert host.chip.nor.operations[-1].kind is OpKind.ERASE_BLOCKED
    host.link()
    host.ask(erase(0x1_2000), 1.0)
    assert host.chip.nor.operations[-1].kind is OpKind.ERASE


def test_a_weak_sector_shows_in_its_crc_until_it_is_written_again():
    host = host_with(WeakSector(sector=0x14, times=1))
    for equal in (False, True):
        host.ask(erase(0x1_4000), 1.0)
        host.ask(write_4k(0x1_4000, PATTERN), 1.0)
        assert (host.chip.nor.read(0x1_4000, 0x1000) == PATTERN) is equal


def test_the_same_seed_gives_the_same_run():
    def run(seed: int) -> tuple[bytes, list[str]]:
        host = Host("t-1.0.5", FLASH, faults=FaultPlan.random(seed, traffic=20_000), status=0)
        heard = bytearray()
        try:
            for at in range(30):
                heard += host.ask(LINK_CHECK)
                heard += host.ask(read_4k(0x1_2000 + at))
                heard += host.ask(crc(0x1_2000, 0x1_2FFF))
        except PortLost:
            heard += b"lost"
        return bytes(heard), host.chip.faults.struck

    runs = [run(seed) for seed in range(12)]
    assert runs == [run(seed) for seed in range(12)]
    assert sum(bool(struck) for _, struck in runs) >= 4
    assert len({heard for heard, _ in runs}) >= 4


def test_random_plans_vary_and_named_faults_exist():
    kinds = {type(fault).__name__ for seed in range(200) for fault in FaultPlan.random(seed).faults}
    assert len(kinds) == 7
    for name in FAULT_NAMES:
        assert FaultPlan.named([name], 1).faults
    with pytest.raises(KeyError):
        FaultPlan.named(["gremlin"], 1)
