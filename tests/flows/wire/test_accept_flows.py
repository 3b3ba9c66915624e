"""What a user met who pulled, damaged and garbled: no loader, hangs, verification."""

from __future__ import annotations

import itertools

import pytest
from flows_rig import Rig, factory

from plugsmith.boot.client import BootClient
from plugsmith.errors import PlugsmithError
from plugsmith.errors.flash import WriteLost
from plugsmith.errors.flows import (
    FileNotABackup,
    KeptChanged,
    PreflightRefused,
    VerifyFailed,
)
from plugsmith.errors.link import NoAnswer
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.sim.faults import FaultPlan, Harm, LineFault, Way, WeakSector
from plugsmith.sim.ports.port import SimPort

CODE = 0x8000
APP = 0x1_1000
FAR = 0x18_0000  # a place that no image here touches
CHECK_CRC = bytes.fromhex("01e0fc0910")


def rig_of(tmp_path, chip="BK7231T", **options):
    rig = Rig(tmp_path, chip, factory(chip, code_len=CODE), **options)
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(forge_openbeken_qio(chip, version="1.18.300", code_len=CODE))
    return rig


class Hook:
    """An event sink that calls `act` the first `times` that `when` holds for an event."""

    def __init__(self, rig, when, act, *, times=1):
        self.log, self.when, self.act, self.times = rig.log, when, act, times

    def emit(self, event):
        self.log.emit(event)
        if self.times and self.when(event):
            self.times -= 1
            self.act()


def begins(task):
    return lambda event: event.kind == "task_begin" and event.task == task


def repairing(event):
    return event.kind == "log" and "written again" in event.message


def spoil(rig, addr):
    """Change a byte behind everybody's back, as a garbled command does."""
    rig.chip.nor.content[addr] ^= 0x55


# a file of an old GUI tool, which holds everything but the boot loader


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_file_without_boot_loader_brings_everything_else_back(tmp_path, chip):
    rig = rig_of(tmp_path, chip)
    flash(rig.ctx(), rig.path)
    old = tmp_path / "old.bin"
    old.write_bytes(rig.before[APP:])
    done = restore(rig.ctx(), old)
    assert done.verified
    assert rig.content == rig.before
    (note,) = [event for event in rig.log if getattr(event, "code", "") == "PS-NOTE-NO-LOADER"]
    assert "0x011000" in note.message
    assert "keeps the boot loader" in note.message


def test_a_file_without_boot_loader_of_another_chip_is_refused(tmp_path):
    rig = rig_of(tmp_path, "BK7231N")
    old = tmp_path / "old.bin"
    old.write_bytes(factory("BK7231T", code_len=CODE)[APP:])
    with pytest.raises(PreflightRefused):
        restore(rig.ctx(), old)
    assert rig.content == rig.before


def test_without_any_boot_loader_there_is_nothing_to_put_back(tmp_path):
    rig = rig_of(tmp_path, "BK7231N")
    rig.chip.nor.content[:APP] = b"\xff" * APP
    old = tmp_path / "old.bin"
    old.write_bytes(rig.before[APP:])
    with pytest.raises(FileNotABackup) as refused:
        restore(rig.ctx("no-backup"), old)
    assert "plugsmith flash" in refused.value.hint


def test_a_copied_calibration_that_goes_away_again_is_not_said_to_stay(tmp_path):
    rig = rig_of(tmp_path, "BK7238")
    file = flash(rig.ctx(), rig.path).safety.backup.file
    restore(rig.ctx(), file)
    assert rig.content == rig.before
    assert "PS-NOTE-RF-KEPT" not in rig.warnings()


# verification


def test_a_boot_loader_that_changed_meanwhile_is_told(tmp_path):
    rig = rig_of(tmp_path)
    backup(rig.ctx())
    hook = Hook(rig, begins("verify"), lambda: spoil(rig, 0x8000))
    ctx = rig.ctx()
    object.__setattr__(ctx, "sink", hook)
    with pytest.raises(KeptChanged) as failed:
        flash(ctx, rig.path)
    assert failed.value.exit_code == 7
    assert "0x008000" in failed.value.message
    assert "Do not switch the device off" in failed.value.hint


