"""The examples for programs do what they say; commands of the documentation can be meant."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
from documented_commands import PAGES, PLACEHOLDERS, commands
from hostile import value_or_refusal

from plugsmith.cli.app import main
from plugsmith.cli.command import parse_command

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"


@pytest.fixture
def dump(tmp_path, capsys):
    assert main(["dump", "forge", "-o", str(tmp_path / "forged.bin")]) == 0
    capsys.readouterr()
    return (tmp_path / "forged.bin").read_bytes()


def run(monkeypatch, capsys, name, *words):
    """What an example prints, and its exit code."""
    monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
    code = 0
    try:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().out.splitlines()


def test_pins_of_a_dump(monkeypatch, capsys, tmp_path, dump):
    (tmp_path / "plug.bin").write_bytes(dump)
    code, lines = run(monkeypatch, capsys, "pins_of_a_dump.py", tmp_path / "plug.bin")
    assert (code, lines[0]) == (0, "WB2S: proven")
    assert "P26 Rel;1" in lines


def test_a_backup_with_progress(monkeypatch, capsys):
    code, lines = run(monkeypatch, capsys, "backup_with_progress.py", "sim://bk7231t")
    assert code == 0, lines
    assert lines[-2] == "100 %"
    assert Path(lines[-1]).stat().st_size == 2 << 20


def test_an_error_has_its_exit_code(monkeypatch, capsys):
    assert run(monkeypatch, capsys, "backup_with_progress.py", "/dev/no-such-port")[0] == 3


def test_safe_copies(monkeypatch, capsys, tmp_path, dump):
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "plug.bin").write_bytes(dump)
    (tmp_path / "dumps" / "empty.bin").write_bytes(b"")
    code, lines = run(monkeypatch, capsys, "safe_copies.py", tmp_path / "dumps", tmp_path / "clean")
    assert code == 0
    assert lines == ["empty.bin: left out, PS-INPUT-EMPTY", "plug.bin: clean, 0 secrets left"]
    assert (tmp_path / "clean" / "plug.bin").read_bytes() != dump


# --- the documentation: what is run stands in test_documented_commands.py -----------------------


def test_there_are_commands_to_look_at():
    assert sum(len(commands(page.read_text(encoding="utf-8"))) for page in PAGES) > 100


@pytest.mark.sample(13)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_documentation_can_be_meant(page):
    wrong = []
    for words in commands(page.read_text(encoding="utf-8")):
        if PLACEHOLDERS & set(words) or words[0] in {"help", "--help", "-V"}:
            continue
        behind = words[1:] if words[0] == "support" else words  # it runs the verb behind it
        said = [word for word in behind if word not in {"--json", "--yes"}]
        usage_line = any(word.startswith("[") for word in said)
        if said and not usage_line and isinstance(value_or_refusal(parse_command, said), Exception):
            wrong.append(said)
    assert wrong == []
