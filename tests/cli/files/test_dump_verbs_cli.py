"""`plugsmith dump ...` from outside: exit codes, JSON results, consent, standard input."""

from __future__ import annotations

import io
import json
import sys

import pytest
from dump_rig import forged

from plugsmith.cli.app import main
from plugsmith.forge.dump import FORUM_TEXT


@pytest.fixture
def paired(tmp_path):
    path = tmp_path / "plug.bin"
    path.write_bytes(forged(paired=True).data)
    return path


@pytest.fixture
def piece(tmp_path):
    """The data end of the same flash: all of its secrets in a sixteenth of its size."""
    path = tmp_path / "piece.bin"
    path.write_bytes(forged(paired=True).data[0x1E_0000:])
    return path


def result(capsys):
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line["schema"] == "plugsmith/1" for line in lines)
    return lines[-1]


def test_info_as_json(paired, capsys):
    assert main(["dump", "info", str(paired), "--json"]) == 0
    data = result(capsys)["data"]
    assert (data["kind"], data["chip"], data["flash_size"]) == ("factory", "BK7231T", 0x20_0000)
    assert data["layout"]["complete"] is True
    assert data["secrets"] == {"wifi": True, "cloud": True, "device": True}
    assert data["usable_as_backup"]["verdict"] is True
    assert {"name", "start", "end"} <= set(data["regions"][0])
    text = json.dumps(data)
    for item in forged(paired=True).canaries:
        assert item.place == "rf" or item.value.decode("latin-1") not in text


def test_info_for_people(paired, capsys):
    assert main(["dump", "info", str(paired)]) == 0
    text = capsys.readouterr().out
    assert "BK7231T (boot loader)" in text
    assert "plugsmith dump sanitize" in text


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [(b"\xff" * 0x4000, 9, "blank"), (b"a text\n" * 99, 9, "unknown"), (b"x", 9, "unknown")],
)
def test_info_of_odd_files(tmp_path, capsys, data, code, kind):
    path = tmp_path / "odd.bin"
    path.write_bytes(data)
    assert main(["dump", "info", str(path), "--json"]) == code
    assert result(capsys)["data"]["kind"] == kind


def test_missing_and_empty_files(tmp_path, capsys):
    assert main(["dump", "info", str(tmp_path / "none.bin"), "--json"]) == 9
    assert result(capsys)["code"] == "PS-INPUT-MISSING"
    (tmp_path / "empty.bin").touch()
    assert main(["dump", "sanitize", str(tmp_path / "empty.bin"), "-o", "x", "--json"]) == 9
    assert result(capsys)["code"] == "PS-INPUT-EMPTY"


def test_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(forged().data)))
    assert main(["dump", "info", "-", "--json"]) == 0
    assert result(capsys)["data"]["chip"] == "BK7231T"


def test_records_mask_and_show(piece, capsys):
    assert main(["dump", "records", str(piece), "--json"]) == 0
    masked = capsys.readouterr().out
    word = next(c.value.decode() for c in forged(paired=True).canaries if c.field == "auth key")
    assert word not in masked
    records = json.loads(masked)["data"]["records"]
    pins = next(item for item in records if item["name"] == "user_param_key")
    assert (pins["value"], pins["live"]) == (FORUM_TEXT, True)
    wifi = next(item for item in records if item["name"] == "gw_wsm" and item["live"])
    assert "wifi-password" in wifi["redacted"]
    assert main(["dump", "records", str(piece), "--json", "--show-secrets"]) == 0
    assert word in capsys.readouterr().out


def test_records_of_a_flash_without_any(tmp_path, capsys):
    path = tmp_path / "blank.bin"
    path.write_bytes(b"\xff" * 0x4000)
    assert main(["dump", "records", str(path), "--json"]) == 8
    assert result(capsys)["code"] == "PS-NOTHING-FOUND"


def test_sanitize_writes_a_proven_copy(paired, tmp_path, capsys):
    out = tmp_path / "clean.bin"
    assert main(["dump", "sanitize", str(paired), "-o", str(out), "--json"]) == 0
    data = result(capsys)["data"]
    assert data["proof"] == {
        "records_intact": True,
        "pin_text_identical": True,
        "secrets_left": 0,
    }
    assert {"what": "wifi-cache", "where": "fast-connect-xor", "count": 1} in data["removed"]
    assert out.stat().st_size == paired.stat().st_size
    assert not list(tmp_path.glob("*.part"))


