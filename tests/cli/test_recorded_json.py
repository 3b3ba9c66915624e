"""What `--json` prints today is what it printed before: recorded sessions, byte by byte.

A change that is meant is recorded anew with `PLUGSMITH_RECORD=1 pytest tests/cli/test_recorded_json.py`
and shows in the diff of tests/data/json.
"""  # noqa: E501 - a command to copy

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
from json_recordings import NETWORK, OFFLINE, names_in, normal
from lan_fleet import lan

from plugsmith.cli.app import main

RECORDINGS = Path(__file__).resolve().parents[1] / "data" / "json"


def played(sessions, name, folder, capfd, monkeypatch, **more) -> str:
    """The session's commands and lines, made comparable."""
    names = names_in(folder / "play") | more
    found = []
    for command in sessions[name]:
        words = [word.format(**names) for word in shlex.split(command)]
        monkeypatch.setattr(sys, "argv", ["plugsmith", *words])
        capfd.readouterr()
        code = main([*words, "--json"])
        found.append(f"$ {command} -> {code}")
        for text in capfd.readouterr().out.splitlines():
            line = json.loads(text)
            if line["type"] != "progress":
                shown = normal(line, folder, shlex.join(words))
                found.append(json.dumps(shown, ensure_ascii=False))
    return "\n".join(found) + "\n"


def check(name: str, got: str) -> None:
    path = RECORDINGS / f"{name}.txt"
    if os.environ.get("PLUGSMITH_RECORD"):
        path.write_text(got, "utf-8")
    wanted, had = path.read_text("utf-8").splitlines(), got.splitlines()
    for at, (old, new) in enumerate(zip(wanted, had, strict=False)):
        assert new == old, f"line {at + 1} of {path.name}"
    assert len(had) == len(wanted)


@pytest.mark.parametrize("name", sorted(OFFLINE))
def test_verbs_on_files_and_simulated_chips_print_what_was_recorded(
    name, tmp_path, capfd, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    if name == "ports":
        monkeypatch.setattr("plugsmith.link.ports.list_ports", lambda **_options: [])
    check(name, played(OFFLINE, name, tmp_path, capfd, monkeypatch))


@pytest.mark.parametrize("name", sorted(NETWORK))
def test_verbs_on_running_devices_print_what_was_recorded(name, tmp_path, capfd, monkeypatch):
    with lan(tmp_path / "net", speed=4) as net:
        host = str(net.hosts[0])
        check(name, played(NETWORK, name, tmp_path, capfd, monkeypatch, host=host))
