"""What a write replaces is on the disk first, and nothing comes back that the device outgrew."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from campaign_size import spread
from cut_rig import cut_at
from flows_rig import Rig, factory

from plugsmith.errors import Cancelled
from plugsmith.errors.flash import WriteStopped
from plugsmith.errors.flows import HalfWritten
from plugsmith.errors.library import DeviceInUse, JobUnreadable
from plugsmith.errors.safety import FlashProtected
from plugsmith.events import CancelToken
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.flows.write import execute as execute_module
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.library.library import Library
from plugsmith.library.lock import held
from plugsmith.memory import AddressRange
from plugsmith.sim.ports.port import SimPort

CODE = 0x8000
SETTINGS = 0x1E1000
MINE = b"my settings of many months"


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    made.path = tmp_path / "image.bin"
    made.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    return made


def stored_by_firmware(rig, at=SETTINGS, data=MINE):
    rig.chip.nor.content[at : at + len(data)] = data
    rig.replug()


def in_a_backup(rig, data):
    return any(data in entry.file.read_bytes() for entry in rig.library.backups.entries())


def undo_file(done) -> Path:
    return Path(shlex.split(done.undo)[2])


def other_version(rig):
    rig.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.19.0", code_len=CODE))


def test_what_an_erase_destroys_is_in_a_backup_and_the_undo_brings_it_back(rig):
    backup(rig.ctx())
    flash(rig.ctx(), rig.path)
    stored_by_firmware(rig)
    before = rig.content
    done = erase_raw(rig.ctx(yes=True), lambda _size: AddressRange(SETTINGS, SETTINGS + 0x1000))
    assert done.safety.made_now
    assert in_a_backup(rig, MINE)
    restore(rig.ctx(), undo_file(done))
    assert rig.content == before


def test_the_undo_of_a_restore_is_not_the_file_that_was_restored(rig):
    stock = backup(rig.ctx()).backup
    flash(rig.ctx(), rig.path)
    stored_by_firmware(rig)
    before = rig.content
    done = restore(rig.ctx(), stock.file)
    assert undo_file(done) != stock.file
    assert undo_file(done).read_bytes() == before


def test_the_boot_check_gets_the_flash_as_the_device_will_hold_it(rig, monkeypatch):
    from plugsmith.flows.wire import boot_check

    tried = []

    def emulated(content, *_rest):
        tried.append(content)
        return {"boots": True}

    monkeypatch.setattr(boot_check, "check_board", lambda _chip: None)
    monkeypatch.setattr(boot_check, "run_emulated", emulated)
    monkeypatch.setattr(boot_check, "boot_sentence", lambda _answer, _chip: "ok")
    backup(rig.ctx())
    flash(rig.ctx(), rig.path)
    stored_by_firmware(rig)
    rig.chip.nor.content[0x14000] ^= 0xFF
    rig.replug()
    flash(rig.ctx(), rig.path, boot_check=True)
    assert tried == [rig.content]


def interrupted_in_verify(rig, monkeypatch):
    """All is written, then the user stops: the device runs, and its job is open."""

    def stop(*_args):
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(execute_module, "_verify", stop)
        with pytest.raises(Cancelled):
            flash(rig.ctx(), rig.path)
    assert rig.library.jobs.open_jobs()


@pytest.mark.parametrize("yes", [False, True])
def test_what_the_firmware_stored_since_an_interruption_is_asked_about(rig, monkeypatch, yes):
    backup(rig.ctx())
    interrupted_in_verify(rig, monkeypatch)
    stored_by_firmware(rig)
    other_version(rig)
    assert flash(rig.ctx(yes=yes), rig.path).verified
    assert any(f"{SETTINGS:X}" in step.upper() for step in rig.asked)
    stays = rig.content[SETTINGS : SETTINGS + len(MINE)] == MINE
    assert stays != yes
    assert "PS-NOTE-KEPT-CHANGED" in rig.warnings() or yes


def test_new_calibration_stays_although_an_older_backup_holds_another(rig, monkeypatch):
    backup(rig.ctx())
    interrupted_in_verify(rig, monkeypatch)
    stored_by_firmware(rig, at=0x1E0100, data=b"\x12\x34\x56\x78")
    other_version(rig)
    assert flash(rig.ctx(), rig.path).verified
    assert rig.content[0x1E0100:0x1E0104] == b"\x12\x34\x56\x78"


def test_a_write_elsewhere_does_not_make_a_half_written_device_whole(tmp_path):
    spans = range(0x1E3000, 0x1FD000, 0x1000)
    stock = factory("BK7231T", code_len=CODE)
    rig = Rig(tmp_path, "BK7231T", stock)
    first = backup(rig.ctx()).backup
    for addr in spans:
        stored_by_firmware(rig, at=addr, data=addr.to_bytes(4, "big") * 0x400)
    backup(rig.ctx())
    cancel_after(rig, 6)
    with pytest.raises(Cancelled):
        restore(rig.ctx(), first.file)
    back(rig)
    with pytest.raises(HalfWritten):
        backup(rig.ctx())
    assert write_raw(rig.ctx(), b"hello", start=0x140000).verified
    assert "PS-NOTE-HALF-WRITTEN" in rig.warnings()
    with pytest.raises(HalfWritten):
        backup(rig.ctx())
    assert restore(rig.ctx(), first.file).verified
    backup(rig.ctx())


def cancel_after(rig, erased):
    class Port(SimPort):
        def write(self, data):
            if sum(op.kind == "erase" for op in self.chip.nor.operations) >= erased:
                rig.cancel.cancel()
            super().write(data)

    rig.port = lambda: Port(rig.chip, rig.clock, name="sim://rig", lines="rts")


def back(rig):
    del rig.port
    rig.cancel = CancelToken()


def test_what_starts_the_firmware_is_written_last_although_it_is_equal(tmp_path):
    code = 0x40000
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=code))
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=code))
    flash(rig.ctx(), rig.path)
    for addr in range(0x12000, 0x50000, 0x1000):
        rig.chip.nor.content[addr + 100 : addr + 110] = b"\x5a" * 10
    rig.replug()
    cancel_after(rig, 4)
    with pytest.raises(Cancelled):
        flash(rig.ctx(), rig.path)
    assert rig.content[0x11000:0x12000] == b"\xff" * 0x1000
    back(rig)
    assert flash(rig.ctx(), rig.path).verified


CHECKSUM = b"\x04\x0e\x08\x01\xe0\xfc\x10"


class GarbledPort(SimPort):
    """Flips a bit of the checksum reply number `wanted` of a run."""

    def __init__(self, rig, wanted):
        super().__init__(rig.chip, rig.clock, name="sim://rig", lines="rts")
        self.wanted, self.count = wanted, 0

    def read(self, limit, timeout_s):
        data = bytearray(super().read(limit, timeout_s))
        at = -1
        while (at := data.find(CHECKSUM, at + 1)) >= 0 and at + 7 < len(data):
            self.count += 1
            if self.count == self.wanted:
                data[at + 7] ^= 0x10
        return bytes(data)


RUNS = {
    "flash": lambda rig: flash(rig.ctx(), rig.path),
    "restore": lambda rig: restore(rig.ctx(), rig.stock),
    "write": lambda rig: write_raw(rig.ctx(), b"abcd" * 600, start=0x150010),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
@pytest.mark.parametrize("verb", RUNS)
def test_one_garbled_checksum_decides_nothing_wherever_it_comes(tmp_path, verb, chip):
    rig = Rig(tmp_path, chip, factory(chip, code_len=CODE))
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(forge_openbeken_qio(chip, version="1.18.300", code_len=CODE))
    rig.stock = backup(rig.ctx()).backup.file
    if verb == "restore":
        flash(rig.ctx(), rig.path)
    before = rig.content
    saved = shutil.copytree(rig.library.root, tmp_path / "saved")

    def run(wanted):
        shutil.rmtree(rig.library.root)
        shutil.copytree(saved, rig.library.root)
        rig.chip.nor.content[:] = before
        rig.replug()
        port = GarbledPort(rig, wanted)
        rig.port = lambda: port
        assert RUNS[verb](rig).verified, wanted
        assert rig.library.jobs.open_jobs() == []
        return rig.content, port.count

    right, total = run(None)
    assert total >= 10
    for wanted in spread(total, usual=[2, total // 2, total]):
        content, count = run(wanted)
        assert count >= wanted
        assert content == right, wanted


def test_a_refusal_in_the_middle_does_not_say_that_nothing_was_written(rig, monkeypatch):
    backup(rig.ctx())
    real = execute_module._program

    def refused(ctx, device, run, group, meter):
        if len(run.left) < len(run.plan.changed_sectors):
            raise FlashProtected(reason="it says no")
        real(ctx, device, run, group, meter)

    monkeypatch.setattr(execute_module, "_program", refused)
    with pytest.raises(WriteStopped):
        flash(rig.ctx(), rig.path)
    assert rig.library.jobs.open_jobs()


def test_a_damaged_journal_is_told_and_no_backup_is_made(rig):
    backup(rig.ctx())
    cancel_after(rig, 3)
    with pytest.raises(Cancelled):
        flash(rig.ctx(), rig.path)
    back(rig)
    (journal,) = (rig.library.root / "jobs").glob("*.journal")
    journal.write_bytes(b"x" + journal.read_bytes()[1:])
    with pytest.raises(JobUnreadable):
        backup(rig.ctx())
    assert flash(rig.ctx(), rig.path).verified  # which needs no backup of the mixture


def test_two_processes_do_not_work_on_one_port_or_device(rig):
    locks = Library(rig.library.root).locks
    with held(locks, "sim://rig", words="sim://rig"), pytest.raises(DeviceInUse):
        backup(rig.ctx())
    made = backup(rig.ctx()).backup.passport
    name = f"{made.chip} {made.mac} {made.rf_sha256}"
    with held(locks, name, words="the device"), pytest.raises(DeviceInUse):
        flash(rig.ctx(), rig.path)
    assert flash(rig.ctx(), rig.path).verified


def test_what_is_overwritten_on_a_half_written_device_is_put_on_the_disk(rig, monkeypatch):
    backup(rig.ctx())
    interrupted_in_verify(rig, monkeypatch)
    stored_by_firmware(rig, at=0x1E8000)
    span = AddressRange(0x1E8000, 0x1E9000)
    erase_raw(rig.ctx(yes=True), lambda _size: span)
    (file,) = (rig.library.root / "rescued").iterdir()
    assert file.read_bytes().startswith(MINE)


def test_a_cut_in_the_calibration_sector_brings_the_own_one_back_with_any_command(tmp_path):
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    other = Rig(
        tmp_path / "b",
        "BK7231T",
        factory("BK7231T", code_len=CODE, mac=bytes.fromhex("c8478cbbbbbb")),
    )
    theirs = backup(other.ctx()).backup.file
    backup(rig.ctx())
    with cut_at(rig, None, when=lambda flash: flash[0x1E0000:0x1E1000] == b"\xff" * 0x1000):
        restore(rig.ctx("mac"), theirs)
    assert rig.content[0x1E0000:0x1E1000] == b"\xff" * 0x1000
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    assert flash(rig.ctx(), rig.path).verified
    assert rig.content[0x1E0000:0x1E1000] == rig.before[0x1E0000:0x1E1000]
    assert rig.library.jobs.open_jobs() == []
