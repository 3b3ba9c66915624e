"""Promises that no other test would miss: repairs, damage that is told, private places."""

from __future__ import annotations

import errno

import pytest
from cut_rig import cut_at
from flows_rig import Rig, factory

from plugsmith.errors.flows import KeptChanged, NoRightToWrite, VerifyFailed
from plugsmith.errors.safety import FlashProtected
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.connection import Device
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.flows.write import execute as execute_module
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.library.jobs.journal import Journal
from plugsmith.library.undo import UndoRecord, UndoStore
from plugsmith.sim.faults import BrownOut, FaultPlan, FlashStep
from plugsmith.sim.ports.port import SimPort

CODE = 0x8000


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    made.path = tmp_path / "image.bin"
    made.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    return made


def worn(rig, addrs, monkeypatch, *, times=1):
    """Bytes of these sectors go wrong between the writing and the proof, `times` times."""
    real = execute_module._differing
    left = [times]

    def differing(*args):
        if left[0]:
            left[0] -= 1
            for addr in addrs:
                rig.chip.nor.content[addr + 7] ^= 0x10
        return real(*args)

    monkeypatch.setattr(execute_module, "_differing", differing)


def flashed(rig):
    wanted = rig.before[:0x11000] + rig.path.read_bytes()[0x11000:]
    return wanted + rig.before[len(wanted) :]


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "addrs",
    [
        (0x12000, 0x13000),  # neighbours in one range
        (0x12000, 0x16000, 0x18000),  # with sound ones between
        (0x13000, 0x1E3000),  # one that was written, one that was to be kept
        (0x1E3000, 0x1E5000),  # two that were to be kept
    ],
)
def test_several_bad_sectors_are_repaired_and_nothing_else_is_changed(rig, addrs, monkeypatch):
    backup(rig.ctx())
    worn(rig, addrs, monkeypatch)
    assert flash(rig.ctx(), rig.path).verified
    content = rig.content
    image = rig.path.read_bytes()
    for addr in range(0x11000, 0x19000, 0x1000):
        assert content[addr : addr + 0x1000] == image[addr : addr + 0x1000]
    assert content[0x1E0000:] == rig.before[0x1E0000:]
    assert content[:0x11000] == rig.before[:0x11000]
    assert rig.library.jobs.open_jobs() == []


def test_sectors_that_go_wrong_each_time_end_in_an_error_that_names_them(rig, monkeypatch):
    backup(rig.ctx())
    worn(rig, (0x12000, 0x16000), monkeypatch, times=9)
    with pytest.raises(VerifyFailed) as failed:
        flash(rig.ctx(), rig.path)
    assert failed.value.exit_code == 7
    assert "0x012000..0x013000, 0x016000..0x017000" in failed.value.message
    assert rig.library.jobs.open_jobs()


def test_a_boot_loader_that_changed_during_a_write_is_not_repaired_but_told(rig, monkeypatch):
    backup(rig.ctx())
    worn(rig, (0x8000,), monkeypatch)
    with pytest.raises(KeptChanged) as failed:
        flash(rig.ctx(), rig.path)
    assert "boot loader" in failed.value.hint
    assert rig.content[0x8007] != rig.before[0x8007]


def test_a_boot_loader_that_an_interrupted_write_damaged_is_told_and_never_written(rig):
    backup(rig.ctx())
    with cut_at(rig, 4):
        flash(rig.ctx(), rig.path)
    rig.chip.nor.content[0x8007] ^= 0x10
    rig.log.events.clear()
    rig.chip.nor.operations.clear()
    flash(rig.ctx(), rig.path)
    told = [event for event in rig.log if getattr(event, "code", "") == "PS-NOTE-KEPT-CHANGED"]
    assert told
    assert "0x000000" in told[0].message or "0x00" in told[0].message
    assert "verify" in told[0].hint
    assert min(op.addr for op in rig.chip.nor.operations if op.kind == "erase") >= 0x11000


