"""The command line in another language: people read it, programs never notice."""

from __future__ import annotations

import json

import pytest

from plugsmith import verbs
from plugsmith.cli.app import main
from plugsmith.messages import languages

VERBS = (
    ("dump", "config", "no-such-file.bin"),
    ("template", "search", "plug"),
    ("image", "info", "no-such-file.bin"),
    ("backups", "list"),
    ("no-such-verb",),
)


@pytest.mark.parametrize("verb", VERBS)
def test_json_is_the_same_in_every_language(capsys, monkeypatch, verb):
    said = []
    for name in languages():
        monkeypatch.setenv("PLUGSMITH_LANG", name)
        code = main([*verb, "--json"])
        lines = capsys.readouterr().out.splitlines()
        said.append((code, [json.loads(line) for line in lines]))
    assert all(each == said[0] for each in said)


def test_people_are_answered_in_their_language(capsys, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_LANG", "pl")
    assert main(["dump", "config", "no-such-file.bin"]) != 0
    said = capsys.readouterr()
    told = said.out + said.err
    assert "no-such-file.bin" in told
    assert "Sprawdź ścieżkę" in " ".join(told.split())


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", languages())
def test_help_fits_a_terminal_of_80_columns(capsys, monkeypatch, name):
    monkeypatch.setenv("PLUGSMITH_LANG", name)
    monkeypatch.setenv("COLUMNS", "80")
    for verb in (verb.name.split() for verb in verbs()):
        assert main([*verb, "--help"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if len(line) > 80 or "\u2026" in line] == [], verb
