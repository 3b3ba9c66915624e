"""The files of a backup: free names, what is left where a disk fails, backups elsewhere."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from test_library_backups import RF, SIZE, content, device_of, passport_for

from plugsmith.errors import InputTooLarge, UsageError
from plugsmith.errors.flows import NoRightToWrite, NoSpaceLeft, NotABackup
from plugsmith.errors.library import OutputExists
from plugsmith.library import home as home_module
from plugsmith.library.backups import store as store_module
from plugsmith.library.backups.store import (
    Backup,
    claim_named,
    file_stem,
    open_backup,
    take_back,
    try_open,
    write_files,
)
from plugsmith.library.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def refuses(error: Exception):
    def act(*_args, **_kwargs):
        raise error

    return act


@pytest.mark.parametrize(
    ("changes", "stem"),
    [
        ({"label": "a" * 90}, "bk7231t-" + "a" * 40 + "_010203_2026-11-22"),
        ({"label": "a" * 39 + " b"}, "bk7231t-" + "a" * 39 + "_010203_2026-11-22"),
        ({"chip": "?", "label": "?"}, "device_010203_2026-11-22"),
        ({"created": "2026-11-22-99"}, "bk7231t-wb2s-plug_010203_2026-11-22"),
        ({"label": ""}, "bk7231t_010203_2026-11-22"),
    ],
)
def test_a_name_holds_the_device_the_end_of_its_address_and_the_day(changes, stem):
    assert file_stem(passport_for(content(1), **changes)) == stem


def test_names_are_counted_up_and_at_their_end_nothing_is_overwritten(library):
    data, folder = content(1), library.backups.folder
    stem = file_stem(passport_for(data))
    folder.mkdir(parents=True)
    for number in range(1, 999):
        (folder / (f"{stem}.bin" if number == 1 else f"{stem}_{number}.bin")).touch()
    last = library.backups.add(data, passport_for(data))
    assert last.file.name == f"{stem}_999.bin"
    with pytest.raises(OutputExists) as refused:
        library.backups.add(content(2), passport_for(content(2)))
    assert refused.value.facts["name"] == f"{stem}.bin"


def test_a_name_whose_passport_is_there_is_taken(library):
    data, folder = content(1), library.backups.folder
    folder.mkdir(parents=True)
    mine = folder / f"{file_stem(passport_for(data))}.json"
    mine.write_text("somebody else's")
    assert library.backups.add(data, passport_for(data)).file.stem == f"{mine.stem}_2"
    assert mine.read_text() == "somebody else's"


def test_backups_are_numbered_in_the_order_in_which_they_came(library, tmp_path):
    made = [
        library.backups.add(content(1), passport_for(content(1))),
        library.backups.add(content(2), passport_for(content(2)), out=tmp_path / "a.bin"),
        library.backups.add(content(3), passport_for(content(3), created="2020-01-01")),
    ]
    assert [backup.passport.number for backup in made] == [1, 2, 3]
    assert [entry.number for entry in library.backups.entries()] == [3, 2, 1]


def test_the_same_bytes_of_another_device_are_a_backup_of_their_own(library):
    data = content(1)
    one = library.backups.add(data, passport_for(data))
    two = library.backups.add(data, passport_for(data, mac="c8:47:8c:01:02:04"))
    assert one.file != two.file
    assert library.backups.add(data, passport_for(data)).file == one.file


def test_what_lies_elsewhere_or_is_spoilt_does_not_spare_a_copy_in_the_library(library, tmp_path):
    data = content(1)
    out = tmp_path / "mine.bin"
    library.backups.add(data, passport_for(data), out=out)
    own = library.backups.add(data, passport_for(data))
    assert own.file.parent == library.backups.folder
    own.file.write_bytes(b"spoilt")
    again = library.backups.add(data, passport_for(data))
    assert again.file not in {own.file, out}
    assert again.read() == data


def test_a_backup_is_made_where_it_is_named_though_the_library_has_one(library, tmp_path):
    data = content(1)
    library.backups.add(data, passport_for(data))
    out = tmp_path / "mine.bin"
    assert library.backups.add(data, passport_for(data), out=out).file == out


def test_a_backup_that_was_made_again_elsewhere_is_found_there(library, tmp_path):
    data = content(1)
    first, later = tmp_path / "first.bin", tmp_path / "later.bin"
    device = device_of(passport_for(data))
    library.backups.add(data, passport_for(data), out=first)
    library.backups.add(data, passport_for(data), out=later)
    (pointer,) = library.backups.folder.glob("*.json")
    assert pointer.name == f"{passport_for(data).sha256[:16]}.pointer.json"
    assert json.loads(pointer.read_text()) == {
        "schema": "plugsmith-pointer/1",
        "file": str(later),
    }
    first.unlink()
    assert library.backups.find(device).file == later


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.EROFS, "Read-only file system"),
        NoRightToWrite(folder="x", problem="?"),
        NoSpaceLeft(folder="x", free=0, needed=None, shortage="?"),
    ],
)
def test_a_library_that_takes_nothing_stops_no_backup_elsewhere_but_one_of_its_own(
    library, tmp_path, monkeypatch, problem
):
    data = content(1)
    monkeypatch.setattr(library.backups._index, "_store", refuses(problem))
    out = tmp_path / "mine.bin"
    assert library.backups.add(data, passport_for(data), out=out).read() == data
    with pytest.raises(type(problem)):
        library.backups.add(data, passport_for(data))


def test_room_is_looked_for_where_the_backup_is_to_lie(library, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(store_module, "check_room", lambda *place: asked.append(place))
    library.backups.check_room(5)
    library.backups.check_room(7, out=tmp_path / "far" / "a.bin")
    assert asked == [(library.backups.folder, 5), (tmp_path / "far", 7)]


@pytest.mark.parametrize("name", ["a.json", "a.JSON"])
def test_a_backup_is_not_named_as_its_own_passport(library, tmp_path, name):
    with pytest.raises(UsageError, match=name):
        library.backups.check_room(1, out=tmp_path / name)


@pytest.mark.parametrize("taken", ["a.bin", "a.rf.bin", "a.mac.txt", "a.json"])
def test_no_file_beside_a_named_backup_is_overwritten(library, tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    data = content(1)
    with pytest.raises(OutputExists, match=taken):
        library.backups.add(data, passport_for(data), out=tmp_path / "a.bin")
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_a_name_is_claimed_before_anything_is_read(tmp_path, monkeypatch):
    assert claim_named(tmp_path / "a.bin").read_bytes() == b""
    for problem, error in (
        (FileExistsError(errno.EEXIST, "taken just now"), OutputExists),
        (OSError(errno.EACCES, "Permission denied"), NoRightToWrite),
        (OSError(errno.ENOSPC, "No space left on device"), NoSpaceLeft),
    ):
        monkeypatch.setattr(store_module, "reserve", refuses(problem))
        with pytest.raises(error):
            claim_named(tmp_path / "b.bin")


def test_a_folder_that_refuses_a_name_is_told(library, monkeypatch):
    monkeypatch.setattr(store_module, "reserve", refuses(OSError(errno.EACCES, "no")))
    with pytest.raises(NoRightToWrite) as refused:
        library.backups.add(content(1), passport_for(content(1)))
    assert refused.value.facts["folder"] == str(library.backups.folder)


def test_a_disk_that_fails_is_told_with_the_folder_of_the_backup(library, tmp_path, monkeypatch):
    monkeypatch.setattr(
        home_module, "make_durable", refuses(OSError(errno.EIO, "Input/output error"))
    )
    with pytest.raises(NoRightToWrite) as refused:
        library.backups.add(content(1), passport_for(content(1)), out=tmp_path / "far" / "a.bin")
    assert refused.value.facts["folder"] == str(tmp_path / "far")
    assert list((tmp_path / "far").iterdir()) == []


def test_what_has_no_calibration_or_address_has_no_file_of_it(tmp_path):
    data = content(1)
    for name, changes, beside in (
        ("all", {}, {"all.rf.bin", "all.mac.txt"}),
        ("no_rf", {"rf_start": None, "rf_sha256": None}, {"no_rf.mac.txt"}),
        ("no_mac", {"mac": None}, {"no_mac.rf.bin"}),
        ("none", {"mac": None, "rf_start": None, "rf_sha256": None}, set()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        file = folder / f"{name}.bin"
        passport = passport_for(data, **changes)
        backup = Backup(file=file, passport_file=file.with_suffix(".json"), passport=passport)
        write_files(backup, data)
        assert {path.name for path in folder.iterdir()} == {file.name, f"{name}.json", *beside}
        if "rf_start" not in changes:
            assert file.with_suffix(".rf.bin").read_bytes() == data[RF : RF + 0x1000]
        take_back(backup)
        assert list(folder.iterdir()) == []


def test_of_a_backup_that_is_taken_back_the_passport_goes_first(tmp_path, monkeypatch):
    data, gone = content(1), []
    file = tmp_path / "a.bin"
    passport = passport_for(data)
    backup = Backup(file=file, passport_file=file.with_suffix(".json"), passport=passport)
    write_files(backup, data)
    real = Path.unlink
    monkeypatch.setattr(
        Path, "unlink", lambda path, **how: (gone.append(path.name), real(path, **how))
    )
    take_back(backup)
    assert gone == ["a.json", "a.mac.txt", "a.rf.bin", "a.bin"]


def test_a_read_of_one_byte_value_alone_is_told_with_it(library):
    blank = b"\x5a" * SIZE
    with pytest.raises(NotABackup) as refused:
        library.backups.add(blank, passport_for(blank))
    assert "0x5A" in refused.value.message
    nearly = b"\xff" * (SIZE - 1) + b"\0"
    assert library.backups.add(nearly, passport_for(nearly)).read() == nearly


@pytest.mark.parametrize("change", ["size", "bytes"])
def test_a_passport_of_other_bytes_is_never_stored(library, change):
    data = content(1)
    passport = passport_for(data)
    other = data + b"\0" if change == "size" else data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(ValueError, match="other bytes"):
        library.backups.add(other, passport)


def test_a_backup_is_opened_by_either_of_its_names_and_by_one_of_another_kind(library, tmp_path):
    data = content(1)
    made = library.backups.add(data, passport_for(data), out=tmp_path / "a.dump")
    assert open_backup(tmp_path / "a.dump") == made
    with pytest.raises(Exception, match=r"a\.bin"):  # of its passport alone the name is guessed
        open_backup(tmp_path / "a.json")
    assert try_open(tmp_path / "a.json") is None
    assert try_open(tmp_path / "a.dump") == made


def test_a_file_that_is_no_flash_is_not_read_whole(library):
    data = content(1)
    made = library.backups.add(data, passport_for(data))
    with made.file.open("ab") as file:
        file.truncate(0x200_0001)
    with pytest.raises(InputTooLarge):
        made.read()
    with made.file.open("ab") as file:
        file.truncate(0x200_0000)
    with pytest.raises(Exception, match="bytes instead of"):
        made.read()
