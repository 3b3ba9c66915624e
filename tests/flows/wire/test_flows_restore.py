"""`restore`: back to the backed-up bytes on the right device, refused on any other."""

from __future__ import annotations

import hashlib
import json
import shutil
import zlib

import pytest
from flows_rig import Rig, factory

from plugsmith.errors import PlugsmithError
from plugsmith.errors.flows import (
    BackupForAnotherDevice,
    FileNotABackup,
    NotABackup,
    PreflightRefused,
)
from plugsmith.errors.library import BackupChanged
from plugsmith.errors.port import PortLost
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.sim.faults import FaultPlan, PortVanishes
from plugsmith.sim.flash.nor import OpKind

CODE = 0x8000
APP = 0x1_1000
CHANGING = {OpKind.ERASE, OpKind.PROGRAM}


def flashed(tmp_path, chip="BK7231T", **options):
    """A rig whose device runs OpenBeken, and the backup of what was there before."""
    tmp_path.mkdir(exist_ok=True)
    rig = Rig(tmp_path, chip, factory(chip, code_len=CODE, **options))
    path = tmp_path / "image.bin"
    path.write_bytes(forge_openbeken_qio(chip, version="1.18.300", code_len=CODE))
    file = flash(rig.ctx(), path).safety.backup.file
    rig.chip.nor.operations.clear()
    assert rig.content != rig.before
    return rig, file


def changed(rig):
    return {op.addr % len(rig.content) for op in rig.chip.nor.operations if op.kind in CHANGING}


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231U"])
def test_flash_and_restore_is_byte_identical(tmp_path, chip):
    rig, file = flashed(tmp_path, chip)
    done = restore(rig.ctx(log=True), file)
    assert rig.content == rig.before
    assert done.verified
    assert done.boot.booted is True
    assert done.safety.backup.file != file  # the state before this run is secured as well
    assert str(done.safety.backup.file) in done.undo
    assert min(changed(rig)) >= APP
    assert rig.library.jobs.open_jobs() == []


def test_the_copy_of_the_calibration_on_a_t1_goes_away_again(tmp_path):
    rig, file = flashed(tmp_path, "BK7238")
    assert rig.content[0x1E_0000:0x1E_1000] == rig.before[0x1E_3000:0x1E_4000]
    restore(rig.ctx(), file)
    assert rig.content == rig.before


def test_the_passport_names_the_backup_too(tmp_path):
    rig, file = flashed(tmp_path)
    restore(rig.ctx(), file.with_suffix(".json"))
    assert rig.content == rig.before


def test_a_dry_run_changes_nothing(tmp_path):
    rig, file = flashed(tmp_path)
    done = restore(rig.ctx(), file, dry_run=True)
    assert changed(rig) == set()
    assert not done.verified


def test_a_changed_backup_is_refused_before_the_port_is_opened(tmp_path):
    rig, file = flashed(tmp_path)
    rig.log.events.clear()
    data = bytearray(file.read_bytes())
    data[0x2_0000] ^= 1
    file.write_bytes(data)
    with pytest.raises(BackupChanged) as refused:
        restore(rig.ctx(), file)
    assert refused.value.exit_code == 9
    assert rig.kinds() == []


def test_another_devices_backup_is_refused_unless_named(tmp_path):
    other, theirs = flashed(tmp_path / "a", mac=bytes.fromhex("c8478c0000aa"))
    del other
    rig, _mine = flashed(tmp_path / "b")
    with pytest.raises(BackupForAnotherDevice) as refused:
        restore(rig.ctx(), theirs)
    assert "c8:47:8c:00:00:aa" in refused.value.message
    assert changed(rig) == set()
    restore(rig.ctx("mac"), theirs)
    assert rig.content[0x1E_0024:0x1E_002A] == bytes.fromhex("c8478c0000aa")