def test_a_write_without_a_backup_says_so(rig):
    write_raw(rig.ctx("no-backup"), b"x" * 16, start=0x150000)
    assert "PS-NOTE-NO-BACKUP" in rig.warnings()
    assert "PS-NOTE-ALLOWED" in rig.warnings()
    assert rig.library.backups.entries() == ()


def test_a_protection_that_cannot_be_put_back_is_told_and_takes_no_proof_away(rig, monkeypatch):
    def stuck(*_args):
        raise FlashProtected(reason="it says no")

    monkeypatch.setattr(Device, "flash_restore_protection", stuck)
    assert flash(rig.ctx(), rig.path).verified
    assert "PS-NOTE-PROTECTION" in rig.warnings()


def test_the_protection_comes_back_although_the_chip_was_reset_meanwhile(tmp_path):
    faults = FaultPlan(faults=(BrownOut(step=FlashStep.ERASE, nth=5),))
    rig = Rig(tmp_path, "BK7231N", factory("BK7231N", code_len=CODE), status=0x021C, faults=faults)
    path = tmp_path / "image.bin"
    path.write_bytes(forge_openbeken_qio("BK7231N", version="1.18.300", code_len=CODE))
    done = flash(rig.ctx(), path)
    assert done.verified
    assert "PS-NOTE-RESETS" in rig.warnings()
    assert rig.chip.nor.status == 0x021C


def test_a_journal_that_the_disk_takes_no_more_of_is_told_after_the_work_is_whole(rig, monkeypatch):
    backup(rig.ctx())
    real = Journal.append

    def full(journal, kind, data, **how):
        if rig.content != rig.before:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(journal, kind, data, **how)

    monkeypatch.setattr(Journal, "append", full)
    assert flash(rig.ctx(), rig.path).verified
    assert rig.content == flashed(rig)
    assert "PS-NOTE-JOURNAL" in rig.warnings()


def test_erases_on_a_loader_carry_low_bits_that_keep_a_garbled_one_off_the_boot_loader(rig):
    asked = []

    class Port(SimPort):
        def write(self, data):
            at = data.find(b"\x01\xe0\xfc\xff\xf4\x06\x00\x0f")
            if at >= 0 and len(data) >= at + 13:
                asked.append(data[at + 9 : at + 13])
            super().write(data)

    rig.port = lambda: Port(rig.chip, rig.clock, name="sim://rig", lines="rts")
    backup(rig.ctx())
    write_raw(rig.ctx(), b"x" * 0x1000, start=0x12000)
    assert asked
    for raw in asked:
        for twice in range(4):  # one byte of the address arrives twice, the rest moves up
            garbled = (raw[: twice + 1] + raw[twice:])[:4]
            reached = (int.from_bytes(garbled, "little") & 0xFF_FFFF) % len(rig.before)
            assert reached >= 0x1_1000, raw.hex()


def test_old_settings_are_kept_where_only_their_owner_can_read_them(tmp_path):
    store = UndoStore(tmp_path / "undo")
    record = UndoRecord(
        mac="c8:47:8c:01:02:03",
        chip="BK7231T",
        host="10.0.0.1",
        created="2026-01-01T00:00:00+00:00",
        kind="apply",
        settings={"wifi_password": "home-words"},
    )
    kept = store.add(record)
    assert (tmp_path / "undo").stat().st_mode & 0o777 == 0o700
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert "home-words" not in repr(kept)


def test_a_change_is_not_begun_where_its_undo_cannot_be_kept(tmp_path):
    (tmp_path / "undo").write_text("a file where the folder should be")
    record = UndoRecord(
        mac="c8:47:8c:01:02:03", chip="BK7231T", host="10.0.0.1", kind="apply",
        created="2026-01-01T00:00:00+00:00", settings={"short_name": "plug"},
    )  # fmt: skip
    with pytest.raises(NoRightToWrite):
        UndoStore(tmp_path / "undo").add(record)
