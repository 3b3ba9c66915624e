"""The library on the command line: list, label, export, prune, and backups called by a label."""

from __future__ import annotations

import json

import pytest
from passport_rig import MAC, content, passport_of

from plugsmith.cli.app import main
from plugsmith.library.library import Library


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    library = Library()
    for day in range(1, 6):
        created = f"2026-11-{day:02}T10:00:00+00:00"
        library.backups.add(content(day), passport_of(content(day), created=created))
    return library


def run(capsys, *args):
    status = main([*args, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return status, lines[-1]


def test_the_whole_way(library, tmp_path, capsys):
    status, end = run(capsys, "backups", "list")
    assert status == 0
    name = end["data"]["backups"][-1]["name"]
    assert [row["first"] for row in end["data"]["backups"]] == [False] * 4 + [True]
    status, end = run(capsys, "backups", "label", name, "kitchen plug")
    assert (status, end["data"]["label"]) == (0, "kitchen plug")
    status, end = run(capsys, "backups", "export", "Kitchen Plug", "-o", str(tmp_path / "stick"))
    assert status == 0
    assert (tmp_path / "stick" / f"{name}.bin").read_bytes() == content(1)
    status, end = run(capsys, "backups", "prune", "--keep", "1")
    assert (status, end["code"]) == (5, "PS-SAFETY-CONSENT")
    status, end = run(capsys, "backups", "prune", "--keep", "1", "--yes")
    assert (status, end["data"]["kept"]) == (0, 2)


def test_a_label_stands_for_the_file_in_other_verbs(library, capsys):
    name = library.backups.entries()[-1].file.stem
    main(["backups", "label", name, "kitchen"])
    capsys.readouterr()
    by_label = run(capsys, "dump", "info", "kitchen")
    assert by_label[1]["data"] == run(capsys, "dump", "info", name)[1]["data"]
    status, end = run(capsys, "dump", "info", MAC)
    assert (status, end["code"]) == (2, "PS-BACKUP-SEVERAL")


def test_words_for_people(library, tmp_path, capsys):
    assert main(["backups", "list", "8c010203"]) == 0
    text = capsys.readouterr().out
    assert "first of this device" in text
    assert "plugsmith restore NAME" in text
    assert main(["backups", "list", "nothing"]) == 0
    assert "No backup fits" in capsys.readouterr().out
    assert main(["backups", "export", "--all", "-o", str(tmp_path / "x")]) == 0
    assert "dump sanitize" in capsys.readouterr().out
    assert main(["backups", "prune", "--keep", "2", "--dry-run"]) == 0
    assert "would go" in capsys.readouterr().out
    assert main(["backups", "export", "-o", str(tmp_path / "y")]) == 2
