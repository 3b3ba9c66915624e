"""Changing flash: guards, protection, lost bytes, proof of the first sector, after a checksum."""

from __future__ import annotations

import itertools
import random
import zlib

import pytest
from boot_rig import Rig, forged

from plugsmith.boot.protocol import commands as cmd
from plugsmith.errors import UsageError
from plugsmith.errors.flash import ExchangeFailed, StatusRefused, WriteLost
from plugsmith.errors.link import LinkLost
from plugsmith.errors.safety import FlashProtected, OutsideFlash, ProtectedRange, UnknownFlashPart
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.faults import (
    FaultPlan,
    Harm,
    ReplyLost,
    StuckProtection,
    Way,
    WeakSector,
)
from plugsmith.sim.flash.parts import part_for

CASES = [
    ("t-1.0.5", "BK7231T", "BK7231T 1.0.5"),
    ("t-1.0.4", "BK7231T", "BK7231T 1.0.4"),
    ("q", "BK7231Q", "BK7231Q 1.00"),
    ("u-1.0.15", "BK7231U", "BK7231U/BK7252 1.0.15"),
    ("n-rom", "BK7231N", "BK7231N 1.0.1"),
]
SPAN = AddressRange(0x1E000, 0x42000)  # parts of two blocks and one whole block
NEW = random.Random(7).randbytes(len(SPAN) - 0x3000) + b"\xff" * 0x3000


def _content(rig: Rig) -> bytes:
    return bytes(rig.chip.nor.content)


def _crcs(content: bytes) -> list[tuple[AddressRange, int]]:
    blocks = AddressRange(0, len(content)).split(0x1_0000)
    return [(block, zlib.crc32(content[block.start : block.end])) for block in blocks]