def test_a_backup_of_another_chip_is_refused(tmp_path):
    _n, theirs = flashed(tmp_path / "n", "BK7231N")
    rig, _mine = flashed(tmp_path / "t", "BK7231T")
    with pytest.raises(PreflightRefused) as refused:
        restore(rig.ctx("mac", "rf", "bootloader", "key-mismatch"), theirs)
    assert refused.value.exit_code == 5
    assert changed(rig) == set()


def bare(tmp_path, file, transform=lambda data: data):
    """The same bytes as another tool would have saved them: no passport."""
    path = tmp_path / "readResult_BK7231T_QIO.bin"
    path.write_bytes(transform(file.read_bytes()))
    return path


def test_a_bare_file_of_this_device_is_restored(tmp_path):
    rig, file = flashed(tmp_path)
    restore(rig.ctx(), bare(tmp_path, file))
    assert rig.content == rig.before


def test_a_rotated_file_is_put_right(tmp_path):
    rig, file = flashed(tmp_path)
    restore(rig.ctx(), bare(tmp_path, file, lambda data: data[APP:] + data[:APP]))
    assert rig.content == rig.before
    assert "PS-NOTE-ROTATED" in rig.warnings()


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "transform",
    [
        lambda data: b"\xff" * len(data),
        lambda data: bytes(len(data)),
        lambda data: data[: len(data) * 3 // 4],  # a half could be the whole of a small flash
        lambda data: data[0x1000:] + data[:0x1000],
        lambda data: b"not a dump" * 1000,
        lambda data: data[:APP] + b"\xff" * 0x4000 + data[APP + 0x4000 :],
    ],
)
def test_what_is_no_backup_is_refused_before_the_port_is_opened(tmp_path, transform):
    rig, file = flashed(tmp_path)
    rig.log.events.clear()
    with pytest.raises(PlugsmithError) as refused:
        restore(rig.ctx(), bare(tmp_path, file, transform))
    assert refused.value.exit_code in {5, 9}
    assert isinstance(refused.value, NotABackup) or refused.value.exit_code == 9
    assert "task_begin" not in rig.kinds()


@pytest.mark.sample(2)
@pytest.mark.parametrize("hole", [(0x11000, 0x12000), (0x18000, 0x18022), (0x0, 0x1000)])
@pytest.mark.parametrize("with_passport", [False, True])
def test_a_flash_without_its_application_is_never_written_onto_a_healthy_device(
    tmp_path, hole, with_passport
):
    """What an interrupted flash leaves; with the manifest of an older program it is no better."""
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    bad = bytearray(rig.before)
    bad[hole[0] : hole[1]] = b"\xff" * (hole[1] - hole[0])
    path = tmp_path / "bad.bin"
    path.write_bytes(bad)
    if with_passport:
        made = backup(rig.ctx()).backup
        path.with_suffix(".json").write_text(
            json.dumps(
                json.loads(made.passport_file.read_text())
                | {"sha256": hashlib.sha256(bad).hexdigest(), "crc32": zlib.crc32(bad)}
            )
        )
    rig.chip.nor.operations.clear()
    with pytest.raises(FileNotABackup) as refusal:
        restore(rig.ctx(), path)
    assert refusal.value.exit_code == 9
    assert changed(rig) == set()
    assert rig.content == rig.before


def test_a_restore_passes_the_checks_of_a_flash(tmp_path):
    rig, file = flashed(tmp_path)
    names = {check.name for check in restore(rig.ctx(), file, dry_run=True).checks}
    assert names >= {"image-crc16", "image-vectors", "image-header", "boot-loader", "backup"}


def test_a_bare_file_without_an_owner_needs_consent(tmp_path):
    rig, file = flashed(tmp_path)

    def without_mac(data):
        return data[:0x1E_0000] + b"\xff" * 0x1000 + data[0x1E_1000:]

    path = bare(tmp_path, file, without_mac)
    with pytest.raises(ConsentMissing):
        restore(rig.ctx(), path)
    assert changed(rig) == set()
    restore(rig.ctx(yes=True), path)
    assert rig.content == rig.before  # calibration and address stayed those of the device


