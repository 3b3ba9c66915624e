"""Files without an end, giants, pipes: named by the user or lying in the library; every verb."""

from __future__ import annotations

import json
import os
import resource
import sys

import pytest
from bare_verbs import GO_ON, VERBS, arguments, nothing_there, run_bare

from plugsmith.cli.app import main
from plugsmith.library.library import Library

__all__ = ["nothing_there"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows"),
]
MOST_MIB = 300


def grown_mib(before: int) -> float:
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


@pytest.fixture(params=["endless", "sparse"])
def giant(request, tmp_path):
    path = tmp_path / "giant.bin"
    if request.param == "endless":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(1 << 40)
    return path


@pytest.mark.sample(50)
@pytest.mark.parametrize("name", [name for name in VERBS if name not in GO_ON])
def test_a_file_without_an_end_fills_no_memory(name, giant, capsys):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run_bare(capsys, *arguments(name, str(giant)))
    assert grown_mib(before) < MOST_MIB


@pytest.mark.parametrize("line", [
    "sim --openbeken --flash {giant}", "sim --flash {giant}", "flash --template {giant}",
    "image boot {good} --dump {giant}", "obk config write {good} --block {giant} -o o.bin",
    "obk config build -o o.bin --config {giant}", "device apply 192.0.2.1 --config {giant}",
    "device apply 192.0.2.1 {giant} --yes", "device calibrate 192.0.2.1 --from-dump {giant}",
    "device info @{giant}", "device plan {giant}", "template update --from {giant}",
    "dump forge -o o.bin --pin-file {giant}", "dump sanitize {good} -o o.bin --secret-file {giant}",
    "device info 192.0.2.1 --password-file {giant}", "flash --backup {giant} --port sim://bk7231n",
])  # fmt: skip
def test_no_option_takes_one_either(line, giant, tmp_path, capsys):
    good = tmp_path / "good.bin"
    good.write_bytes(b"\xff" * 4096)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run_bare(capsys, *line.format(giant=giant, good=good).split())
    assert grown_mib(before) < MOST_MIB


PLACES = (
    "backups/odd.json", "jobs/flash-odd.journal", "jobs/backup-odd.journal", "undo/c8_00001.json",
    "devices.json", "adapters.json", "backups-index.json", "last-run.json",
    "devices/x/manifest.json",
    "rescued/x.bin", "cache/releases/x.json", "catalogue.sqlite", "config.toml",
)  # fmt: skip


@pytest.fixture(params=["pipe", "endless", "folder"])
def spoilt(request, tmp_path, monkeypatch):
    """A library in which every file is something else."""
    home = tmp_path / "spoilt"
    monkeypatch.setenv("PLUGSMITH_HOME", str(home))
    for place in PLACES:
        path = home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        match request.param:
            case "pipe":
                os.mkfifo(path)
            case "endless":
                path.symlink_to("/dev/zero")
            case _:
                path.mkdir()
    return home


@pytest.mark.sample(60)
@pytest.mark.parametrize("name", [name for name in VERBS if name not in GO_ON])
def test_a_spoilt_library_hangs_nothing(name, spoilt, capsys):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run_bare(capsys, *arguments(name, "no.such.file"))
    assert grown_mib(before) < MOST_MIB


@pytest.mark.parametrize("kind", ["torn", "pipe"])
def test_what_was_left_out_is_told_whatever_it_was(kind, tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    monkeypatch.setenv("PLUGSMITH_HOME", str(home))
    bad = [home / "jobs" / "backup-1.journal", home / "devices.json"]
    for path in bad:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.write_text("{torn\n")
    assert main(["device", "list", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert str(bad[1]) in [line["data"]["file"] for line in lines if line["type"] == "warning"]
    main(["info", "--port", "sim://bk7231n", "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["type"] == "result"
    warned = [line["data"] for line in lines if line["type"] == "warning"]
    assert str(bad[0]) in [data.get("file") for data in warned if data]


def test_a_bad_undo_is_told_and_the_one_before_it_is_used(tmp_path):
    library = Library(tmp_path)
    (tmp_path / "undo").mkdir()
    (tmp_path / "undo" / "c8478c1a2b3c_00001.json").write_text("{")
    assert library.undo.latest("c8:47:8c:1a:2b:3c") is None
    assert [path.name for path, _why in library.aside.untold()] == ["c8478c1a2b3c_00001.json"]


def test_sightings_that_cannot_be_read_are_kept_beside_the_new_ones(tmp_path):
    library = Library(tmp_path)
    (tmp_path / "devices.json").write_text("{ by hand, with a comma too many,, }")
    library.sightings.remember([])
    assert (tmp_path / "devices.json.unreadable").read_text().startswith("{ by hand")
    assert library.sightings.all() == []
