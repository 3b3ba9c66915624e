"""A home that cannot be written stops neither `-o`, nor the shipped catalogue, nor reading."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.library.home import home


@pytest.fixture
def no_home(tmp_path, monkeypatch):
    """Where the home should be there is a file: nobody, root neither, can make a folder there."""
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "file" / "home"))


def run(capsys, *args: str) -> tuple[int, dict, list[dict]]:
    capsys.readouterr()
    code = main([*args, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, lines[-1], lines


def test_a_backup_into_a_named_file_needs_no_library(no_home, tmp_path, capsys):
    out = tmp_path / "plug.bin"
    code, last, lines = run(capsys, "backup", "--port", "sim://bk7231n", "-o", str(out))
    assert (code, last["type"]) == (0, "result")
    assert out.stat().st_size == 0x20_0000
    assert out.with_suffix(".json").exists()
    notes = [line for line in lines if line.get("code") == "PS-NOTE-NO-LIBRARY"]
    assert len(notes) == 1
    assert str(home()) in notes[0]["message"]
    code, last, _lines = run(capsys, "dump", "info", str(out))
    assert last["data"]["kind"] == "factory"


def test_without_a_named_file_the_right_remedy_is_named(no_home, capsys):
    code, last, _lines = run(capsys, "backup", "--port", "sim://bk7231n")
    assert (code, last["code"]) == (5, "PS-LIBRARY-DENIED")
    assert "-o FILE" in last["hint"]


def test_a_write_that_needs_a_backup_is_refused_before_the_first_erase(no_home, tmp_path, capsys):
    (tmp_path / "part.bin").write_bytes(b"\x55" * 4096)
    code, last, lines = run(capsys, "write", str(tmp_path / "part.bin"), "--start", "0x1D3000",
                            "--port", "sim://bk7231n")  # fmt: skip
    assert (code, last["code"]) == (5, "PS-LIBRARY-DENIED")
    assert not any(line.get("task") == "write" for line in lines)


@pytest.mark.sample(5)
@pytest.mark.parametrize("words", [
    ["info", "--port", "sim://bk7231n"], ["read", "{new}", "--length", "4k", "--port",
    "sim://bk7231n"], ["verify", "{dump}", "--port", "sim://bk7231n?flash={dump}"],
    ["dump", "info", "{dump}"], ["dump", "config", "{dump}"], ["dump", "records", "{dump}"],
    ["dump", "sanitize", "{dump}", "-o", "{new}"], ["dump", "diff", "{dump}", "{dump}"],
    ["image", "info", "{dump}"], ["template", "search", "plug"], ["template", "update"],
    ["template", "match", "{dump}"], ["template", "export", "{dump}"],
    ["backups", "list"], ["device", "list"], ["ports"], ["obk", "config", "build", "--mac",
    "84:e3:42:01:02:03", "--set", "mqtt_host=x", "-o", "{new}"],
], ids=lambda words: " ".join(words[:2]))  # fmt: skip
def test_whatever_stores_nothing_works(words, no_home, tmp_path, capsys):
    assert main(["dump", "forge", "-o", str(tmp_path / "plug.bin")]) == 0
    given = [word.format(dump=tmp_path / "plug.bin", new=tmp_path / "new.bin") for word in words]
    _code, last, _lines = run(capsys, *given)
    assert last["type"] == "result", last
