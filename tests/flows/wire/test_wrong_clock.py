"""A clock that is wrong is told, and decides nothing: neither what is newest nor what may go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cut_rig import cut_at
from flows_rig import Rig, factory

from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.library.backups.pruning import PruneRule, superfluous
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.device_folders import new_folder

DAY = 86_400.0
CODE = 0x4000


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))


def lived(rig, mark):
    rig.chip.nor.content[0x1E8000 : 0x1E8000 + len(mark)] = mark
    rig.replug()


@pytest.mark.parametrize("jump", [-400 * DAY, -3600.0])
def test_a_clock_that_jumped_back_is_told_and_the_last_backup_is_still_the_newest(rig, jump):
    first = backup(rig.ctx()).backup
    assert "PS-NOTE-CLOCK" not in rig.warnings()
    rig.clock.jump(jump)
    lived(rig, b"lived on")
    second = backup(rig.ctx()).backup
    assert rig.warnings().count("PS-NOTE-CLOCK") == 1
    assert second.passport.created < first.passport.created
    key = rig.library.backups.entries()[0].device
    assert [entry.file for entry in rig.library.backups.entries()] == [second.file, first.file]
    assert rig.library.backups.find(key).read() == second.read()


def test_a_clock_that_is_right_or_a_few_minutes_off_is_not_told(rig):
    backup(rig.ctx())
    rig.clock.jump(-300)
    lived(rig, b"lived on")
    backup(rig.ctx())
    rig.clock.jump(400 * DAY)
    lived(rig, b"and on and on")
    backup(rig.ctx())
    assert "PS-NOTE-CLOCK" not in rig.warnings()


def test_a_clock_that_jumps_back_while_a_verb_runs_is_told(rig):
    port = rig.port()
    real = port.write
    jumped, asked = [], []

    def write(data):
        asked.append(data)
        if not jumped and len(asked) > 60:
            jumped.append(rig.clock.jump(-2 * DAY))
        real(data)

    port.write = write
    rig.port = lambda: port
    made = backup(rig.ctx()).backup
    assert jumped
    assert "PS-NOTE-CLOCK" in rig.warnings()
    assert made.read() == rig.content


def test_a_write_tells_it_too(rig):
    backup(rig.ctx())
    rig.clock.jump(-DAY)
    write_raw(rig.ctx(), b"x", start=0x150000)
    assert rig.warnings().count("PS-NOTE-CLOCK") == 1


def test_dates_from_the_future_do_not_make_an_old_backup_the_newest(rig):
    rig.clock.jump(10_000 * DAY)
    backup(rig.ctx())
    rig.clock.jump(-10_000 * DAY)
    for turn in range(3):
        lived(rig, b"life %d" % turn)
        last = backup(rig.ctx()).backup
    entries = rig.library.backups.entries()
    assert entries[0].file == last.file
    assert entries[-1].created > entries[0].created
    # pruning keeps the newest by its number and the first, whatever the dates say
    gone = superfluous(entries, PruneRule(keep=1), folder=rig.library.backups.folder)
    assert entries[0] not in gone
    assert entries[-1] not in gone


def test_of_two_interrupted_writes_the_later_one_is_the_later_one(rig, tmp_path):
    image = tmp_path / "image.bin"
    image.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    backup(rig.ctx())
    with cut_at(rig, 3):
        flash(rig.ctx(), image)
    rig.clock.jump(-30 * DAY)
    with cut_at(rig, 3):
        write_raw(rig.ctx(), b"x" * 0x3000, start=0x150000)
    jobs = rig.library.jobs.open_jobs()
    assert [job.header.kind.value for job in jobs] == ["write", "flash"]
    for path in (rig.library.root / "jobs").glob("flash-*.journal"):
        path.touch()  # a copy of the folder, a file system without times
    assert [job.header.kind.value for job in rig.library.jobs.open_jobs()] == ["write", "flash"]


def test_backups_of_running_devices_are_thinned_out_by_their_order(tmp_path):
    for day in (9, 1, 2, 3):  # the first was stored while the clock ran ahead
        made = new_folder(tmp_path, device="c8478c010203", created=f"2026-01-0{day}T00:00:00+00:00")
        facts = {"mac": "c8:47:8c:01:02:03", "host": "10.0.0.1"}
        made.finish({"created": f"2026-01-0{day}T00:00:00+00:00", **facts})
    store = DeviceBackups(tmp_path)
    store.thin_out("c8:47:8c:01:02:03", "10.0.0.1", keep=2)
    left = [item.created[:10] for item in store.of("c8:47:8c:01:02:03", "10.0.0.1")]
    assert left == ["2026-01-02", "2026-01-03"]


def test_the_virtual_date_runs_with_the_clock(rig):
    before = rig.clock.wall()
    rig.clock.sleep(7)
    assert rig.clock.wall() - before == timedelta(seconds=7)
