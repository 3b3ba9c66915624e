"""`write`, `erase`, `read`, `verify` as flows: edges, permissions, and other spaces."""

from __future__ import annotations

import pytest
from flows_rig import Rig, factory

from plugsmith.boot.policy import RetryPolicy
from plugsmith.boot.protocol.commands import CheckCrc
from plugsmith.errors import NothingFound, UsageError
from plugsmith.errors.flows import PermissionNeeded, PreflightRefused
from plugsmith.errors.safety import ConsentMissing, OutsideFlash, ProtectedRange
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.raw_read import read_flash, reset, verify_flash
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.write.spaces import read_space
from plugsmith.memory import AddressRange
from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.timing import DeviceTiming, WaitTimes

CODE = 0x8000
APP = 0x1_1000
FREE = 0x15_0000  # in the download area


@pytest.fixture(params=["BK7231T", "BK7231N", "BK7231Q"])
def rig(request, tmp_path):
    made = Rig(tmp_path, request.param, factory(request.param, code_len=CODE))
    made.name = request.param
    return made


def changed(rig):
    kinds = {OpKind.ERASE, OpKind.PROGRAM}
    return {op.addr % len(rig.content) for op in rig.chip.nor.operations if op.kind in kinds}


def test_a_write_across_sectors_keeps_its_neighbours(rig):
    backup(rig.ctx())
    data = bytes(range(256)) * 33
    done = write_raw(rig.ctx(), data, start=FREE + 0xF80)
    at = FREE + 0xF80
    assert rig.content == rig.before[:at] + data + rig.before[at + len(data) :]
    assert done.verified
    assert done.undo


def test_a_write_needs_a_backup_and_makes_one(rig):
    done = write_raw(rig.ctx(), b"x", start=FREE)
    assert done.safety.made_now
    assert done.safety.backup.read() == rig.before


def test_what_must_not_be_written_is_refused_before_a_backup_takes_its_time(rig):
    loader = ProtectedRange if rig.name != "BK7231N" else PermissionNeeded
    rf = 0x1D_0000 if rig.name == "BK7231N" else 0x1E_0000
    cases = [(0x1_0FFF, loader), (0, loader), (0x1F_FFFF, OutsideFlash), (rf, PermissionNeeded)]
    for start, error in cases:
        with pytest.raises(error):
            write_raw(rig.ctx(), b"xy", start=start)
    assert changed(rig) == set()
    assert rig.library.backups.entries() == ()


def test_a_rom_chip_may_be_given_a_boot_loader_by_name(tmp_path):
    rig = Rig(tmp_path, "BK7231N", factory("BK7231N", code_len=CODE))
    write_raw(rig.ctx("bootloader"), b"\x55" * 16, start=0x8000)
    assert rig.content == rig.before[:0x8000] + b"\x55" * 16 + rig.before[0x8010:]


def test_no_name_opens_the_boot_loader_of_a_loader_chip(tmp_path):
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    names = ("bootloader", "rf", "mac", "no-backup", "unknown-part", "key-mismatch")
    with pytest.raises(ProtectedRange):
        write_raw(rig.ctx(*names), b"\x55", start=0x8000)
    with pytest.raises(ProtectedRange):
        erase_raw(rig.ctx(*names, yes=True), lambda _size: AddressRange(0x1_0000, APP))
    assert changed(rig) == set()


def test_erase_needs_consent_and_whole_sectors(rig):
    backup(rig.ctx())
    span = AddressRange(APP, APP + 0x3000)
    with pytest.raises(ConsentMissing):
        erase_raw(rig.ctx(), lambda _size: span)
    with pytest.raises(UsageError):
        erase_raw(rig.ctx(yes=True), lambda _size: AddressRange(APP, APP + 0x3001))
    assert changed(rig) == set()
    erase_raw(rig.ctx(yes=True), lambda _size: span)
    assert rig.content == rig.before[:APP] + b"\xff" * 0x3000 + rig.before[APP + 0x3000 :]


def test_erase_without_a_backup_is_refused_where_none_can_be_made(tmp_path):
    rig = Rig(tmp_path, "BK7231N", bytes(0x20_0000))
    with pytest.raises(PreflightRefused):
        erase_raw(rig.ctx(yes=True), lambda _size: AddressRange(FREE, FREE + 0x1000))
    assert changed(rig) == set()


def test_a_dry_run_of_a_raw_write_changes_nothing(rig):
    done = write_raw(rig.ctx(), b"x", start=FREE, dry_run=True)
    assert changed(rig) == set()
    assert not done.verified


@pytest.mark.parametrize("span", [(0, 0x1000), (3, 9), (APP - 5, APP + 5), (0x1F_FFF0, 0x20_0000)])
def test_read_gives_exactly_what_was_asked_for(rig, span):
    got = read_flash(rig.ctx(), lambda _size: AddressRange(*span))
    assert got.data == rig.before[slice(*span)]


