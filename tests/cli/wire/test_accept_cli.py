"""What a user met who tried to break the verbs over the wire."""

from __future__ import annotations

import json
import sys
import types

import pytest

from plugsmith.cli import entry
from plugsmith.cli.app import main
from plugsmith.errors.flows import SpaceAbsent
from plugsmith.errors.port import NoListener
from plugsmith.forge.flash import forge_flash


@pytest.fixture
def chip_t(tmp_path):
    path = tmp_path / "t.bin"
    path.write_bytes(forge_flash(chip="BK7231T", code_len=0x8000))
    return f"sim://bk7231t?flash={path}&keep=1", path


def last(capsys) -> dict:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [item["type"] for item in lines].count("error") <= 1
    assert lines[-1]["type"] in {"result", "error"}
    return lines[-1]


@pytest.mark.parametrize("as_json", [True, False])
def test_ctrl_c_while_the_program_loads_ends_in_words(monkeypatch, capsys, as_json):
    def stopped() -> int:
        raise KeyboardInterrupt

    loading = types.ModuleType("plugsmith.cli.app")
    loading.main = stopped
    monkeypatch.setitem(sys.modules, "plugsmith.cli.app", loading)
    monkeypatch.setattr(sys, "argv", ["plugsmith", "info", *(["--json"] if as_json else [])])
    monkeypatch.setattr(entry.signal, "signal", lambda *_args: None)
    with pytest.raises(SystemExit) as left:
        entry.run()
    assert left.value.code == 130
    shown = capsys.readouterr()
    if as_json:
        assert json.loads(shown.out)["exit"] == 130
    else:
        assert "Stopped at your request" in shown.err


def test_erasing_through_the_end_is_refused_for_safety(chip_t, capsys):
    port, path = chip_t
    before = path.read_bytes()
    wrap = ["erase", "--start", "0x1ff000", "--length", "8k", "--port", port, "--yes", "--json"]
    assert main(wrap) == 5
    assert last(capsys)["code"] == "PS-SAFETY-WRAP"
    beyond = ["erase", "--start", "2M", "--length", "4k", "--port", port, "--yes", "--json"]
    assert main(beyond) == 5
    assert last(capsys)["code"] == "PS-SAFETY-WRAP"
    assert path.read_bytes() == before


def test_erase_all_from_somewhere_says_how_much_that_is(chip_t, capsys):
    port, path = chip_t
    line = ["erase", "--start", "0x1f0000", "--length", "all", "--port", port, "--yes", "--json"]
    assert main(line) == 0
    data = last(capsys)["data"]
    assert (data["start"], data["length"], data["proof"]) == (0x1F0000, 0x1_0000, "device-crc")
    assert path.read_bytes()[0x1F0000:] == b"\xff" * 0x1_0000


def test_a_memory_that_a_t_does_not_show(chip_t, capsys, tmp_path):
    out = str(tmp_path / "e.bin")
    assert main(["read", "--space", "efuse", "-o", out, "--port", chip_t[0], "--json"]) == 8
    answer = last(capsys)
    assert answer["code"] == SpaceAbsent.code
    assert "BK7231T" in answer["message"]
    assert "dump" not in answer["hint"]


def test_a_server_that_is_not_there(capsys):
    assert main(["info", "--port", "socket://127.0.0.1:1", "--json"]) == 3
    answer = last(capsys)
    assert answer["code"] == NoListener.code
    assert "Plug" not in answer["hint"]


@pytest.mark.parametrize("content", [b"\xff" * 0x20_0000, bytes(range(256)) * 0x2000, b"hello"])
def test_restoring_what_is_no_backup_at_all_is_bad_input(chip_t, capsys, tmp_path, content):
    file = tmp_path / "x.bin"
    file.write_bytes(content)
    assert main(["restore", str(file), "--port", chip_t[0], "--yes", "--json"]) == 9
    answer = last(capsys)
    assert answer["code"] == "PS-INPUT-NOT-A-BACKUP"
    assert ".." not in answer["message"]


def test_a_simulated_chip_without_a_file_has_something_to_practise_on(capsys):
    assert main(["info", "--port", "sim://bk7231t", "--json"]) == 0
    data = last(capsys)["data"]
    assert (data["chip"], data["firmware"]["name"]) == ("BK7231T", "Tuya")