def test_damage_that_a_repair_does_elsewhere_is_found_and_put_right(tmp_path):
    rig = rig_of(tmp_path, faults=FaultPlan(faults=(WeakSector(sector=0x14),)))
    backup(rig.ctx())
    hook = Hook(rig, repairing, lambda: spoil(rig, FAR))
    ctx = rig.ctx()
    object.__setattr__(ctx, "sink", hook)
    assert flash(ctx, rig.path).verified
    assert hook.times == 0
    assert rig.content[FAR:] == rig.before[FAR:]


def test_what_stays_wrong_is_not_called_verified(tmp_path):
    rig = rig_of(tmp_path, faults=FaultPlan(faults=(WeakSector(sector=0x14),)))
    backup(rig.ctx())
    places = itertools.count(FAR, 0x1000)
    hook = Hook(rig, repairing, lambda: spoil(rig, next(places)), times=100)
    ctx = rig.ctx()
    object.__setattr__(ctx, "sink", hook)
    with pytest.raises(VerifyFailed) as failed:
        flash(ctx, rig.path)
    assert failed.value.exit_code == 7
    assert "0x18" in failed.value.message
    assert "PS-NOTE-UNFINISHED" in rig.warnings()


def test_a_sector_that_never_takes_ends_the_write(tmp_path):
    rig = rig_of(tmp_path, faults=FaultPlan(faults=(WeakSector(sector=0x14, times=1000),)))
    with pytest.raises(WriteLost) as failed:
        flash(rig.ctx(), rig.path)
    assert failed.value.exit_code == 7
    assert "PS-NOTE-UNFINISHED" in rig.warnings()


# speeds


def test_every_rate_is_on_disk_before_the_chip_is_asked_to_go_there(tmp_path, monkeypatch):
    rig = rig_of(tmp_path)
    noted, key = [], rig.port().info.adapter
    change = BootClient.set_baud

    def spy(self, baud):
        if baud != self.baud and baud != 115_200:
            noted.append((baud, rig.library.relink_speeds(port="sim://rig", adapter=key)))
        return change(self, baud)

    monkeypatch.setattr(BootClient, "set_baud", spy)
    backup(rig.ctx())
    assert noted
    assert all(baud in known for baud, known in noted)


# a damaged CRC request keeps a T busy until it is reset


def first_crc(tmp_path, monkeypatch):
    """How many bytes go to the chip before the first checksum request of a backup."""
    rig = rig_of(tmp_path)
    sent = bytearray()
    write = SimPort.write

    def spy(self, data):
        sent.extend(data)
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(SimPort, "write", spy)
        backup(rig.ctx())
    return sent.index(CHECK_CRC)


@pytest.mark.parametrize("lines", ["none", "rts"])
def test_a_chip_that_hangs_in_a_checksum(tmp_path, monkeypatch, lines):
    (tmp_path / "probe").mkdir()
    at = first_crc(tmp_path / "probe", monkeypatch) + len(CHECK_CRC) + 7  # top byte of the end
    fault = LineFault(way=Way.TO_CHIP, harm=Harm.FLIP, at=at)
    (tmp_path / "real").mkdir()
    rig = rig_of(tmp_path / "real", faults=FaultPlan(faults=(fault,), seed=3))
    rig.lines = lines
    if lines == "rts":  # Plugsmith resets it by itself
        assert backup(rig.ctx(timeout=60.0)).backup.read() == rig.before
        return
    with pytest.raises(PlugsmithError) as failed:
        backup(rig.ctx(timeout=10.0))
    assert isinstance(failed.value, NoAnswer)
    assert "CEN" in failed.value.hint
    rig.replug()
    assert backup(rig.ctx()).backup.read() == rig.before


# a chip that is reset right after it linked


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
@pytest.mark.parametrize("after", [2, 4, 7])
def test_a_reset_during_identification_is_only_a_delay(tmp_path, chip, after):
    from plugsmith.sim.faults import SpontaneousReset

    rig = rig_of(tmp_path, chip, faults=FaultPlan(faults=(SpontaneousReset(nth=after),)))
    assert info(rig.ctx(timeout=30.0)).identity.chip.name == chip