def test_a_lost_calibration_comes_back_by_name_only(tmp_path):
    rig, file = flashed(tmp_path)
    rig.chip.nor.content[0x1E_0000:0x1E_1000] = b"\xff" * 0x1000
    restore(rig.ctx("no-backup", yes=True), file)
    assert rig.content[0x1E_0000] == 0xFF
    assert "PS-NOTE-RF-KEPT" in rig.warnings()
    restore(rig.ctx("no-backup", "rf", yes=True), file)
    assert rig.content == rig.before


@pytest.mark.sample(2)
@pytest.mark.parametrize("at", range(10_000, 75_000, 13_000))
def test_an_interrupted_restore_is_finished_by_running_it_again(tmp_path, at):
    rig, file = flashed(tmp_path)
    rig.replug(FaultPlan(faults=(PortVanishes(at=at, seconds=None),)))
    with pytest.raises(PortLost):
        restore(rig.ctx(), file)
    rig.replug()
    done = restore(rig.ctx(log=True), file)
    assert rig.content == rig.before
    assert done.boot.booted is True


def test_a_half_written_device_is_restored_with_a_backup_on_another_machine(tmp_path):
    rig, file = flashed(tmp_path)
    rig.replug(FaultPlan(faults=(PortVanishes(at=62_000, seconds=None),)))
    with pytest.raises(PortLost):
        restore(rig.ctx(), file)
    rig.replug()
    for suffix in (".bin", ".json"):
        shutil.copy(file.with_suffix(suffix), tmp_path / f"moved{suffix}")
    shutil.rmtree(rig.library.root)
    restore(rig.ctx(), tmp_path / "moved.bin")
    assert rig.content == rig.before


def test_with_a_corpus_dump(tmp_path, corpus):
    content = (corpus / "factory" / "bk7231t-woox-r5111.bin").read_bytes()
    rig = Rig(tmp_path, "BK7231T", content)
    file = backup(rig.ctx()).backup.file
    path = corpus / "openbeken" / "OpenBK7231T_QIO_1.18.300.bin"
    flash(rig.ctx(), path)
    assert rig.content != content
    restore(rig.ctx(log=True), file)
    assert rig.content == content


def test_damage_outside_the_plan_of_an_interrupted_write_is_put_right_by_the_next(tmp_path):
    rig, file = flashed(tmp_path)
    restore(rig.ctx(), file)
    rig.replug(FaultPlan(faults=(PortVanishes(at=60_000, seconds=None),)))
    with pytest.raises(PortLost):
        flash(rig.ctx(), tmp_path / "image.bin")
    assert rig.content != rig.before
    rig.chip.nor.content[0x1F_0000:0x1F_0004] = b"\0\0\0\0"
    rig.chip.nor.content[0x14_0000] = 0
    rig.replug()
    done = flash(rig.ctx(), tmp_path / "image.bin")
    assert rig.content[0x14_0000:] == rig.before[0x14_0000:]
    assert any("0x1F0000" in note for note in done.notes)


def test_a_placeholder_address_on_both_proves_nothing(tmp_path):
    """Two devices that lost their own address carry the same one: the calibration decides."""
    lost = bytes.fromhex("c8478c428848")
    one, file = flashed(tmp_path / "one", mac=lost)
    restore(one.ctx(), file)  # the same calibration: its own
    other = bytearray(factory("BK7231T", code_len=CODE, mac=lost))
    other[0x1E_0090] ^= 0xFF  # measured for another device
    (tmp_path / "two").mkdir()
    two = Rig(tmp_path / "two", "BK7231T", bytes(other))
    with pytest.raises(ConsentMissing):
        restore(two.ctx(), file)
    assert two.content == bytes(other)