def test_verify_names_the_ranges_that_differ(rig):
    data = bytearray(rig.before[APP : APP + 0x1_2345])
    assert verify_flash(rig.ctx(), bytes(data), start=APP) == []
    data[0x10] ^= 1
    data[0x9000] ^= 1
    data[-1] ^= 1
    wrong = verify_flash(rig.ctx(), bytes(data), start=APP)
    assert [span.start for span in wrong] == [APP, APP + 0x9000, APP + 0x1_2000]
    with pytest.raises(OutsideFlash):
        verify_flash(rig.ctx(), b"xx", start=0x1F_FFFF)


@pytest.mark.sample(3)
@pytest.mark.parametrize("start", [0x2_0010, 0x2_0FFF, 0x1E_0024])
def test_verify_of_any_place_and_length_tells_the_truth(rig, start):
    data = rig.before[start : start + 0x3001]
    assert verify_flash(rig.ctx(), data, start=start) == []
    for at in (0, 0x1800, 0x3000):
        wrong = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        (span,) = verify_flash(rig.ctx(), wrong, start=start)
        assert span.start <= start + at < span.end
        assert start <= span.start
        assert span.end <= start + len(data)


def test_reset_leaves_the_chip_running(rig):
    assert reset(rig.ctx()).how
    assert rig.runs()


def test_spaces(tmp_path):
    rom = Rig(tmp_path / "n", "BK7231N", factory("BK7231N", code_len=CODE))
    got = read_space(rom.ctx(), "rom", lambda size: AddressRange(0, size))
    assert len(got.data) == 0x4000
    part = read_space(rom.ctx(), "rom", lambda _size: AddressRange(0x101, 0x109))
    assert part.data == got.data[0x101:0x109]
    loader = Rig(tmp_path / "t", "BK7231T", factory("BK7231T", code_len=CODE))
    with pytest.raises(NothingFound):
        read_space(loader.ctx(), "efuse", lambda size: AddressRange(0, size))
    with pytest.raises(UsageError):
        read_space(loader.ctx(), "attic", lambda size: AddressRange(0, size))


class StoppedAtOnce(BaseException):
    """A second Ctrl-C: what is on its way is torn, and what is sent at an end is sent."""


@pytest.mark.sample(1)
@pytest.mark.parametrize("sent", [300, 1500, 3000])
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_write_that_is_stopped_in_the_middle_of_a_sector_loses_no_neighbour(chip, sent, tmp_path):
    before = bytearray(factory(chip, code_len=CODE))
    before[FREE : FREE + 0x1000] = b"old neighbours. " * 256
    rig = Rig(tmp_path, chip, bytes(before))
    backup(rig.ctx())

    class Port(SimPort):
        def write(self, data):
            torn = len(data) > 0x1000 and rig.content != rig.before
            super().write(data[:sent] if torn else data)
            if torn:
                raise StoppedAtOnce

    rig.port = lambda: Port(rig.chip, rig.clock, name="sim://rig")
    with pytest.raises(StoppedAtOnce):
        write_raw(rig.ctx(), b"new " * 64, start=FREE + 0x800)
    del rig.port
    write_raw(rig.ctx(), b"new " * 64, start=FREE + 0x800)
    assert rig.asked == []
    assert rig.content == rig.before[: FREE + 0x800] + b"new " * 64 + rig.before[FREE + 0x900 :]


@pytest.mark.parametrize(("chip", "rf"), [("BK7231T", 0x1E_0000), ("BK7231N", 0x1D_0000)])
def test_a_small_change_reads_no_sector_for_nothing(chip, rf, tmp_path):
    """Whose device it is, the first erase and the first write: the rest are checksums."""
    before = bytearray(factory(chip, code_len=CODE))
    before[FREE : FREE + 0x2000] = b"old " * 0x800
    board = Rig(tmp_path, chip, bytes(before))
    backup(board.ctx())
    read = []

    class Port(SimPort):
        def write(self, data):
            if data.startswith(bytes.fromhex("01e0fcfff4050009")):
                read.append(int.from_bytes(data[8:12], "little"))
            super().write(data)

    board.port = lambda: Port(board.chip, board.clock, name="sim://rig")
    board.chip.hold()
    write_raw(board.ctx(), b"new " * 0x800, start=FREE)
    assert [addr for addr in read if 0 < addr < len(before)] == [rf, FREE, FREE]


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_chip_that_owes_a_checksum_for_a_minute_is_waited_for(tmp_path, chip):
    """Over links, too: each knows how slow the chip was on the last one."""
    content = factory(chip, code_len=CODE)
    usual_s = RetryPolicy().device_s(CheckCrc(start=0, length=len(content)))
    rig = Rig(
        tmp_path, chip, content, patience=WaitTimes(idle_reset_s=2.0),
        timing=DeviceTiming(crc_byte_s=5 * usual_s / len(content)),
    )  # fmt: skip
    assert write_raw(rig.ctx("no-backup"), bytes(0x1000), start=FREE).verified
    assert rig.content == content[:FREE] + bytes(0x1000) + content[FREE + 0x1000 :]