def test_summary_is_one_paragraph_without_secrets(paired, tmp_path, capsys):
    out = str(tmp_path / "clean.bin")
    assert main(["dump", "sanitize", str(paired), "-o", out, "--summary"]) == 0
    text = capsys.readouterr().out.strip()
    assert "\n" not in text
    assert "BK7231T" in text
    assert "WB2S" in text
    for item in forged(paired=True).canaries:
        assert item.value.decode("latin-1") not in text


@pytest.mark.parametrize("verb", ["sanitize", "repair"])
def test_nothing_is_overwritten_whatever_yes_says(piece, tmp_path, capsys, verb):
    out = tmp_path / "precious.bin"
    out.write_bytes(b"precious")
    for agreed in ([], ["--yes"]):
        assert main(["dump", verb, str(piece), "-o", str(out), "--json", *agreed]) == 2
        assert result(capsys)["code"] == "PS-OUTPUT-EXISTS"
    assert out.read_bytes() == b"precious"


def test_repair_of_a_rotated_dump(paired, tmp_path, capsys):
    data = paired.read_bytes()
    turned = tmp_path / "turned.bin"
    turned.write_bytes(data[0x1_1000:] + data[:0x1_1000])
    out = tmp_path / "straight.bin"
    assert main(["dump", "repair", str(turned), "-o", str(out), "--json"]) == 0
    assert result(capsys)["data"]["done"] == [{"what": "rotation", "amount": 0x1_1000}]
    assert out.read_bytes() == data


def test_diff_shows_no_value(piece, tmp_path, capsys):
    out = tmp_path / "clean.bin"
    assert main(["dump", "sanitize", str(piece), "-o", str(out)]) == 0
    capsys.readouterr()
    assert main(["dump", "diff", str(piece), str(out), "--json"]) == 0
    data = result(capsys)["data"]
    assert data["equal"] is False
    assert any(item["name"] == "gw_bi" for item in data["records"])
    text = json.dumps(data)
    assert not [c for c in forged(paired=True).canaries if c.value.decode("latin-1") in text]
    assert main(["dump", "diff", str(out), str(out)]) == 0
    assert "equal" in capsys.readouterr().out


def test_extract_stays_in_its_folder(piece, tmp_path, capsys):
    folder = tmp_path / "parts"
    assert main(["dump", "extract", str(piece), "-o", str(folder), "--json"]) == 0
    data = result(capsys)["data"]
    assert (folder / "records" / "user_param_key").read_bytes() == FORUM_TEXT.encode() + b"\0"
    assert len(data["files"]) == sum(1 for path in folder.rglob("*") if path.is_file())
    assert main(["dump", "extract", str(piece), "-o", str(folder), "--json"]) == 2


def test_forge_and_recover(tmp_path, capsys):
    out = str(tmp_path / "made.bin")
    options = ["--chip", "CB2S", "--generation", "tuyaos3", "--paired", "--no-record"]
    assert main(["dump", "forge", "-o", out, *options, "--json"]) == 0
    data = result(capsys)["data"]
    assert {"store-tuyaos3", "paired", "pin-file"} <= set(data["contains"])
    assert "pin-record" not in data["contains"]
    assert main(["dump", "config", out, "--json"]) == 0
    found = result(capsys)["data"]
    assert (found["text"], found["source"]["kind"]) == (FORUM_TEXT, "file")


@pytest.mark.parametrize(
    "options",
    [
        ["--generation", "newest"],
        ["--chip", "BK7231T", "--generation", "tuyaos3"],
        ["--chip", "Z80"],
        ["--mac", "nonsense"],
        ["--damage", "coffee"],
        ["--pin-text", "{rl1_pin:26,crc:1,}"],
    ],
)
def test_forge_refuses_what_cannot_be(tmp_path, capsys, options):
    out = tmp_path / "made.bin"
    assert main(["dump", "forge", "-o", str(out), *options, "--json"]) in {2, 5, 9}
    assert result(capsys)["type"] == "error"
    assert not out.exists()


def test_forge_damage(tmp_path, capsys):
    out = str(tmp_path / "made.bin")
    assert main(["dump", "forge", "-o", out, "--damage", "rotated", "--json"]) == 0
    capsys.readouterr()
    assert main(["dump", "info", out, "--json"]) == 0
    data = result(capsys)["data"]
    assert data["layout"]["rotation"] == 0x1_1000
    assert data["usable_as_backup"]["verdict"] is False
