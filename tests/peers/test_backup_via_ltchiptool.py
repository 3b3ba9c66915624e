"""`backup --via ltchiptool`: the real program, in its own process, on our simulated chip."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from test_sim_with_peers import LAUNCHER, PEERS, serve

from plugsmith.cli.app import main
from plugsmith.forge.flash import forge_flash

pytestmark = pytest.mark.peers
PYTHON = PEERS / "ltchiptool" / "bin" / "python"


def test_both_reads_of_the_real_program_agree_with_the_chip(tmp_path, monkeypatch, capsys):
    if not PYTHON.exists():
        pytest.skip("no ltchiptool: run `make peers`")
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "ltchiptool"
    words = [str(PYTHON), str(LAUNCHER), "ltchiptool"]
    launch = f"import os, sys\nos.execv({words[0]!r}, {words!r} + sys.argv[1:])\n"
    program.write_text(f"#!{sys.executable}\n{launch}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    before = forge_flash(chip="BK7231N")
    served, _file = serve(tmp_path, before)
    out = tmp_path / "out.bin"
    try:
        args = ["--via", "ltchiptool", "--chip", "BK7231N", "--port", served.port, "-o", str(out)]
        assert main(["backup", *args, "--json"]) == 0
    finally:
        served.stop()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert out.read_bytes() == before
    assert lines[-1]["data"]["proof"] == "two-reads"
    assert Path(lines[-1]["data"]["passport"]).exists()
