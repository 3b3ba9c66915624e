"""Stored fetches of running devices: found by device, checked, thinned out, never half-believed."""

from __future__ import annotations

import pytest

from plugsmith.errors import InputMissing
from plugsmith.errors.device import BackupUnusable
from plugsmith.library.device_backups import DeviceBackups, open_fetch
from plugsmith.library.device_folders import Owed, new_folder

MAC = "c8:47:8c:1a:2b:3c"


def store(root, at: int, *, mac=MAC, host="10.0.0.5", why="", finish=True):
    folder = new_folder(root, device=mac.replace(":", ""), created=f"2026-11-2{at}T10:00:00")
    folder.put("config.bin", bytes([at]) * 64)
    folder.put("files/my file.txt", b"hello")
    if finish:
        facts = {"created": f"2026-11-2{at}T10:00:00", "mac": mac, "host": host, "chip": "BK7231T"}
        folder.finish({**facts, **({"why": why} if why else {})})
    return folder


def test_a_device_is_its_mac_and_its_address(tmp_path):
    store(tmp_path, 1)
    store(tmp_path, 2, host="10.0.0.6")
    found = DeviceBackups(tmp_path)
    assert len(found.all()) == 2
    [own] = found.of(MAC, "10.0.0.6")
    assert own.read("config.bin") == bytes([2]) * 64
    assert own.device_files() == {"my file.txt": b"hello"}


def test_thinning_keeps_the_newest_and_spares_what_it_must(tmp_path):
    for at in range(1, 6):
        store(tmp_path, at)
    store(tmp_path, 1, host="10.0.0.9")
    store(tmp_path, 1, why="before an update")
    store(tmp_path, 6).mark(Owed.FILES)
    gone = DeviceBackups(tmp_path).thin_out(MAC, "10.0.0.5", keep=2)
    assert len(gone) == 3
    left = [item.created[8:10] for item in DeviceBackups(tmp_path).of(MAC, "10.0.0.5")]
    assert left == ["24", "25", "21", "26"]  # in the order in which they were stored
    assert len(DeviceBackups(tmp_path).of(MAC, "10.0.0.9")) == 1


def test_keeping_none_keeps_one(tmp_path):
    store(tmp_path, 1)
    assert DeviceBackups(tmp_path).thin_out(MAC, "10.0.0.5", keep=0) == []


def test_what_is_no_whole_backup_is_refused(tmp_path):
    cut = store(tmp_path, 1, finish=False)
    with pytest.raises(BackupUnusable, match="cut off"):
        open_fetch(cut.path)
    whole = store(tmp_path, 2)
    (whole.path / "config.bin").write_bytes(b"other")
    with pytest.raises(BackupUnusable, match="damaged"):
        open_fetch(whole.path).read("config.bin")
    (whole.path / "manifest.json").write_text('{"schema": "x"}')
    with pytest.raises(BackupUnusable):
        open_fetch(whole.path)
    with pytest.raises(InputMissing):
        open_fetch(tmp_path / "nothing")
    assert DeviceBackups(tmp_path).all() == []


def test_a_manifest_that_points_outside_reads_nothing(tmp_path):
    whole = store(tmp_path, 2)
    manifest = whole.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace("config.bin", "../../secret"))
    assert not any(".." in name for name in open_fetch(whole.path).files)


def test_the_mark_of_an_unfinished_update(tmp_path):
    store(tmp_path, 1).mark(Owed.FILES)
    store(tmp_path, 2)
    found = DeviceBackups(tmp_path).owing(MAC, "10.0.0.5", Owed.FILES)
    assert found is not None
    assert found.created.startswith("2026-11-21")
    found.clear(Owed.FILES)
    assert DeviceBackups(tmp_path).owing(MAC, "10.0.0.5", Owed.FILES) is None
