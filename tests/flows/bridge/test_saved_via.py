"""What another program read is recognised again by the verbs that are given its file."""

from __future__ import annotations

import hashlib
import json
import random
import shlex
import sys

import pytest
from via_program import install

from plugsmith.cli.app import main
from plugsmith.forge.flash import forge_flash
from plugsmith.library.library import Library
from plugsmith.library.via_backups import ViaPassport, put

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")

STOCK = b"\xe9\x04\x02\x20" + random.Random(7).randbytes(0x2_0000 - 4)
C3 = "Connected to ESP32-C3 on x:\nMAC:                a0:20:a6:1f:3c:5a"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def passport(data, **more):
    words = {"program": "esptool", "chip": "ESP32-C3", "mac": "a0:20:a6:1f:3c:5a", **more}
    return ViaPassport(
        made_by="Plugsmith 1.0",
        created="2026-03-01T10:00:00+00:00",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        **words,
    )


def stored(tmp_path, data=STOCK, name="esp.bin", **more):
    file = tmp_path / name
    put(file, data, passport(data, **more))
    return file


def run(capsys, *words):
    code = main([*map(str, words), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("more", "way"),
    [
        ({}, "--via esptool --chip ESP32-C3"),
        ({"chip": "ESP8266EX"}, "--via esptool --chip ESP8266"),
        ({"chip": "ESP32-H21"}, "--via esptool"),  # not in our table: esptool finds it out itself
        (
            {"program": "ltchiptool", "chip": "LN882H", "mac": None},
            "--via ltchiptool --chip LN882H",
        ),
    ],
)
@pytest.mark.parametrize("given", ["esp.bin", "esp.bin.json"])
def test_restore_names_the_command_that_puts_it_back(home, tmp_path, capsys, more, way, given):
    file = stored(tmp_path, **more)
    code, lines = run(capsys, "restore", tmp_path / given)
    error = lines[-1]
    assert (code, error["code"]) == (9, "PS-VIA-BACKUP")
    assert f"plugsmith flash {file} {way}" in error["hint"]
    code, lines = run(capsys, "restore", file, "--port", "/dev/ttyUSB9")
    assert f"{way} --port /dev/ttyUSB9" in lines[-1]["hint"]


def test_the_command_that_is_named_puts_it_back(home, tmp_path, capsys, monkeypatch):
    program = install(tmp_path, monkeypatch, "esptool", said=C3)
    program.flash.write_bytes(STOCK)
    kept = tmp_path / "kept.bin"
    port = ("--port", "/dev/ttyUSB9")
    assert run(capsys, "backup", "--via", "esptool", *port, "-o", kept)[0] == 0
    spoilt = bytearray(STOCK)
    spoilt[0x1_2000:0x1_2100] = bytes(0x100)
    program.flash.write_bytes(spoilt)
    _code, lines = run(capsys, "restore", kept, *port)
    words = shlex.split(lines[-1]["hint"].partition("plugsmith ")[2])
    assert run(capsys, *words, "-y")[0] == 0
    assert program.flash.read_bytes() == STOCK


def test_one_that_was_changed_is_called_so(home, tmp_path, capsys):
    file = stored(tmp_path)
    file.write_bytes(STOCK[:-1] + bytes([STOCK[-1] ^ 1]))
    code, lines = run(capsys, "restore", file)
    assert (code, lines[-1]["code"]) == (9, "PS-BACKUP-CHANGED")


def test_a_read_of_a_chip_of_ours_goes_our_own_way(home, tmp_path, capsys):
    data = forge_flash(chip="BK7231N")
    stored(tmp_path, data, program="ltchiptool", chip="BK7231N", mac=None)
    for given in ("esp.bin", "esp.bin.json"):
        _code, lines = run(capsys, "restore", tmp_path / given, "--port", tmp_path / "no-port")
        assert lines[-1]["code"].startswith("PS-PORT")


def test_dump_info_tells_what_the_passport_knows(home, tmp_path, capsys):
    file = stored(tmp_path)
    code, lines = run(capsys, "dump", "info", file)
    data = lines[-1]["data"]
    assert (code, data["chip"], data["mac"]) == (0, "ESP32-C3", "a0:20:a6:1f:3c:5a")
    assert data["via"] == {
        "program": "esptool",
        "chip": "ESP32-C3",
        "mac": "a0:20:a6:1f:3c:5a",
        "created": "2026-03-01T10:00:00+00:00",
        "proof": "two-reads",
        "unchanged": True,
        "restore": f"plugsmith flash {file} --via esptool --chip ESP32-C3",
    }
    answer = data["usable_as_backup"]
    assert (answer["verdict"], answer["level"], answer["reasons"]) == (True, "whole", ["two-reads"])
    assert main(["dump", "info", str(file)]) == 0
    text = capsys.readouterr().out
    assert "a flash that esptool read" in text
    assert "esptool read it twice, and both reads are the same." in text


def test_dump_info_of_a_changed_one_says_that(home, tmp_path, capsys):
    file = stored(tmp_path)
    file.write_bytes(STOCK[:-1] + bytes([STOCK[-1] ^ 1]))
    code, lines = run(capsys, "dump", "info", file)
    answer = lines[-1]["data"]["usable_as_backup"]
    assert (code, answer["verdict"], answer["reasons"]) == (9, False, ["changed"])
    assert not lines[-1]["data"]["via"]["unchanged"]


def test_dump_info_of_a_read_of_our_chips_judges_the_content_too(home, tmp_path, capsys):
    file = stored(tmp_path, forge_flash(chip="BK7231N"), program="ltchiptool", chip="BK7231N")
    plain = tmp_path / "plain.bin"
    plain.write_bytes(file.read_bytes())
    found = run(capsys, "dump", "info", file)[1][-1]["data"]
    alone = run(capsys, "dump", "info", plain)[1][-1]["data"]
    assert found["via"]["program"] == "ltchiptool"
    assert "via" not in alone
    assert found["usable_as_backup"] == alone["usable_as_backup"]


def test_a_folder_of_dumps_tells_it_of_each(home, tmp_path, capsys):
    folder = tmp_path / "dumps"
    folder.mkdir()
    for name, chip in (("a.bin", "ESP32-C3"), ("b.bin", "ESP8266")):
        stored(folder, name=name, chip=chip)
    _code, lines = run(capsys, "dump", "info", folder / "a.bin", folder / "b.bin")
    chips = {line["data"]["chip"] for line in lines if line.get("data", {}).get("via")}
    assert chips == {"ESP32-C3", "ESP8266"}


def test_backups_list_shows_them_wherever_they_lie(home, tmp_path, capsys):
    library = Library(home)
    known = passport(STOCK)
    kept = library.via.add(STOCK, known)
    elsewhere = stored(tmp_path, STOCK, chip="ESP8266", mac=None)
    library.via.point_to(elsewhere, passport(STOCK, chip="ESP8266", mac=None))
    code, lines = run(capsys, "backups", "list", "--check")
    rows = {row["file"]: row for row in lines[-1]["data"]["backups"]}
    assert (code, set(rows)) == (0, {str(kept), str(elsewhere)})
    row = rows[str(kept)]
    assert (row["program"], row["proof"], row["state"]) == ("esptool", "two-reads", "sound")
    assert (row["chip"], row["mac"], row["size"]) == ("ESP32-C3", known.mac, len(STOCK))
    _code, lines = run(capsys, "backups", "list", "A020A6")
    assert [row["file"] for row in lines[-1]["data"]["backups"]] == [str(kept)]
    assert main(["backups", "list"]) == 0
    assert "ESP32-C3, read twice by esptool" in capsys.readouterr().out
    _code, lines = run(capsys, "restore", kept.stem)  # by the name that the list shows
    assert str(kept) in lines[-1]["hint"]


@pytest.mark.parametrize(
    ("spoil", "check", "state"),
    [
        (lambda file: file.unlink(), False, "missing"),
        (lambda file: file.unlink(), True, "missing"),
        (lambda file: file.write_bytes(STOCK[:-1]), False, "other-size"),
        (lambda file: file.write_bytes(bytes(len(STOCK))), True, "changed"),
    ],
)
def test_the_list_tells_what_became_of_one(home, capsys, spoil, check, state):
    kept = Library(home).via.add(STOCK, passport(STOCK))
    spoil(kept)
    _code, lines = run(capsys, "backups", "list", *(["--check"] if check else []))
    states = [row["state"] for row in lines[-1]["data"]["backups"]]
    assert states == [state]
