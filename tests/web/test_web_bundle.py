"""The library as one file: what goes out comes back, and nothing else ever gets in."""

from __future__ import annotations

import io
import zipfile

import pytest

from plugsmith.errors.own.ui import UiNoLibrary
from plugsmith.library.home import write_whole
from plugsmith.web.bundle import drop, pack_library, take_library

MARK = b"plugsmith-library/1"


def filled(root):
    for name in ("backups/a.bin", "backups/a.json", "jobs/j.jsonl", "undo/x/u.json"):
        write_whole(root / name, name.encode() * 50)
    write_whole(root / "adapters.json", b"{}")
    write_whole(root / "cache" / "image.bin", b"can be had again")
    write_whole(root / "backups-index.json", b"makes itself")
    return root


def content(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def archive(*entries, mark=MARK):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.comment = mark
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def test_a_packed_library_comes_back_whole_elsewhere(tmp_path):
    first = filled(tmp_path / "first")
    taken = take_library(tmp_path / "second", pack_library(first))
    lost = {"cache/image.bin", "backups-index.json"}
    wanted = {name: data for name, data in content(first).items() if name not in lost}
    assert content(tmp_path / "second") == wanted
    assert (len(taken.added), taken.same, taken.differs) == (5, 0, [])


def test_what_is_there_already_is_never_changed(tmp_path):
    saved = pack_library(filled(tmp_path / "first"))
    here = tmp_path / "here"
    write_whole(here / "backups" / "a.bin", b"another one")
    write_whole(here / "adapters.json", b"{}")
    taken = take_library(here, saved)
    assert (here / "backups" / "a.bin").read_bytes() == b"another one"
    assert (len(taken.added), taken.same, taken.differs) == (3, 1, ["backups/a.bin"])
    drop(taken)
    assert set(content(here)) == {"backups/a.bin", "adapters.json"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name",
    [
        "../out.bin", "backups/../../out.bin", "/backups/x", "backups/a\\..\\b", "backups/",
        "backups//x", "cache/x", "config.toml", "backups/a/b/c/d", "backups/con", "backups/a\n",
        "locks/x", "adapters.json/x", "backups", "backups/good.bin/x", "backups/good.bin",
    ],
)  # fmt: skip
def test_a_file_that_belongs_into_no_library_refuses_the_whole(tmp_path, name):
    with pytest.raises(UiNoLibrary):
        take_library(tmp_path / "here", archive(("backups/good.bin", b"x"), (name, b"x")))
    assert content(tmp_path) == {}


def test_a_file_where_a_saved_one_needs_a_folder_stays(tmp_path):
    write_whole(tmp_path / "undo" / "x", b"here")
    taken = take_library(tmp_path, archive(("undo/x/u.json", b"{}"), ("backups/a.bin", b"a")))
    assert taken.differs == ["undo/x/u.json"]
    assert content(tmp_path) == {"undo/x": b"here", "backups/a.bin": b"a"}


def test_what_is_no_saved_library_is_said(tmp_path):
    whole = pack_library(filled(tmp_path / "first"))
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    for data in (
        b"", b"PK", whole[:-9], bytes(damaged), archive(("backups/a", b"x"), mark=b""),
        bytes(range(256)) * 9,
    ):  # fmt: skip
        with pytest.raises(UiNoLibrary):
            take_library(tmp_path / "here", data)
    assert not (tmp_path / "here").exists()


def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path, monkeypatch):
    monkeypatch.setattr("plugsmith.web.bundle._MOST_BYTES", 10_000)
    with pytest.raises(UiNoLibrary, match="too large"):
        take_library(tmp_path, archive(("backups/a", b"\0" * 10_001)))


def test_a_disk_that_takes_no_more_leaves_nothing_half(tmp_path, monkeypatch):
    saved = pack_library(filled(tmp_path / "first"))
    written = []

    def full(path, data):
        written.append(path)
        if len(written) == 3:
            path.touch()
            raise OSError(28, "full")
        with path.open("wb") as file:
            file.write(data)

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="full"):
        take_library(tmp_path / "here", saved)
    assert content(tmp_path / "here") == {}
