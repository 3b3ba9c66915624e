"""A full disk, a reader that goes away, a stream that nobody opened: told, or a quiet end."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plugsmith.cli.app import main
from plugsmith.cli.terminal import TerminalSink
from plugsmith.events import Log


class Refusing(io.StringIO):
    """A stream that takes `room` characters, then fails as the system does."""

    def __init__(self, number: int, room: int = 0) -> None:
        super().__init__()
        self._number, self._room = number, room

    def write(self, text: str) -> int:
        if self.tell() + len(text) > self._room:
            raise OSError(self._number, os.strerror(self._number))
        return super().write(text)


@pytest.fixture
def dump(tmp_path) -> str:
    file = tmp_path / "plug.bin"
    assert main(["dump", "forge", "-o", str(file)]) == 0
    return str(file)


COMMANDS = [
    [], ["--help"], ["-V"], ["help", "backup"], ["backup", "--help"], ["dump"],
    ["dump", "info", "{dump}"], ["dump", "info", "{dump}", "--json"], ["ports"], ["demo", "--help"],
]  # fmt: skip


def given(words: list[str], dump: str) -> list[str]:
    return [word.format(dump=dump) for word in words]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_full_disk_is_told_on_stderr(words, dump, monkeypatch, capsys):
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdout", Refusing(errno.ENOSPC))
    assert main(given(words, dump)) == 5
    told = capsys.readouterr().err
    assert "PS-OUTPUT-LOST" in told
    assert "No space left" in told
    assert "DEFECT" not in told


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_reader_that_goes_away_ends_it_quietly(words, dump, monkeypatch, capsys):
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdout", Refusing(errno.EPIPE, room=20))
    assert main(given(words, dump)) == 0
    assert "Error" not in capsys.readouterr().err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_closed_stdout_ends_it_quietly(words, dump, monkeypatch, capsys):
    capsys.readouterr()
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stdout", gone)
    assert main(given(words, dump)) == 0
    assert "Error" not in capsys.readouterr().err


def test_an_error_whose_json_line_gets_lost_is_told_on_stderr(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", Refusing(errno.ENOSPC))
    assert main(["dump", "info", "no.such.file", "--json"]) == 9
    assert "PS-INPUT-MISSING" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ENOSPC, errno.EIO])
def test_words_for_people_that_nobody_takes_do_not_stop_the_work(number, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stderr", Refusing(number))
    TerminalSink().emit(Log(message="still at work"))
    out = tmp_path / "backup.bin"
    assert main(["backup", "--port", "sim://bk7231n", "-o", str(out)]) == 0
    assert out.stat().st_size == 0x20_0000


def test_json_lines_that_nobody_takes_do_not_stop_the_work(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdout", Refusing(errno.EPIPE, room=100))
    out = tmp_path / "backup.bin"
    assert main(["backup", "--port", "sim://bk7231n", "-o", str(out), "--json"]) == 0
    assert out.stat().st_size == 0x20_0000


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_file_that_the_system_refuses_is_no_defect(number, dump, monkeypatch, capsys, tmp_path):
    capsys.readouterr()

    def refuse(*_args, **_named):
        raise OSError(number, os.strerror(number), str(tmp_path / "x.bin"))

    monkeypatch.setattr("plugsmith.flows.dump.files.write_whole", refuse)
    assert main(["dump", "forge", "-o", str(tmp_path / "new.bin"), "--json"]) == 5
    error = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert error["code"] == "PS-FILE-REFUSED"
    assert os.strerror(number) in error["message"]


def test_a_link_that_breaks_is_not_taken_for_a_reader_that_went_away(monkeypatch, capsys):
    def broken(*_args, **_named):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("plugsmith.flows.ports.ports", broken)
    assert main(["ports"]) == 1
    assert "PS-DEFECT" in capsys.readouterr().err


@pytest.mark.sample(2)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(("words", "where", "code"), [
    ("", ">/dev/full", 5), ("ports --json", ">/dev/full", 5), ("ports", ">&-", 0),
    ("--help", ">&- 2>&-", 0), ("dump info -", "<&-", 9), ("--help", "| head -1", 0),
])  # fmt: skip
def test_the_same_with_real_streams(words, where, code):
    shell = f"set -o pipefail; {sys.executable} -m plugsmith {words} {where}"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stderr
    for noise in ("Traceback", "Exception ignored", "DEFECT"):
        assert noise not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "words",
    [["dump", "info", "{dump}"], ["help"], ["dump", "info", "{dump}", "--json"]],
    ids=" ".join,
)
def test_a_full_disk_is_told_once(words, dump, monkeypatch, capsys):
    """What did not get out is still in the buffer when the program ends."""
    capsys.readouterr()
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(given(words, dump)) == 5
        monkeypatch.undo()
    assert capsys.readouterr().err.count("Error PS-OUTPUT-LOST") == 1
