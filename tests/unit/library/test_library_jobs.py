"""Jobs: what survives a kill, a torn line, a lost page; and what it means for the device."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from plugsmith.boot.flash import Proof
from plugsmith.errors.flows import NoRightToWrite, NoSpaceLeft
from plugsmith.errors.library import JobLost, JobUnreadable
from plugsmith.library.jobs.journal import Journal
from plugsmith.library.jobs.store import (
    CHANGING,
    DeviceKey,
    JobHeader,
    JobKind,
    JobSectors,
    JobStore,
    KeptRange,
)
from plugsmith.library.library import Library
from plugsmith.memory import AddressRange

DEVICE = DeviceKey(chip="BK7231T", flash_size=0x4000, mac="c8:47:8c:01:02:03", rf_sha256="ab" * 32)


def header(**changes) -> JobHeader:
    base = JobHeader(
        kind=JobKind.FLASH,
        device=DEVICE,
        port="/dev/ttyUSB0",
        adapter="1a86:7523:",
        subject="OpenBK7231T_QIO.bin",
        command="plugsmith flash OpenBK7231T_QIO.bin --port /dev/ttyUSB0",
        started="2026-11-22T10:00:00Z",
    )
    return replace(base, **changes)


def begun(store, head):
    """A job that has sent its first erase."""
    job = store.start(head)
    job.in_flight(AddressRange(0, 0x1000))
    return job


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "jobs")


def test_a_killed_job_tells_speed_and_sector_in_flight(store):
    job = store.start(header())
    job.speed(921600)
    job.in_flight(AddressRange(0x1000, 0x2000))
    job.written(AddressRange(0x1000, 0x2000), 1)
    job.in_flight(AddressRange(0x2000, 0x3000))
    # no close: the process is gone
    (state,) = JobStore(store.folder).open_jobs()
    assert state.header == replace(header(), number=1)
    assert state.baud == 921600
    assert state.begun
    assert state.in_flight == AddressRange(0x2000, 0x3000)


def test_a_job_begins_with_its_first_erase(store):
    job = store.start(header())
    job.speed(921600)
    job.protection(0x1C)
    (state,) = store.open_jobs()
    assert not state.begun
    assert state.protection == 0x1C
    job.in_flight(AddressRange(0, 0x1000))
    job.written(AddressRange(0, 0x1000), 1)
    (state,) = store.open_jobs()
    assert state.begun
    assert state.in_flight is None


def test_what_a_write_intends_and_what_must_survive_is_on_the_disk_before_it_begins(store):
    job = store.start(header())
    old, new = b"old " * 1024, b"new " * 1024
    kept = KeptRange(span=AddressRange(0x2000, 0x4000), crc32=7)
    job.intend(
        JobSectors(wanted={0x1000: new}, before={0x1000: old}),
        changes=[AddressRange(0x1000, 0x2000)],
        kept=[kept],
    )
    (state,) = JobStore(store.folder).open_jobs()
    assert state.changes == (AddressRange(0x1000, 0x2000),)
    assert state.kept == (kept,)
    sectors = store.sectors(state)
    assert (dict(sectors.wanted), dict(sectors.before)) == ({0x1000: new}, {0x1000: old})
    file = store.folder / f"{job.id}.sectors"
    file.write_bytes(file.read_bytes()[:-1])
    assert store.sectors(state) == JobSectors()


def test_a_full_disk_is_told_before_anything_is_erased(store, monkeypatch):
    job = store.start(header())

    def full(*_args, **_kwargs) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plugsmith.library.jobs.sectors.write_whole", full)
    with pytest.raises(NoSpaceLeft):
        job.intend(JobSectors(), changes=[], kept=[])


def test_a_damaged_line_does_not_hide_that_a_write_began(store):
    job = store.start(header())
    job.speed(921600)
    job.in_flight(AddressRange(0x1000, 0x2000))
    path = store.folder / f"{job.id}.journal"
    path.write_bytes(path.read_bytes().replace(b"921600", b"921601"))
    (state,) = store.open_jobs()
    assert state.begun


def test_one_bad_entry_costs_only_what_it_says(store):
    job = store.start(header())
    job._journal.append("speed", {"baud": "fast"})
    job._journal.append("kept", {"start": 5, "end": 5, "crc32": 0})
    job.in_flight(AddressRange(0x1000, 0x2000))
    (state,) = store.open_jobs()
    assert state.begun
    assert (state.baud, state.kept) == (None, ())


def test_a_finished_job_leaves_nothing(store):
    job = store.start(header(kind=JobKind.BACKUP))
    job.put(0, b"abc", Proof.DEVICE_CRC)
    job.finish()
    assert store.open_jobs() == []
    assert list(store.folder.iterdir()) == []


def test_jobs_are_found_by_their_kind_and_by_the_device_that_they_may_be_of(store):
    store.start(header(kind=JobKind.BACKUP))
    job = begun(store, header())
    (state,) = store.open_jobs(device=DEVICE, kinds=CHANGING)
    assert state.id == job.id
    assert len(store.open_jobs(device=DEVICE)) == 2
    other_rf = replace(DEVICE, rf_sha256="00" * 32)
    assert store.open_jobs(device=other_rf, kinds=CHANGING) == [state]  # --allow rf
    assert store.open_jobs(device=replace(other_rf, mac="c8:47:8c:00:00:77")) == []


def test_a_mac_of_many_devices_is_no_proof_of_the_same_device(store):
    placeholder = replace(DEVICE, mac="c8:47:8c:42:88:48")
    begun(store, header(device=placeholder))
    assert store.open_jobs(device=replace(placeholder, rf_sha256="00" * 32)) == []
    assert len(store.open_jobs(device=placeholder)) == 1


def test_a_resumed_read_keeps_what_still_matches(store):
    job = store.start(header(kind=JobKind.BACKUP))
    job.put(0x1000, b"a" * 0x1000, Proof.DEVICE_CRC)
    job.put(0x3000, b"\xff" * 0x1000, Proof.BLANK_CRC)
    job.put(0x0000, b"b" * 0x1000, Proof.READ_TWICE)
    with job.partial.open("r+b") as file:
        file.write(b"x")  # the disk lost a page
    again = store.resume(job.id)
    image, sound = again.so_far()
    assert [item.span.start for item in sound] == [0x1000, 0x3000]
    assert [item.proof for item in sound] == [Proof.DEVICE_CRC, Proof.BLANK_CRC]
    assert bytes(image) == b"\xff" * 0x1000 + b"a" * 0x1000 + b"\xff" * 0x2000
    again.put(0, b"c" * 0x1000, Proof.DEVICE_CRC)
    assert len(store.resume(job.id).so_far()[1]) == 3


def test_a_resumed_read_without_its_bytes_starts_from_nothing(store):
    job = store.start(header(kind=JobKind.BACKUP))
    job.put(0, b"abc", Proof.DEVICE_CRC)
    job.partial.unlink()
    image, sound = store.resume(job.id).so_far()
    assert sound == ()
    assert set(image) == {0xFF}


def test_a_torn_end_is_cut_off_and_the_job_goes_on(store):
    job = store.start(header())
    job.speed(460800)
    path = store.folder / f"{job.id}.journal"
    path.write_bytes(path.read_bytes()[:-3])
    again = store.resume(job.id)
    assert again.state.baud is None
    again.speed(921600)
    (state,) = store.open_jobs()
    assert state.baud == 921600


@pytest.mark.parametrize("rest", [b"", b"{}\n", b"garbage", b"\0" * 100])
def test_a_job_without_a_readable_beginning_is_no_job(store, rest):
    job = store.start(header())
    (store.folder / f"{job.id}.journal").write_bytes(rest)
    assert store.open_jobs() == []
    with pytest.raises(JobLost):
        store.resume(job.id)
    if rest:
        with pytest.raises(JobUnreadable):
            store.refuse_unreadable()
    else:  # it never began
        store.refuse_unreadable()


def test_there_is_nothing_to_resume(store):
    with pytest.raises(JobLost):
        store.resume("flash-000000000000")


def test_entries_of_a_later_version_do_not_hide_what_is_understood(store):
    job = store.start(header())
    job._journal.append("hologram", {"x": [1, 2, {"y": None}]})
    job.speed(2000000)
    (state,) = store.open_jobs()
    assert state.baud == 2000000


def test_odd_texts_do_not_lose_the_job(store):
    store.start(header(command="plugsmith flash 'a\nb\x00'", subject="s" * 5000, port="\ud800"))
    (state,) = store.open_jobs()
    assert state.header.command == "plugsmith flash 'a?b?'"
    assert len(state.header.subject) == 1024


def test_a_disk_that_refuses_stops_a_job_before_it_begins(tmp_path):
    (tmp_path / "jobs").write_text("not a folder")
    with pytest.raises(NoRightToWrite):
        JobStore(tmp_path / "jobs").start(header())


def test_a_full_disk_does_not_stop_a_write_in_the_middle(store, monkeypatch):
    job = store.start(header())

    def full(*_args, **_kwargs) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "append", full)
    job.in_flight(AddressRange(0, 0x1000))
    assert job.trouble == "No space left on device"


def test_a_read_that_cannot_be_kept_says_so(store):
    job = store.start(header(kind=JobKind.BACKUP))
    job.partial.mkdir()
    with pytest.raises(NoRightToWrite):
        job.put(0, b"abc", Proof.DEVICE_CRC)


def test_the_latest_job_comes_first(store):
    older = store.start(header(started="2026-11-22T11:00:00Z", subject="old"))
    store.start(header(started="1970-01-01T00:00:00Z", subject="new"))  # the clock was wrong
    os.utime(store.folder / f"{older.id}.journal", ns=(1, 1))
    assert [state.header.subject for state in store.open_jobs()] == ["new", "old"]


def test_relink_speeds_come_from_jobs_and_adapters(tmp_path):
    library = Library(tmp_path)
    job = library.jobs.start(header())
    job.speed(921600)
    library.adapters.worked("1a86:7523:", 1000000)
    library.adapters.in_use("1a86:7523:", 2000000)
    assert library.relink_speeds(port="/dev/ttyUSB7", adapter="1a86:7523:") == (
        921600,
        2000000,
    )  # not the rates that only worked before: an orderly end leaves no chip at them
    assert library.relink_speeds(port="/dev/ttyUSB0", adapter="0403:6001:x") == ()
    assert library.relink_speeds(port="/dev/ttyUSB0", adapter=None) == (921600,)
    job.speed(115200)
    library.adapters.in_use("1a86:7523:", None)
    assert library.relink_speeds(port="/dev/ttyUSB7", adapter="1a86:7523:") == ()


def test_checksums_of_read_ranges_are_those_of_zlib(store):
    job = store.start(header(kind=JobKind.BACKUP))
    job.put(0, b"123456789", Proof.DEVICE_CRC)
    (state,) = store.open_jobs()
    assert state.read[0].crc32 == zlib.crc32(b"123456789") == 0xCBF43926


_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_library_jobs import header
from plugsmith.library.jobs.store import JobStore
from plugsmith.memory import AddressRange
job = JobStore(Path(sys.argv[2])).start(header())
job.speed(921600)
for number in range(1 << 20):
    span = AddressRange.sized(number * 0x1000, 0x1000)
    job.in_flight(span)
    print(number, flush=True)
    job.written(span, number)
"""


def test_kill_9_in_the_middle_of_a_write_is_told_afterwards(store):
    here = str(Path(__file__).parent)
    arguments = [sys.executable, "-c", _WRITER, here, str(store.folder)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        last = next(line for line in process.stdout if int(line) >= 40)
        process.kill()
        rest = process.stdout.read().split()
    reached = int(rest[-1] if rest else last)
    (state,) = store.open_jobs(device=DEVICE)
    assert state.baud == 921600
    assert state.begun
    # it may have been killed before the number of the next one was printed
    possible = [AddressRange.sized(at * 0x1000, 0x1000) for at in (reached, reached + 1)]
    assert state.in_flight in {None, *possible}
