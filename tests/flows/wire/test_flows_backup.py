"""`backup` on the simulator: proof, passport, resume, and what is not a backup."""

from __future__ import annotations

import json

import pytest
from flows_rig import Rig, factory

from plugsmith.chips.model import MAC_OFFSET
from plugsmith.errors import Cancelled
from plugsmith.errors.flows import HalfWritten, NoRightToWrite, NotABackup
from plugsmith.errors.library import JobLost, OutputExists
from plugsmith.errors.port import PortLost
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.library.backups.store import open_backup
from plugsmith.library.jobs.store import Job
from plugsmith.sim.faults import FaultPlan, Harm, LineFault, PortVanishes, Way

CODE = 0x8000


@pytest.fixture(params=["BK7231T", "BK7231N", "BK7231Q", "BK7231U", "BK7238"])
def any_rig(request, tmp_path):
    return Rig(tmp_path, request.param, factory(request.param, code_len=CODE))


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))


def test_a_backup_is_the_flash_with_a_passport(any_rig):
    done = backup(any_rig.ctx())
    stored = open_backup(done.backup.file)
    assert stored.read() == any_rig.before == any_rig.content
    passport = stored.passport
    assert passport.proven
    assert passport.chip == any_rig.chip.who.chip.upper().replace("BK7252", "BK7231U")
    place = passport.rf_start + MAC_OFFSET
    assert passport.mac == any_rig.before[place : place + 6].hex(":")
    assert passport.proof == "device-crc"
    assert stored.file.with_suffix(".rf.bin").read_bytes().startswith(b"TLV\0")
    assert stored.file.with_suffix(".mac.txt").read_text().strip() == passport.mac
    assert passport.mac.replace(":", "")[-6:] in stored.file.name
    result = done.result()
    assert result.skipped_blank > 0x10_0000
    assert result.bytes_on_wire < 0x8_0000


def test_the_event_list_tells_the_story(rig):
    backup(rig.ctx())
    kinds = [kind for kind in rig.kinds() if kind not in {"progress", "log"}]
    tasks = [event.task for event in rig.log if event.kind == "task_begin"]
    assert rig.log.events[0].code == "PS-NOTE-MAINS"
    assert tasks == ["link", "backup"]
    assert kinds.count("task_begin") == kinds.count("task_end") == 2
    last = [event for event in rig.log if event.kind == "progress"][-1]
    assert (last.done, last.total) == (0x20_0000, 0x20_0000)


def test_the_telling_sectors_come_first(rig):
    read = []
    before = rig.chip.nor.read

    def watch(addr, length):
        read.append(addr % 0x20_0000)
        return before(addr, length)

    rig.chip.nor.read = watch
    backup(rig.ctx())
    assert read.index(0x1E_0000) < read.index(0x1_2000)


def test_the_chip_runs_again_after_success_and_after_failure(rig):
    first = backup(rig.ctx())
    assert rig.runs()
    resets = rig.chip.resets
    with pytest.raises(OutputExists):
        backup(rig.ctx(), out=first.backup.file)
    assert rig.chip.resets == resets  # refused before the chip was touched


def test_out_writes_elsewhere_and_the_library_knows_it(rig, tmp_path):
    done = backup(rig.ctx(), out=tmp_path / "mine.bin")
    assert done.backup.file == tmp_path / "mine.bin"
    assert json.loads((tmp_path / "mine.json").read_text())["mac"] == "c8:47:8c:00:00:01"
    again = flash_needs_no_new_backup(rig, tmp_path)
    assert again.safety.backup.file == tmp_path / "mine.bin"


def flash_needs_no_new_backup(rig, tmp_path):
    from flows_rig import openbeken

    path = tmp_path / "image.bin"
    path.write_bytes(openbeken("BK7231T"))
    done = flash(rig.ctx(), path)
    assert not done.safety.made_now
    return done


def test_a_second_backup_reads_only_what_changed_and_replaces_nothing(rig):
    first = backup(rig.ctx())
    rig.chip.nor.content[0x1E_1000:0x1E_1004] = b"user"
    second = backup(rig.ctx())
    assert second.backup.file != first.backup.file
    assert first.backup.read() == rig.before
    assert second.backup.read() == rig.content
    assert second.bytes_on_wire < first.bytes_on_wire / 3


def test_the_same_content_again_is_the_same_backup(rig):
    assert backup(rig.ctx()).backup.file == backup(rig.ctx()).backup.file


