"""The user's own backups: found, named, copied, thinned out - and never the last of anything."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passport_rig import MAC, content, passport_of

from plugsmith.errors import UsageError
from plugsmith.errors.library import BackupChanged, BackupUnknown, OutputExists, SeveralBackups
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.backups.shelf import (
    PruneWish,
    export_backups,
    label_backup,
    list_backups,
    prune_backups,
)
from plugsmith.library.backups.labels import Label, label_file, read_label
from plugsmith.library.backups.pruning import PruneRule, superfluous
from plugsmith.library.backups.store import open_backup
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.jobs.state import JobHeader, JobKind
from plugsmith.library.library import Library

OTHER = "c8:47:8c:0a:0b:0c"


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "library")


def stored(library, day: int, *, mac=MAC, out=None, rf_start=0x4000):
    """A backup made on that day of November; its file has the same age as its date."""
    data = content(day * 16 + (7 if mac == OTHER else 3))
    created = f"2026-11-{day:02}T10:00:00+00:00"
    passport = passport_of(data, created=created, mac=mac, rf_start=rf_start)
    backup = library.backups.add(data, passport, out=out)
    os.utime(backup.passport_file, (day * 86400, day * 86400))
    return backup


def prune(library, *, keep=1, older_than=None, dry_run=False, agree=True):
    asked = []

    def consent(question, step):
        asked.append(question)
        if not agree:
            raise ConsentMissing(step=step)

    wish = PruneWish(keep=keep, older_than=older_than, dry_run=dry_run)
    return prune_backups(library, wish, consent=consent), asked


def names(library) -> list[str]:
    return sorted(item.file.stem for item in library.backups.entries())


def test_a_list_is_the_latest_first_and_marks_the_first_of_each_device(library):
    old, other, new = stored(library, 1), stored(library, 3, mac=OTHER), stored(library, 5)
    rows = list_backups(library, ()).backups
    assert [row.name for row in rows] == [new.file.stem, other.file.stem, old.file.stem]
    assert [row.first for row in rows] == [False, True, True]
    assert {row.state for row in rows} == {"present"}


@pytest.mark.parametrize(
    "words", [["8c0a0b0c"], ["C8:47:8C:0A:0B:0C"], ["kitchen", "bk7231t"], ["left of the door"]]
)
def test_found_by_words_of_name_mac_label_and_note(library, words):
    stored(library, 1)
    wanted = stored(library, 3, mac=OTHER)
    label_backup(library, OTHER, label="Kitchen", note="Left of the door")
    assert [row.name for row in list_backups(library, words).backups] == [wanted.file.stem]


def test_a_check_reads_every_byte(library):
    good, changed, gone = stored(library, 1), stored(library, 2), stored(library, 3)
    data = bytearray(changed.file.read_bytes())
    data[77] ^= 1
    changed.file.write_bytes(data)
    gone.file.unlink()
    assert {row.name: row.state for row in list_backups(library, (), check=True).backups} == {
        good.file.stem: "sound",
        changed.file.stem: "changed",
        gone.file.stem: "missing",
    }
    states = {row.name: row.state for row in list_backups(library, ()).backups}
    assert states[changed.file.stem] == "present"  # without a check nothing more is claimed


def test_a_label_is_kept_beside_the_backup_which_stays_as_it_is(library):
    backup = stored(library, 1)
    before = (backup.file.read_bytes(), backup.passport_file.read_bytes())
    label_backup(library, backup.file.stem, label="Kitchen", note=None)
    label_backup(library, "kitchen", label=None, note="first dump")
    assert read_label(backup.file) == Label(label="Kitchen", note="first dump")
    assert (backup.file.read_bytes(), backup.passport_file.read_bytes()) == before
    assert names(library) == [backup.file.stem]
    assert (label_file(backup.file).stat().st_mode & 0o777) == 0o600
    label_backup(library, "Kitchen", label="", note="")
    assert not label_file(backup.file).exists()
    with pytest.raises(UsageError):
        label_backup(library, MAC, label=None, note=None)


@pytest.mark.parametrize("junk", [b"", b"{", b'{"schema": "x"}', b"\xff" * 99, b"[" * 5000])
def test_a_broken_label_is_no_label(library, junk):
    backup = stored(library, 1)
    label_file(backup.file).write_bytes(junk)
    assert read_label(backup.file) == Label()
    assert [row.label for row in list_backups(library, ()).backups] == [None]


def test_foreign_letters_in_a_label_cannot_act(library):
    stored(library, 1)
    kept = label_backup(library, MAC, label="a\x1b[2Jb\u202e", note="\ud800")
    assert kept.label == "a?[2Jb?"
    assert kept.note == "?"


def test_a_name_that_means_several_is_refused(library):
    first, second = stored(library, 1), stored(library, 2)
    with pytest.raises(SeveralBackups, match=first.file.stem):
        label_backup(library, MAC, label="x", note=None)
    with pytest.raises(BackupUnknown):
        label_backup(library, "nothing", label="x", note=None)
    label_backup(library, first.file.stem, label="Twice", note=None)
    label_backup(library, second.file.stem, label="twice", note=None)
    with pytest.raises(SeveralBackups):
        export_backups(library, ["TWICE"], library.root / "out")


def test_an_export_is_a_whole_backup_again(library, tmp_path):
    backup = stored(library, 1)
    label_backup(library, MAC, label="Kitchen", note=None)
    done = export_backups(library, ["kitchen"], tmp_path / "stick")
    copy = open_backup(tmp_path / "stick" / backup.file.name)
    assert copy.read() == backup.read()
    assert read_label(copy.file).label == "Kitchen"
    assert len(done.exported[0].files) == 5
    for path in (tmp_path / "stick").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(OutputExists):
        export_backups(library, ["kitchen"], tmp_path / "stick")


def test_a_changed_backup_is_not_exported_and_nothing_is_left(library, tmp_path):
    stored(library, 1)
    bad = stored(library, 2)
    bad.file.write_bytes(b"x" * 0x8000)
    with pytest.raises(BackupChanged):
        export_backups(library, (), tmp_path / "stick")
    assert not (tmp_path / "stick").exists()


def test_pruning_keeps_the_first_and_the_newest_of_each_device(library):
    for day in range(1, 7):
        stored(library, day)
    for day in (2, 4):
        stored(library, day, mac=OTHER)
    done, asked = prune(library, keep=2)
    assert [row.created[8:10] for row in done.removed] == ["02", "03", "04"]
    assert done.kept == 5
    assert len(asked) == 1
    days = [entry.created[8:10] for entry in library.backups.entries()]
    assert sorted(days) == ["01", "02", "04", "05", "06"]
    left = {path.name.split(".")[0] for path in library.backups.folder.iterdir()}
    assert left == set(names(library))  # no rest of those that went


def test_a_dry_run_and_a_refusal_remove_nothing(library):
    for day in range(1, 5):
        stored(library, day)
    before = names(library)
    done, asked = prune(library, dry_run=True)
    assert (len(done.removed), asked) == (2, [])
    with pytest.raises(ConsentMissing):
        prune(library, agree=False)
    assert names(library) == before


def test_what_a_label_a_job_a_pointer_or_a_missing_mac_spares(library, tmp_path):
    for day in range(1, 6):
        stored(library, day)
    named = next(item for item in library.backups.entries() if item.created[8:10] == "02")
    label_backup(library, named.file.stem, label="", note="the good one")
    used = next(item for item in library.backups.entries() if item.created[8:10] == "03")
    job = library.jobs.start(
        JobHeader(
            kind=JobKind.FLASH,
            device=DeviceKey(chip="BK7231T", flash_size=0x8000, mac=MAC, rf_sha256=None),
            port="p",
            adapter=None,
            subject="s",
            command="c",
            started="2026-11-20T10:00:00+00:00",
            backup=str(used.file),
        )
    )
    job.close()
    for day in (7, 8, 9):
        stored(library, day, mac=None, rf_start=None)
    (tmp_path / "mine").mkdir()
    stored(library, 4, mac=OTHER)
    outside = stored(library, 5, mac=OTHER, out=tmp_path / "mine" / "x.bin")
    stored(library, 6, mac=OTHER)
    done, _asked = prune(library, keep=1)
    assert [row.created[8:10] for row in done.removed] == ["04"]
    assert outside.file.exists()


def test_only_what_is_older_goes(library):
    for day in range(1, 6):
        stored(library, day)
    assert prune(library, older_than=365_0)[0].removed == ()
    assert len(prune(library, older_than=0)[0].removed) == 3


@settings(max_examples=25, deadline=None)
@given(
    days=st.lists(st.integers(1, 28), min_size=1, max_size=9, unique=True),
    times=st.permutations(range(1, 29)),
    keep=st.integers(1, 4),
)
def test_whatever_the_clock_said_the_first_and_the_newest_stay(tmp_path_factory, days, times, keep):
    library = Library(tmp_path_factory.mktemp("library"))
    for day in days:
        backup = stored(library, day)
        os.utime(backup.passport_file, (times[day - 1] * 86400,) * 2)
    entries = library.backups.entries()
    gone = superfluous(entries, PruneRule(keep=keep), folder=library.backups.folder)
    left = [entry for entry in entries if entry not in gone]
    for order in (lambda item: item.order, lambda item: item.stamp[1]):
        ordered = sorted(entries, key=order)
        assert ordered[0] in left
        assert all(item in left for item in ordered[-keep:])