@pytest.mark.sample(3)
@pytest.mark.parametrize(("who", "chip", "boot"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("checked_before", [True, False])
def test_a_range_is_changed_and_nothing_else(
    who: str, chip: str, boot: str, checked_before: bool
) -> None:
    before = forged(chip, boot)
    rig = Rig.of(who, before)
    _client, _identity, flash = rig.connect(baud=921_600)
    if checked_before:  # protects the flash of loaders, blocks writes of 1.0.4 and Q
        assert flash.differing(_crcs(before)) == []
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    flash.program(SPAN.start, NEW)
    wanted = before[: SPAN.start] + NEW + before[SPAN.end :]
    assert flash.differing(_crcs(wanted)) == []
    assert _content(rig) == wanted
    assert flash.suspects == []
    assert flash.baud == 921_600


@pytest.mark.parametrize("who", ["t-1.0.4", "q"])
def test_where_a_checksum_blocks_writes_the_chip_is_restarted(who: str) -> None:
    chip, boot = ("BK7231T", "BK7231T 1.0.4") if who == "t-1.0.4" else ("BK7231Q", "BK7231Q 1.00")
    rig = Rig.of(who, forged(chip, boot), lines="none")
    _client, _identity, flash = rig.connect(baud=921_600)
    flash.crc32(AddressRange(0, 0x1000))
    assert flash.crc_blocks_writes
    resets = rig.chip.resets
    flash.rewrite(0x20000, NEW[:SECTOR_LEN])  # even without prepare_writes
    assert not flash.crc_blocks_writes
    assert rig.chip.resets == resets + 1
    assert flash.baud == 921_600
    assert _content(rig)[0x20000:0x21000] == NEW[:SECTOR_LEN]


def test_a_restart_that_does_not_come_back_changes_nothing() -> None:
    before = forged("BK7231T", "BK7231T 1.0.4")
    rig = Rig.of("t-1.0.4", before, lines="none")
    _client, _identity, flash = rig.connect()
    flash.crc32(AddressRange(0, 0x1000))
    rig.chip.faults.silent = True
    with pytest.raises(LinkLost):
        flash.prepare_writes(SPAN)
    assert _content(rig) == before


@pytest.mark.sample(8)
@pytest.mark.parametrize(("who", "chip", "boot"), CASES[:4], ids=[case[0] for case in CASES[:4]])
@pytest.mark.parametrize(
    ("span", "error"),
    [
        ((0x0, 0x1000), ProtectedRange),
        ((0x3000, 0x4000), ProtectedRange),
        ((0x10000, 0x11000), ProtectedRange),
        ((0x10000, 0x20000), ProtectedRange),
        ((0x1FF000, 0x201000), OutsideFlash),
        ((0x200000, 0x201000), OutsideFlash),
        ((0x211000, 0x212000), OutsideFlash),
        ((0x1000000, 0x1001000), OutsideFlash),
    ],
)
def test_the_loader_is_out_of_reach(
    who: str, chip: str, boot: str, span: tuple[int, int], error: type[Exception]
) -> None:
    before = forged(chip, boot)
    rig = Rig.of(who, before)
    _client, _identity, flash = rig.connect()
    sent = flash.bytes_on_wire
    area = AddressRange(*span)
    for call in (
        lambda: flash.erase(area),
        lambda: flash.program(area.start, bytes(len(area))),
        lambda: flash.rewrite(area.start, bytes(len(area))),
        lambda: flash.prepare_writes(area),
    ):
        with pytest.raises(error):
            call()
    assert flash.bytes_on_wire == sent
    assert _content(rig) == before


def test_on_a_rom_chip_the_loader_can_be_written() -> None:
    rig = Rig.of("n-rom", forged("BK7231N"))
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(AddressRange(0, 0x1000))
    flash.rewrite(0, NEW[:SECTOR_LEN])
    assert _content(rig)[:SECTOR_LEN] == NEW[:SECTOR_LEN]


def test_unaligned_erases_cannot_be_meant() -> None:
    _client, _identity, flash = Rig.of("n-rom", forged("BK7231N")).connect()
    with pytest.raises(UsageError):
        flash.erase(AddressRange(0x11000, 0x11800))
    flash.erase(AddressRange(0x12000, 0x12000))


@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
def test_a_short_write_keeps_what_is_around_it(who: str) -> None:
    chip = "BK7231T" if who == "t-1.0.5" else "BK7231N"
    before = bytearray(forged(chip))
    before[0x180000:0x182000] = b"\xff" * 0x2000
    before[0x180010:0x180014] = b"keep"
    rig = Rig.of(who, bytes(before))
    _client, _identity, flash = rig.connect()
    flash.crc32(AddressRange(0x180000, 0x181000))
    flash.prepare_writes(AddressRange(0x180000, 0x182000))
    flash.program(0x180FF0, b"0123456789abcdef0123456789abcdef")
    before[0x180FF0:0x181010] = b"0123456789abcdef0123456789abcdef"
    assert _content(rig) == bytes(before)


def test_the_protection_of_a_known_part_is_lifted_and_restored() -> None:
    rig = Rig.of("n-rom", forged("BK7231N"), status=0x021C)
    _client, identity, flash = rig.connect()
    assert identity.flash.protected is True
    flash.prepare_writes(SPAN)
    assert rig.chip.nor.status == 0x0200  # only the protection bits went
    flash.rewrite(0x20000, NEW[:SECTOR_LEN])
    flash.restore_protection()
    assert rig.chip.nor.status == 0x021C


def test_a_status_that_never_reads_the_same_is_never_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = forged("BK7231N")
    rig = Rig.of("n-rom", before, status=0x021C)
    _client, _identity, flash = rig.connect()
    written: list[int] = []
    numbers = itertools.count()
    nor = type(rig.chip.nor)
    flipping = property(lambda _nor: 0x021C ^ next(numbers) % 256, lambda _nor, _value: None)
    monkeypatch.setattr(nor, "status", flipping, raising=False)
    monkeypatch.setattr(rig.chip.nor, "write_status", written.append)
    with pytest.raises(FlashProtected):
        flash.prepare_writes(SPAN)
    assert written == []
    assert _content(rig) == before


@pytest.mark.parametrize("lost", [1, 2])
def test_a_protection_that_the_part_does_not_take_at_once_is_written_again(
    lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig.of("n-rom", forged("BK7231N"), status=0x021C)
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(SPAN)
    real, seen = rig.chip.nor.write_status, []

    def write_status(value: int) -> None:
        seen.append(value)
        if len(seen) > lost:
            real(value)

    monkeypatch.setattr(rig.chip.nor, "write_status", write_status)
    flash.restore_protection()
    assert rig.chip.nor.status == 0x021C


def test_a_protection_that_never_comes_back_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig.of("n-rom", forged("BK7231N"), status=0x021C)
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(SPAN)
    monkeypatch.setattr(rig.chip.nor, "write_status", lambda _value: None)
    with pytest.raises(FlashProtected):
        flash.restore_protection()


@pytest.mark.parametrize(
    ("jedec", "allowed"), [("a1b215", True), ("ffffff", False), ("000000", False)]
)
def test_an_unknown_part_is_not_written(jedec: str, allowed: bool) -> None:
    part = part_for(bytes.fromhex(jedec), size=0x20_0000)
    before = forged("BK7231N")
    rig = Rig.of("n-rom", before, part=part, status=0)
    _client, identity, flash = rig.connect()
    assert identity.flash.part is None
    with pytest.raises(UnknownFlashPart) as caught:
        flash.prepare_writes(SPAN)
    assert caught.value.exit_code == 5
    assert _content(rig) == before
    if allowed:
        flash.prepare_writes(SPAN, allow_unknown_part=True)
        flash.rewrite(0x20000, NEW[:SECTOR_LEN])
        assert _content(rig)[0x20000:0x21000] == NEW[:SECTOR_LEN]
    else:
        with pytest.raises(UnknownFlashPart):
            flash.prepare_writes(SPAN, allow_unknown_part=True)
    assert rig.chip.nor.status == 0  # never touched


@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
def test_a_stuck_protection_shows_before_anything_is_lost(who: str) -> None:
    before = forged("BK7231T" if who == "t-1.0.5" else "BK7231N")
    rig = Rig.of(who, before, faults=FaultPlan(faults=(StuckProtection(),)))
    _client, _identity, flash = rig.connect()

    def change() -> None:
        flash.prepare_writes(SPAN)
        flash.erase(SPAN)

    with pytest.raises(FlashProtected) as caught:
        change()
    assert caught.value.exit_code == 5
    assert _content(rig) == before


@pytest.mark.parametrize("times", [1, 2])
def test_a_protection_that_is_stuck_for_a_moment_is_overcome(times: int) -> None:
    before = forged("BK7231T")
    rig = Rig.of("t-1.0.5", before, faults=FaultPlan(faults=(StuckProtection(times=times),)))
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    flash.program(SPAN.start, NEW)
    assert _content(rig)[SPAN.start : SPAN.end] == NEW


def test_a_blank_first_sector_does_not_hide_a_stuck_protection() -> None:
    before = bytearray(forged("BK7231T"))
    before[SPAN.start : SPAN.end] = b"\xff" * len(SPAN)
    rig = Rig.of("t-1.0.5", bytes(before), faults=FaultPlan(faults=(StuckProtection(),)))
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    with pytest.raises(FlashProtected):
        flash.program(SPAN.start, NEW)
    assert _content(rig) == bytes(before)


def test_a_sector_that_does_not_take_is_an_error() -> None:
    sector = SPAN.start // SECTOR_LEN
    faults = FaultPlan(faults=(WeakSector(sector=sector, times=1000),))
    rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=faults)
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    with pytest.raises(WriteLost) as caught:
        flash.program(SPAN.start, bytes(SECTOR_LEN))
    assert caught.value.exit_code == 7
    assert caught.value.code == "PS-FLASH-NOT-TAKEN"


@pytest.mark.sample(6)
@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
@pytest.mark.parametrize("lost", [1, 7, 300, 2000])
@pytest.mark.parametrize("where", [30, 1500, 4090])
def test_lost_bytes_of_a_write_are_recovered(who: str, lost: int, where: int) -> None:
    """As observed: feed FF until it answers, link check, erase, write again (paper 2.5)."""
    before = forged("BK7231T" if who == "t-1.0.5" else "BK7231N")
    rig = Rig.of(who, before)
    client, _identity, flash = rig.connect(baud=921_600)
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    rig.hurt(Way.TO_CHIP, Harm.DROP, after=SECTOR_LEN + 12 + where, count=lost)
    flash.program(SPAN.start, NEW)
    assert client.errors
    wanted = before[: SPAN.start] + NEW + before[SPAN.end :]
    assert _content(rig) == wanted


@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
def test_lost_replies_of_erase_and_write_are_recovered(who: str) -> None:
    before = forged("BK7231T" if who == "t-1.0.5" else "BK7231N")
    wanted = before[: SPAN.start] + NEW + before[SPAN.end :]
    for nth in range(1, 60, 4):
        rig = Rig.of(who, before)
        _client, _identity, flash = rig.connect()
        engine = rig.chip.faults
        engine._lost = [ReplyLost(nth=engine._replies + nth, count=1)]
        flash.prepare_writes(SPAN)
        flash.erase(SPAN)
        flash.program(SPAN.start, NEW)
        assert _content(rig) == wanted


def test_a_write_that_went_astray_is_reported_as_a_suspect() -> None:
    """One bit of the address flips on the way: the reply tells where the data went."""
    before = forged("BK7231T")
    rig = Rig.of("t-1.0.5", before)
    _client, _identity, flash = rig.connect()
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    real = rig.port.write

    def bend(data: bytes) -> None:
        if data[7:8] == b"\x07" and data[8:12] == (0x20000).to_bytes(4, "little") and not bent:
            bent.append(data)
            data = data[:10] + b"\x12" + data[11:]  # 0x020000 becomes 0x120000
        real(data)

    bent: list[bytes] = []
    rig.port.write = bend  # type: ignore[method-assign]
    flash.program(SPAN.start, NEW)
    assert bent
    assert flash.suspects == [AddressRange(0x120000, 0x121000)]
    assert _content(rig)[SPAN.start : SPAN.end] == NEW


def test_a_refusal_that_stays_is_an_error_with_its_status() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"))
    client, _identity, _flash = rig.connect()
    with pytest.raises(StatusRefused) as caught:
        client.exchange(cmd.Read4K(addr=0))
    assert caught.value.facts["status"] == 6
    assert caught.value.exit_code == 6
    assert caught.value.code == "PS-FLASH-STATUS"


def test_a_request_that_is_never_answered_is_an_error() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"))
    client, _identity, _flash = rig.connect()
    with pytest.raises(ExchangeFailed) as caught:
        client.exchange(cmd.ReadStatusRegister(opcode=5))
    assert caught.value.code == "PS-FLASH-TRANSFER"
    assert client.link_check()


@pytest.mark.parametrize(("who", "chip"), [("t-1.0.5", "BK7231T"), ("n-rom", "BK7231N")])
def test_reboot_leaves_the_firmware_running(who: str, chip: str) -> None:
    rig = Rig.of(who, forged(chip), lines="none")
    client, _identity, flash = rig.connect(baud=921_600)
    flash.reboot()
    assert rig.port.baud == 115_200
    rig.clock.sleep(3.0)
    rig.chip.advance(rig.clock.monotonic())
    assert b"J 0x10000" in rig.chip.log.since(0)
    assert not client.link_check()
