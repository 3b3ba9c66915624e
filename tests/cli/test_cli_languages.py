"""The command line in another language: people read it, programs never notice."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main

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
    for name in ("en", "pl"):
        monkeypatch.setenv("PLUGSMITH_LANG", name)
        code = main([*verb, "--json"])
        lines = capsys.readouterr().out.splitlines()
        said.append((code, [json.loads(line) for line in lines]))
    assert said[0] == said[1]


def test_people_are_answered_in_their_language(capsys, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_LANG", "pl")
    assert main(["dump", "config", "no-such-file.bin"]) != 0
    said = capsys.readouterr()
    told = said.out + said.err
    assert "no-such-file.bin" in told
    assert "Sprawdź ścieżkę" in " ".join(told.split())
