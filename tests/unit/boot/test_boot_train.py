"""Write4K frames one behind the other: right bytes whatever gets lost, and nothing else hit."""

from __future__ import annotations

import random

import pytest
from boot_rig import Rig, forged
from campaign_size import sampled

from plugsmith.boot.bursts.train import may_follow
from plugsmith.boot.protocol.commands import Write4K
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.faults import Harm, Way

LOADERS = [
    ("t-1.0.5", "BK7231T", "BK7231T 1.0.5"),
    ("q", "BK7231Q", "BK7231Q 1.00"),
    ("u-1.0.15", "BK7231U", "BK7231U/BK7252 1.0.15"),
]
SPAN = AddressRange(0x3_0000, 0x3_5000)
FRAME = SECTOR_LEN + 12


def made(seed: int = 0, *, count: int = len(SPAN) // SECTOR_LEN) -> list[tuple[int, bytes]]:
    dice = random.Random(seed)
    return [(SPAN.start + at * SECTOR_LEN, dice.randbytes(SECTOR_LEN)) for at in range(count)]


def board(who: str, chip: str, boot: str, *, latency_s: float = 0.016, **more: object) -> Rig:
    return Rig.of(who, forged(chip, boot), paced=True, latency_s=latency_s, **more)


def ready(rig: Rig):
    """A chip whose erase and write are proven, so that what follows may go in a train."""
    client, _identity, flash = rig.connect(baud=921_600)
    flash.prepare_writes(SPAN)
    flash.erase(AddressRange(SPAN.start - SECTOR_LEN, SPAN.end))
    flash.program(SPAN.start - SECTOR_LEN, random.Random(9).randbytes(SECTOR_LEN))
    return client, flash


def write(rig: Rig, flash, sectors) -> list[int]:
    told: list[int] = []
    flash.program_sectors(sectors, taken=told.append)
    return told


def holds(rig: Rig, sectors) -> bool:
    content = bytes(rig.chip.nor.content)
    return all(content[addr : addr + SECTOR_LEN] == data for addr, data in sectors)


@pytest.mark.parametrize("case", LOADERS, ids=lambda case: case[0])
def test_the_way_through_a_slow_adapter_is_hidden(case):
    rig = board(*case)
    client, flash = ready(rig)
    began = rig.clock.monotonic()
    sectors = made()
    assert write(rig, flash, sectors) == [addr for addr, _data in sectors]
    took = rig.clock.monotonic() - began
    assert holds(rig, sectors)
    assert not client.errors
    assert took < len(sectors) * FRAME * 10 / 921_600 + 2.5 * 0.016  # not one 16 ms a sector


def test_a_rom_gets_one_frame_at_a_time():
    rig = board("n-rom", "BK7231N", "BK7231N 1.0.1")
    client, flash = ready(rig)
    sectors = made()
    assert write(rig, flash, sectors) == [addr for addr, _data in sectors]
    assert holds(rig, sectors)
    assert not client.errors


@pytest.mark.sample(2)
@pytest.mark.parametrize("case", LOADERS, ids=lambda case: case[0])
@pytest.mark.parametrize("harm", [Harm.DROP, Harm.FLIP, Harm.DUPLICATE, Harm.NOISE])
@pytest.mark.parametrize("seed", sampled([0, 1], 1))
def test_no_harm_on_the_wire_reaches_what_is_not_written(case, harm, seed):
    """But for a request whose address was garbled; such a stray is noted, as without trains."""
    dice = random.Random(f"{case[0]}{harm}{seed}")
    rig = board(*case, latency_s=dice.choice((0.001, 0.016)))
    client, flash = ready(rig)
    before = bytes(rig.chip.nor.content)
    sectors = made(seed)
    at = dice.choice((0, 5, 7, 11, 12, 4000, FRAME - 1, FRAME, FRAME + 6, FRAME + 300))
    at += dice.randrange(len(sectors) - 2) * FRAME
    rig.hurt(Way.TO_CHIP, harm, after=at, count=dice.choice((1, 2, 11, 300, 2000)))
    assert write(rig, flash, sectors) == [addr for addr, _data in sectors]
    now = bytes(rig.chip.nor.content)
    wrong = [addr for addr, data in sectors if now[addr : addr + SECTOR_LEN] != data]
    if not client.strays:
        assert now[: SPAN.start] == before[: SPAN.start]
        assert now[SPAN.end :] == before[SPAN.end :]
    if harm is Harm.DROP:  # shows as a missing answer; what is flipped shows in the checksum only
        assert client.errors
        assert client.strays or not wrong
    flash.erase(SPAN)
    assert write(rig, flash, sectors)
    assert holds(rig, sectors)


@pytest.mark.sample(1)
@pytest.mark.parametrize("missing", [1, 12, 300, 4000])
@pytest.mark.parametrize("where", [20, 4000])
def test_the_frame_in_front_of_an_unanswered_one_is_written_again(missing, where):
    """It ended with the bytes of the next, was answered well, and holds something else."""
    rig = board(*LOADERS[0])
    client, flash = ready(rig)
    sectors = made(4)
    rig.hurt(Way.TO_CHIP, Harm.DROP, after=2 * FRAME + where, count=missing)
    assert write(rig, flash, sectors) == [addr for addr, _data in sectors]
    assert client.errors
    assert holds(rig, sectors)


@pytest.mark.sample(1)
@pytest.mark.parametrize("high", [0x11, 0x30, 0x90])
def test_a_garbled_length_reaches_no_further_than_the_next_sector(high, monkeypatch):
    """The chip goes on programming what follows: the head behind, and then FF."""
    rig = board(*LOADERS[0])
    _client, flash = ready(rig)
    before = bytes(rig.chip.nor.content)
    sectors = made(5, count=2)
    real, done = Write4K.encode, []

    def encode(frame):
        data = bytearray(real(frame))
        if frame.addr == SPAN.start and not done:
            done.append(frame)
            data[6] = high
        return bytes(data)

    monkeypatch.setattr(Write4K, "encode", encode)
    kept = SPAN.start + 2 * SECTOR_LEN
    assert write(rig, flash, sectors)
    assert done
    assert holds(rig, sectors)
    assert bytes(rig.chip.nor.content)[kept:] == before[kept:]


def test_a_sector_that_looks_like_a_request_waits_for_its_turn():
    quiet = Write4K(addr=0x3_0000, data=bytes(SECTOR_LEN))
    request = bytes.fromhex("01E0FCFFF406000F2000102000")
    loud = Write4K(addr=0x3_1000, data=request.rjust(SECTOR_LEN, b"\0"))
    assert may_follow(quiet, Write4K(addr=0x3_1000, data=bytes(SECTOR_LEN)))
    assert not may_follow(quiet, loud)
    assert not may_follow(quiet, Write4K(addr=0x3_2000, data=bytes(SECTOR_LEN)))


def test_after_a_stop_the_frame_that_is_under_way_is_finished():
    rig = board(*LOADERS[0])
    _client, flash = ready(rig)
    sectors = made(6)
    told: list[int] = []

    def taken(addr: int) -> None:
        told.append(addr)
        if len(told) == 2:
            rig.cancel.cancel()

    flash.program_sectors(sectors, taken=taken)
    assert 2 < len(told) < len(sectors)
    assert holds(rig, sectors[: len(told)])
    assert bytes(rig.chip.nor.content)[sectors[len(told)][0]] == 0xFF  # not begun
    assert flash.client.link_check()


def test_an_error_of_the_caller_leaves_no_half_a_frame():
    rig = board(*LOADERS[0])
    _client, flash = ready(rig)

    def taken(_addr: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        flash.program_sectors(made(7), taken=taken)
    rig.clock.sleep(0.05)
    assert flash.client.link_check()
