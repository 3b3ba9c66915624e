"""What programs read from `--json` stays: recorded sessions, each command's last line and codes.

A recorded field keeps its name, its type and its order; more fields are welcome, and sizes and
sentences may change. PLUGSMITH_EXACT=1 compares every byte instead, for work that must change
nothing at all. What is meant to change is recorded anew with PLUGSMITH_RECORD=1 and shows in the
diff of tests/data/json.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
from json_recordings import NETWORK, OFFLINE, lost, names_in, normal
from lan_in_process import lan

from plugsmith.cli.app import main
from plugsmith.cli.jsonl import JsonSink
from plugsmith.events import Result

RECORDINGS = Path(__file__).resolve().parents[2] / "data" / "json"


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
    wanted = path.read_text("utf-8")
    if os.environ.get("PLUGSMITH_EXACT"):
        assert got == wanted
    had = by_command(got)
    for command, lines in by_command(wanted).items():
        assert command in had, "another exit code"
        last, before = lines[-1], {kind_of(line) for line in lines}
        assert lost(last, had[command][-1]) == [], command
        assert before - {kind_of(line) for line in had[command]} == set(), command


def by_command(text: str) -> dict[str, list[dict]]:
    """The events of each command; its exit code is a part of the key."""
    found: dict[str, list[dict]] = {}
    for line in text.splitlines():
        if line.startswith("$"):
            found[key := f"{len(found)} {line}"] = []
        else:
            found[key].append(json.loads(line))
    return found


def kind_of(event: dict) -> tuple[str, str]:
    return event["type"], event.get("code", "")


@pytest.mark.parametrize("name", sorted(OFFLINE))
def test_verbs_on_files_and_simulated_chips_print_what_was_recorded(
    name, tmp_path, capfd, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    if name == "ports":
        monkeypatch.setattr("plugsmith.flows.ports.list_ports", lambda **_options: [])
    check(name, played(OFFLINE, name, tmp_path, capfd, monkeypatch))


@pytest.mark.parametrize("name", sorted(NETWORK))
def test_verbs_on_running_devices_print_what_was_recorded(name, tmp_path, capfd, monkeypatch):
    with lan(tmp_path / "net") as net:
        host = str(net.hosts[0])
        check(name, played(NETWORK, name, tmp_path, capfd, monkeypatch, host=host))


def test_the_comparison_sees_what_is_lost():
    old = {"type": "result", "data": {"a": 1, "b": [{"c": "x"}], "d": None}}
    assert (
        lost(old, {"type": "result", "data": {"a": 2, "n": 0, "b": [{"c": "y"}], "d": None}}) == []
    )
    assert lost(old, {"type": "result", "data": {"a": "1", "b": [{"c": ""}], "d": 1}}) == [
        ".data.a"
    ]
    assert lost(old, {"type": "result", "data": {"b": [{}], "a": 1, "d": 1}}) == [
        ".data",
        ".data.b.c",
    ]
    assert lost(old, {"type": "error", "data": {}}) == [".type", ".data"]


def test_every_line_of_this_folder_is_held_against_the_schema(judged_lines):
    JsonSink().emit(Result(command="no such verb", data={}))
    assert judged_lines == ["result: command: not a verb"]
    judged_lines.clear()
