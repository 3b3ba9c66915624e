"""A disk that takes no more of one file: told as such, and no device is worse off for it."""

from __future__ import annotations

import errno
import os
from fnmatch import fnmatch
from pathlib import Path

import pytest
from cut_rig import cut_at
from flows_rig import Rig, factory

from plugsmith.errors.flows import HalfWritten, NoSpaceLeft
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.rf import forge_rf
from plugsmith.library.jobs.journal import Journal
from plugsmith.memory import AddressRange

CODE = 0x4000
RF, STORE = 0x1E0000, 0x1E8000


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    made.path = tmp_path / "image.bin"
    made.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    return made


@pytest.fixture
def disk(monkeypatch):
    """`disk.refused = pattern`: no file of that name is made, renamed or added to any more."""
    return Disk(monkeypatch)


class Disk:
    def __init__(self, monkeypatch):
        self.refused = ""
        self.hit = False
        made, renamed, added = os.open, Path.replace, Journal.append

        def make(path, flags, *rest, **more):
            if flags & os.O_CREAT:
                self.ask(path)
            return made(path, flags, *rest, **more)

        def rename(path, target):
            self.ask(target)
            return renamed(path, target)

        def add(journal, kind, data, **how):
            self.ask(journal._path)
            added(journal, kind, data, **how)

        monkeypatch.setattr(os, "open", make)
        monkeypatch.setattr(Path, "replace", rename)
        monkeypatch.setattr(Journal, "append", add)

    def ask(self, path):
        name = Path(os.fspath(path)).name
        if self.refused and fnmatch(name, self.refused):
            self.hit = True
            raise OSError(errno.ENOSPC, "No space left on device")


VERBS = {
    "backup": lambda rig: backup(rig.ctx()),
    "flash": lambda rig: flash(rig.ctx(), rig.path),
}
NEEDED = {
    "backup": ("bk7231t_*.bin", "*.rf.bin", "*.mac.txt", "bk7231t_*.json", "backup-*.journal"),
    "flash": ("bk7231t_*.bin", "bk7231t_*.json", "flash-*.journal", "flash-*.sectors"),
}
HANDY = ("adapters.json", "backups-index.json")


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("verb", "name"), [(verb, name) for verb, names in NEEDED.items() for name in names]
)
def test_without_what_must_be_on_the_disk_nothing_is_begun(rig, disk, verb, name):
    disk.refused = name
    with pytest.raises(NoSpaceLeft):
        VERBS[verb](rig)
    assert disk.hit
    assert rig.content == rig.before
    whole = [entry.file.read_bytes() for entry in rig.library.backups.entries()]
    assert whole in ([], [rig.before])
    assert list(rig.library.root.rglob(".new-*")) == []
    disk.refused = ""
    VERBS[verb](rig)
    assert rig.library.jobs.open_jobs() == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", HANDY)
def test_what_is_only_handy_stops_nothing(rig, disk, verb, name):
    disk.refused = name
    done = VERBS[verb](rig)
    assert disk.hit
    assert done.backup.read() == rig.before if verb == "backup" else done.verified
    rig.replug()
    disk.refused = ""
    flash(rig.ctx(), rig.path)
    assert rig.library.jobs.open_jobs() == []


def half_written(rig):
    own = backup(rig.ctx()).backup.file
    with cut_at(rig, 9):
        flash(rig.ctx(), rig.path)
    return own


def test_what_only_a_half_written_device_holds_is_on_the_disk_or_stays(rig, disk):
    half_written(rig)
    rig.chip.nor.content[STORE : STORE + 16] = b"stored meanwhile"
    rig.replug()
    before = rig.content
    disk.refused = f"*{STORE:x}*"
    with pytest.raises(NoSpaceLeft):
        erase_raw(rig.ctx(yes=True), lambda _size: AddressRange(STORE, STORE + 0x1000))
    assert disk.hit
    assert rig.content == before


def test_a_job_that_cannot_be_told_of_a_new_calibration_keeps_the_old_one(rig, disk):
    half_written(rig)
    before = rig.content
    disk.refused = "*.names"
    others = forge_rf(bytes.fromhex("c8478c999999"))
    with pytest.raises(NoSpaceLeft):
        write_raw(rig.ctx("rf", "mac", yes=True), others, start=RF)
    assert disk.hit
    assert rig.content == before
    disk.refused = ""
    with pytest.raises(HalfWritten):
        backup(rig.ctx())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_disk_with_room_for_one_copy_takes_the_backup(rig, monkeypatch, tmp_path, elsewhere):
    """While it is read the bytes lie beside the journal; that copy goes for the real one."""
    made = os.open
    jobs = rig.library.root / "jobs"

    def make(path, flags, *rest, **more):
        if flags & os.O_CREAT and str(path).endswith(".bin") and list(jobs.glob("*.part")):
            raise OSError(errno.ENOSPC, "No space left on device")
        return made(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", make)
    stored = backup(rig.ctx(), out=tmp_path / "plug.bin" if elsewhere else None).backup
    assert stored.read() == rig.content
    assert rig.library.jobs.open_jobs() == []
    assert not list(jobs.iterdir())


def test_another_disk_that_is_full_costs_no_byte_that_was_read(rig, disk, monkeypatch, tmp_path):
    disk.refused = "plug.bin"
    real = Path.stat

    class Elsewhere:
        def __init__(self, found):
            self.found, self.st_dev = found, found.st_dev + 1

        def __getattr__(self, name):
            return getattr(self.found, name)

    def stat(path, **how):
        found = real(path, **how)
        return Elsewhere(found) if path == tmp_path else found

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(NoSpaceLeft):
        backup(rig.ctx(), out=tmp_path / "plug.bin")
    disk.refused = ""
    assert backup(rig.ctx(), out=tmp_path / "plug.bin").resumed == len(rig.content)
