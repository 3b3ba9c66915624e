"""`plugsmith sim` as a process: ready line, signals, result, errors."""

from __future__ import annotations

import json
import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest
from child import plugsmith

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals")


def start(*arguments: str) -> subprocess.Popen:
    return plugsmith("sim", *arguments)


def ready_line(process: subprocess.Popen) -> dict:
    for line in process.stdout:
        event = json.loads(line)
        if event["type"] == "ready":
            return event
    pytest.fail(process.stderr.read())


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_ready_then_a_clean_end(end):
    process = start("--chip", "bk7231n", "--json")
    event = ready_line(process)
    assert event["boot"] == "n-rom"
    assert event["schema"] == "plugsmith/1"
    assert event["port"] != event["log_port"]
    process.send_signal(end)
    out, _ = process.communicate(timeout=120)
    last = json.loads(out.splitlines()[-1])
    assert (last["type"], last["command"]) == ("result", "sim")
    assert process.returncode == 0


def test_the_ready_line_comes_without_json_too_and_notes_go_to_stderr():
    process = start("--chip", "bk7231t", "--tcp", "127.0.0.1:0")
    event = ready_line(process)
    host, _, port = event["port"].removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as client:
        client.sendall(bytes.fromhex("01e0fc0100"))
        assert client.recv(64) == bytes.fromhex("040e0501e0fc0100")
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=120)
    assert "1 session" in out
    assert process.returncode == 0


def test_a_chip_without_a_loader_is_silent_and_sim_says_so(tmp_path):
    (tmp_path / "blank.bin").write_bytes(b"\xff" * 0x20_0000)
    process = start("--chip", "bk7231t", "--flash", str(tmp_path / "blank.bin"))
    assert ready_line(process)["boot"] == "silent"
    process.send_signal(signal.SIGTERM)
    _, problems = process.communicate(timeout=120)
    assert "no boot loader" in problems


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("--chip", "esp32"), "PS-SIM-SETUP", 2),
        (("--flash", "/nonexistent/flash.bin"), "PS-SIM-FLASH", 9),
        (("--fault", "gremlin"), "PS-SIM-SETUP", 2),
        (("--tcp", "nonsense"), "PS-USAGE", 2),
        (("--tcp", "203.0.113.7:80"), "PS-SIM-SETUP", 2),
        (("--pty", "--tcp", "127.0.0.1:0"), "PS-USAGE", 2),
        (("--lines", "cts"), "PS-USAGE", 2),
    ],
)
def test_errors(capsys, arguments, code, exit_code):
    from plugsmith.cli.app import main

    assert main(["sim", *arguments, "--json"]) == exit_code
    error = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (error["type"], error["code"], error["exit"]) == ("error", code, exit_code)
    assert error["hint"]