@pytest.mark.parametrize("at", [3_000, 10_000, 60_000, 90_000])
def test_a_lost_port_keeps_what_was_read_and_resume_goes_on(tmp_path, at):
    faults = FaultPlan(faults=(PortVanishes(at=at, seconds=None),))
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE), faults=faults)
    with pytest.raises(PortLost):
        backup(rig.ctx())
    rig.replug()
    done = backup(rig.ctx(), resume=at > 10_000)
    assert done.backup.read() == rig.before
    assert (done.resumed > 0) == (at > 10_000)
    assert not list((tmp_path / "library" / "jobs").iterdir())


def test_what_changed_between_the_runs_is_read_again(tmp_path):
    faults = FaultPlan(faults=(PortVanishes(at=90_000, seconds=None),))
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE), faults=faults)
    with pytest.raises(PortLost):
        backup(rig.ctx())
    rig.chip.nor.content[0x1E_F000:0x1E_F010] = b"another password"
    rig.replug()
    assert backup(rig.ctx()).backup.read() == rig.content


def test_resume_insists_on_something_to_go_on_with(rig):
    with pytest.raises(JobLost) as lost:
        backup(rig.ctx(), resume=True)
    assert lost.value.exit_code in {8, 9}


def test_cancel_between_blocks_keeps_what_was_read(rig):
    emit = rig.log.emit

    def stop_early(event):
        emit(event)
        if event.kind == "progress":
            rig.cancel.cancel()

    rig.log.emit = stop_early
    with pytest.raises(Cancelled) as stopped:
        backup(rig.ctx())
    assert "--resume" in stopped.value.hint
    assert "not changed" in stopped.value.message


@pytest.mark.parametrize("fill", [0xFF, 0x00, 0xA5])
def test_a_uniform_flash_is_not_a_backup(tmp_path, fill):
    rig = Rig(tmp_path, "BK7231N", bytes([fill]) * 0x20_0000)
    with pytest.raises(NotABackup) as refused:
        backup(rig.ctx())
    assert refused.value.exit_code == 5
    assert refused.value.hint
    assert rig.library.backups.entries() == ()
    assert not list((tmp_path / "library" / "jobs").iterdir())


def test_a_half_written_device_is_not_a_backup(rig, tmp_path):
    from flows_rig import openbeken

    backup(rig.ctx())
    path = tmp_path / "image.bin"
    path.write_bytes(openbeken("BK7231T"))
    rig.replug(FaultPlan(faults=(PortVanishes(at=150_000, seconds=None),)))
    with pytest.raises(PortLost):
        flash(rig.ctx(), path)
    rig.replug()
    with pytest.raises(HalfWritten) as refused:
        backup(rig.ctx())
    assert "plugsmith flash" in refused.value.hint
    rig.library.jobs.forget(rig.library.jobs.open_jobs()[0])  # another machine knows no journal
    with pytest.raises(NotABackup):
        backup(rig.ctx())


@pytest.mark.sample(3)
@pytest.mark.parametrize("harm", list(Harm))
@pytest.mark.parametrize("way", list(Way))
def test_line_faults_do_not_change_the_result(tmp_path, harm, way):
    faults = FaultPlan(
        faults=tuple(
            LineFault(way=way, harm=harm, at=at, count=count, seconds=0.3)
            for at, count in ((900, 1), (2_100, 3), (20_000, 50), (61_000, 7))
        ),
        seed=5,
    )
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE), faults=faults)
    done = backup(rig.ctx())
    assert done.backup.read() == rig.before == rig.content


@pytest.mark.parametrize(
    "ends", [NoRightToWrite(folder="jobs", problem="gone"), Cancelled(state="Stopped.")]
)
@pytest.mark.parametrize("after", [0, 2])
def test_nothing_is_said_to_be_kept_before_something_is(rig, monkeypatch, ends, after):
    """The command that it would name ends with PS-JOB-LOST where nothing was read yet."""
    real, blocks = Job.put, []

    def put(job, *piece):
        if len(blocks) == after:
            raise ends
        blocks.append(piece)
        real(job, *piece)

    monkeypatch.setattr(Job, "put", put)
    with pytest.raises(type(ends)) as stopped:
        backup(rig.ctx(timeout=0.5))
    told = [event.hint for event in rig.log if getattr(event, "code", "") == "PS-NOTE-UNFINISHED"]
    assert bool(told or "--resume" in stopped.value.hint) == bool(after)
    monkeypatch.setattr(Job, "put", real)
    if after:
        assert backup(rig.ctx(), resume=True).backup.read() == rig.content
