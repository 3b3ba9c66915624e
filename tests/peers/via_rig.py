"""The real programs as the user has them: on the search path, in processes of their own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from plugsmith.cli.app import main

PEERS = Path(__file__).resolve().parents[2] / ".peers"
LAUNCHER = Path(__file__).with_name("launch_peer.py")
# esptool gives the chip 0.2 s to start the loader, then takes a late answer for that loader's
# greeting and ends; a chip answers in microseconds, our served one when the machine lets it
PATIENT = "[esptool]\ntimeout = 100\nsync_timeout = 100\nmem_end_rom_timeout = 100\n"


def install(name: str, tmp_path, monkeypatch) -> None:
    """Puts `name` on the search path; skips where it is not installed."""
    python = PEERS / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no {name}: run `make peers`")
    words = [str(python), "-m", "esptool"] if name == "esptool" else [
        str(python), str(LAUNCHER), name]  # fmt: skip
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\nos.execv({words[0]!r}, {words!r} + sys.argv[1:])\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    config = folder / "esptool.cfg"
    config.write_text(PATIENT)
    monkeypatch.setenv("ESPTOOL_CFGFILE", str(config))
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))


def run(capsys, *words: str) -> tuple[int, list[dict]]:
    """The exit code and the lines of one command."""
    code = main([*words, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    if code != 0:  # shown where the test fails: what another program said is the only trace
        said = [line["message"] for line in lines if line["type"] == "log"]
        sys.stderr.write("\n".join([*said[-12:], json.dumps(lines[-1]), ""]))
    return code, lines
