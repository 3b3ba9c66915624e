"""Every verb of the table, as somebody meets it: bare, asked for help, mistyped, without a home."""

from __future__ import annotations

import io
import sys

import pytest
from bare_verbs import GO_ON, VERBS, Screen, arguments, nothing_there, run_bare

from plugsmith.cli.app import main

__all__ = ["nothing_there"]


@pytest.mark.parametrize("name", [name for name in VERBS if name not in GO_ON])
def test_bare(name, capsys):
    run_bare(capsys, *name.split())


@pytest.mark.parametrize("name", VERBS)
def test_a_wrong_option_is_named(name, capsys):
    code, out, err = run_bare(capsys, *name.split(), "--no-such-option")
    as_a_verb = name == "support"  # what follows it is a verb
    assert as_a_verb or (code, out) == (2, "")
    assert as_a_verb or "--no-such-option" in err


@pytest.mark.parametrize("name", [name for name in VERBS if name not in GO_ON])
def test_a_missing_file(name, capsys):
    run_bare(capsys, *arguments(name, "no/such/file.bin"))


@pytest.mark.parametrize("name", [name for name in VERBS if name not in GO_ON])
def test_a_wrong_file(name, capsys, tmp_path):
    (tmp_path / "wrong.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    run_bare(capsys, *arguments(name, "wrong.bin"))


@pytest.mark.parametrize("name", [name for name in VERBS if name not in GO_ON])
def test_no_home(name, capsys, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "file" / "home"))
    run_bare(capsys, *arguments(name, "no.such.file"))


@pytest.mark.parametrize("name", VERBS)
def test_a_closed_stdout(name, capsys, monkeypatch):
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stdout", gone)
    assert main([*name.split(), "--help"]) == 0
    assert "Error" not in capsys.readouterr().err


@pytest.mark.sample(30)
@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", VERBS)
def test_help_in_every_width(name, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _err = run_bare(capsys, *name.split(), "--help")
    assert code == 0
    for line in out.splitlines():
        long = len(line) > columns
        assert not long or line.strip().startswith(("plugsmith ", "-")) or len(line.split()) == 1


@pytest.mark.parametrize(("name", "value", "colour"), [
    ("TERM", "xterm", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False),
    ("PLUGSMITH_PLAIN", "1", False),
])  # fmt: skip
def test_colour_is_for_those_who_want_it(name, value, colour, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    main(["dump", "info", "no.such.file"])
    assert ("\x1b[" in screen.getvalue()) is colour
    assert "Error PS-INPUT-MISSING:" in screen.getvalue()


@pytest.mark.parametrize("columns", [40, 80])
def test_on_a_terminal_no_word_is_broken(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    main(["dump", "info", "no.such.file"])
    lines = screen.getvalue().splitlines()
    assert all(len(line) <= columns for line in lines)
    assert "permissions" in " ".join(lines)
