"""What names a half-written device once another write has changed calibration and address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from plugsmith.errors.flows import NoSpaceLeft
from plugsmith.library.jobs import names as job_names
from plugsmith.library.jobs.names import JobNames
from plugsmith.library.jobs.store import DeviceKey, JobHeader, JobKind, JobStore
from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from pathlib import Path

DEVICE = DeviceKey(chip="BK7231T", flash_size=0x4000, mac="c8:47:8c:01:02:03", rf_sha256="ab" * 32)
OTHER = replace(DEVICE, mac="c8:47:8c:0a:0b:0c", rf_sha256="cd" * 32)
THIRD = replace(DEVICE, rf_sha256="ef" * 32)


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path / "jobs")


def begun(store: JobStore):
    job = store.start(
        JobHeader(
            kind=JobKind.FLASH,
            device=DEVICE,
            port="p",
            adapter=None,
            subject="s",
            command="c",
            started="2026-11-22T10:00:00Z",
        )
    )
    job.in_flight(AddressRange(0, 0x1000))
    return job


def the_one(store: JobStore):
    (state,) = store.open_jobs()
    return state


def test_a_device_goes_by_its_first_and_by_its_newest_name(store):
    begun(store)
    for given in (THIRD, OTHER):
        store.name(the_one(store), replace(the_one(store).names, renamed=given))
    assert [the_one(store).is_of(key) for key in (DEVICE, OTHER, THIRD)] == [True, True, False]


def test_a_twin_is_not_forgotten_by_a_new_name(store):
    begun(store)
    store.name(the_one(store), replace(the_one(store).names, twin=True))
    store.name(the_one(store), replace(the_one(store).names, renamed=OTHER))
    assert the_one(store).names == JobNames(twin=True, renamed=OTHER)


def test_the_process_that_has_the_job_open_loses_no_line_by_it(store):
    job = begun(store)
    store.name(the_one(store), JobNames(twin=True))
    job.in_flight(AddressRange(0x1000, 0x2000))
    job.speed(921600)
    state = the_one(store)
    assert (state.in_flight, state.baud) == (AddressRange(0x1000, 0x2000), 921600)


def test_a_damaged_journal_stays_one_that_has_begun(store):
    job = begun(store)
    path = store.folder / f"{job.id}.journal"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second.replace(b"start", b"stxrt"))
    assert the_one(store).begun
    store.name(the_one(store), JobNames(twin=True))
    assert the_one(store).begun


@pytest.mark.parametrize(
    "held", [b"", b"{", b"[]", b"\xff" * 64, b'{"schema": "x"}', b'{"twin": false}' * 1000]
)
def test_a_file_that_says_nothing_leaves_the_work_alone_to_tell(store, held):
    job = begun(store)
    (store.folder / f"{job.id}.names").write_bytes(held)
    assert the_one(store).names == JobNames(twin=True)


def test_a_job_that_has_ended_gets_no_name_and_takes_its_own_along(store):
    job = begun(store)
    state = the_one(store)
    store.name(state, JobNames(twin=True))
    job.finish()
    assert list(store.folder.glob("*.names")) == []
    store.name(state, JobNames(twin=True))
    assert list(store.folder.glob("*.names")) == []


def test_a_disk_without_room_refuses_before_anything_is_erased(store, monkeypatch):
    begun(store)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(job_names, "write_whole", full)
    with pytest.raises(NoSpaceLeft):
        store.name(the_one(store), JobNames(twin=True))
