"""The examples for programs do what they say; commands of the documentation can be meant."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

from plugsmith.cli.app import main
from plugsmith.cli.command import parse_command

ROOT = Path(__file__).resolve().parents[2]
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


# --- the documentation -----------------------------------------------------------------------

_COMMAND = re.compile(r"^ *(?:\$ )?(plugsmith [a-z].*)$", re.MULTILINE)
_BLOCK = re.compile(r"^(?:```[a-z]*\n.*?^```|(?: {4,}\S.*\n)+)", re.MULTILINE | re.DOTALL)
#: examples for values that stand for what the reader has
_PLACEHOLDERS = {"VERB", "N", "NAME", "WORD", "PAGE", "ADDRESS", "..."}


def commands(text):
    """The commands in the code blocks of a page, without their remarks."""
    found = []
    for block in _BLOCK.findall(text):
        joined = re.sub(r"\\\n\s*", " ", block)
        for line in _COMMAND.findall(joined):
            words = shlex.split(re.split(r" {2,}", line)[0], comments=True)  # then a remark
            cut = next(
                (at for at, word in enumerate(words) if word in "|>&&;" or word == "2>"), None
            )
            found.append([word for word in words[1:cut] if word])
    return found


PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])


def test_there_are_commands_to_look_at():
    assert sum(len(commands(page.read_text(encoding="utf-8"))) for page in PAGES) > 100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_documentation_can_be_meant(page):
    for words in commands(page.read_text(encoding="utf-8")):
        if _PLACEHOLDERS & set(words) or words[0] in {"help", "--help", "-V"}:
            continue
        behind = words[1:] if words[0] == "support" else words  # it runs the verb behind it
        said = [word for word in behind if word not in {"--json", "--yes"}]
        if said and not any(word.startswith("[") for word in said):  # a usage line
            parse_command(said)
