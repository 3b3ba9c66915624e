"""The `rf` verbs and `--skip` on the command line."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.forge.flash import forge_flash

RF = 0x1D_0000


@pytest.fixture
def plug(tmp_path, monkeypatch):
    """A simulated BK7231N by its port, and the file of its flash."""
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    file = tmp_path / "plug.bin"
    file.write_bytes(forge_flash(chip="BK7231N", code_len=0x8000))
    return f"sim://bk7231n?flash={file}", file


def run(capsys, *args):
    status = main([*args, "--json"])
    return status, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_from_show_to_put_back(plug, tmp_path, capsys):
    port, file = plug
    saved = tmp_path / "rf.bin"
    status, end = run(capsys, "rf", "show", "--port", port)
    assert (status, end["data"]["sectors"][0]["state"]) == (0, "sound")
    assert run(capsys, "rf", "show", str(file))[1]["data"]["sectors"] == end["data"]["sectors"]
    assert run(capsys, "rf", "save", str(file), "-o", str(saved))[0] == 0
    status, end = run(capsys, "rf", "put-back", str(saved), "--port", port)
    assert (status, end["data"]["verified"]) == (0, True)
    status, end = run(capsys, "rf", "set-mac", "C8:47:8C:12:34:56", "--port", port)
    assert (status, end["code"]) == (5, "PS-SAFETY-CONSENT")
    status, end = run(capsys, "rf", "rebuild", "--port", port, "--yes")
    assert (status, end["code"]) == (5, "PS-RF-SOUND")


NO_ADDRESS = [
    "12", "01:00:5e:00:00:01", "0:0:0:0:0:0", "00-00-00-00-00-00", "C8:47:8C:42:88:48",
    "C8:47:8C:00:00:0g", "C8:47-8C:00:00:01",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_a_text_that_is_no_address_is_refused_before_the_port_is_opened(plug, capsys, text):
    status, end = run(capsys, "rf", "set-mac", text, "--port", "/no/such/port")
    assert (status, end["code"]) == (2, "PS-RF-MAC")


def test_a_part_of_a_whole_dump_is_taken_from_where_it_lies(plug, tmp_path, capsys):
    port, file = plug
    run(capsys, "backup", "--port", port)
    where = ["--start", "0x1D0000", "--length", "0x1000", "--port", port]
    status, end = run(capsys, "write", str(file), *where, "--allow", "rf", "--allow", "mac")
    assert (status, end["code"]) == (2, "PS-USAGE-WHOLE-FLASH")
    status, end = run(capsys, "verify", str(file), *where, "--skip", "0x1D0000")
    assert (status, end["data"]["equal"]) == (0, True)
    status, end = run(
        capsys, "write", str(file), *where, "--skip", "0", "--allow", "rf", "--allow", "mac"
    )
    assert (status, end["code"]) == (5, "PS-RF-CONTENT")
    status, end = run(capsys, "write", str(file), *where, "--skip", "3M")
    assert (status, end["exit"]) == (2, 2)


def test_words_for_people(plug, tmp_path, capsys):
    port, file = plug
    assert main(["rf", "show", "--port", port]) == 0
    assert "RF calibration and MAC, sound" in capsys.readouterr().out
    assert main(["rf", "save", str(file), "-o", str(tmp_path / "rf.bin")]) == 0
    assert "plugsmith rf put-back" in capsys.readouterr().out
    (tmp_path / "blank.bin").write_bytes(b"\xff" * 0x1000)
    assert main(["rf", "show", str(tmp_path / "blank.bin")]) == 8
    assert "rf rebuild" in capsys.readouterr().out
