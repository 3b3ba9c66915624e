"""Writes by another program that did not end: the next run knows them, and the way back."""

from __future__ import annotations

import errno
import hashlib
import json
import random
import shlex
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from other_images import esp_flash
from via_program import install

from plugsmith.cli.app import main
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.library import via_writes
from plugsmith.library.via_backups import ViaPassport, put
from plugsmith.library.via_writes import BegunWrite, BegunWrites, ViaBoard

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")

C3 = "Connected to ESP32-C3 on x:\nMAC:                a0:20:a6:1f:3c:5a"
START = esp_flash(chip_id=5)[:0x9000]
STOCK = START + random.Random(3).randbytes(0x1_7000)
IMAGE = START.ljust(0x1_0000, b"\xff") + random.Random(4).randbytes(0x3234)
OTHER_IMAGE = IMAGE[:-0x2000] + bytes(0x800)
HALF = """
def half():
    before = flash.read_bytes(); write(); after = flash.read_bytes()
    at = next(i for i in range(len(before)) if before[i:i + 4096] != after[i:i + 4096])
    flash.write_bytes(after[:at + 4096] + before[at + 4096:])
    sys.exit('the cable is gone')
"""
DIES = HALF + "read() if verb == 'read' else half()"


@pytest.fixture
def esp(tmp_path, monkeypatch):
    def made(said=C3, **more):
        return install(tmp_path, monkeypatch, "esptool", said=said, **more)

    made().flash.write_bytes(STOCK)
    return made


def run(capsys, *words, via="esptool"):
    code = main([*words, "--via", via, "--port", "/dev/ttyUSB9", "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def flash(capsys, tmp_path, image, *more, via="esptool"):
    file = tmp_path / "image.bin"
    file.write_bytes(image)
    return run(capsys, "flash", str(file), "-y", *more, via=via)


def told(lines):
    """The hints of the warnings that a flash is half written, before the last one of this run."""
    return [line["hint"] for line in lines if line.get("code") == "PS-NOTE-VIA-HALF"]


@pytest.mark.parametrize("second", [IMAGE, OTHER_IMAGE])
def test_the_next_run_leads_back_to_what_was_there_before_the_first(esp, tmp_path, capsys, second):
    program = esp(work=DIES)
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert code == 6
    (hint,) = told(lines)
    assert program.flash.read_bytes() not in {STOCK, IMAGE + STOCK[len(IMAGE) :]}
    esp()
    code, lines = flash(capsys, tmp_path, second)
    assert code == 0, lines[-1]
    undo = lines[-1]["data"]["undo"]
    assert undo in hint
    assert undo in told(lines)[0]
    assert main([*shlex.split(undo)[1:], "-y", "--json"]) == 0
    assert program.flash.read_bytes() == STOCK


def test_the_way_back_itself_ends_it(esp, tmp_path, capsys):
    program = esp(work=DIES)
    _code, lines = flash(capsys, tmp_path, IMAGE)
    undo = told(lines)[0].partition("instead: ")[2]
    esp()
    assert main([*shlex.split(undo)[1:], "-y", "--json"]) == 0
    done = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    assert (program.flash.read_bytes(), done["undo"]) == (STOCK, "")
    _code, lines = flash(capsys, tmp_path, IMAGE)
    assert not told(lines)


def test_a_way_back_that_is_cut_too_is_told_again(esp, tmp_path, capsys):
    program = esp(work=DIES)
    _code, lines = flash(capsys, tmp_path, IMAGE)
    undo = shlex.split(told(lines)[0].partition("instead: ")[2])[1:]
    assert main([*undo, "-y", "--json"]) == 6
    capsys.readouterr()
    esp()
    _code, lines = run(capsys, "flash", str(undo[1]), "-y")
    assert program.flash.read_bytes() == STOCK


def test_a_backup_of_it_says_that_it_is_half_and_half(esp, tmp_path, capsys):
    esp(work=DIES)
    flash(capsys, tmp_path, IMAGE)
    esp()
    code, lines = run(capsys, "backup", "-o", str(tmp_path / "half.bin"))
    assert code == 0
    assert "plugsmith flash" in told(lines)[0]


@pytest.mark.parametrize("end", ["done", "nothing"])
def test_what_is_whole_all_the_same_is_not_called_half(esp, tmp_path, capsys, end):
    spoilt = {"done": "(write(), sys.exit('x'))", "nothing": "sys.exit('x')"}[end]
    program = esp(work=f"read() if verb == 'read' else {spoilt}")
    assert flash(capsys, tmp_path, IMAGE)[0] == 6
    esp()
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, told(lines)) == (0, [])
    assert program.flash.read_bytes().startswith(IMAGE)


def test_a_device_that_lived_after_an_unproven_write_is_not_called_half(esp, tmp_path, capsys):
    program = esp(work="write() if verb == 'write' else read() if turn < 4 else sys.exit('deaf')")
    assert flash(capsys, tmp_path, IMAGE)[0] == 6
    esp()
    lived = bytearray(program.flash.read_bytes())
    lived[0x1_1000:0x1_1010] = bytes(16)
    program.flash.write_bytes(lived)
    _code, lines = run(capsys, "backup", "-o", str(tmp_path / "now.bin"))
    (note,) = [line for line in lines if line.get("code") == "PS-NOTE-VIA-HALF"]
    assert "may be" in note["message"]
    assert "is half" not in note["message"]


def test_a_write_that_was_not_understood_left_no_half(esp, tmp_path, capsys):
    refusal = "sys.exit('esptool: error: unrecognized arguments: --flash-mode')"
    program = esp(work=f"read() if verb == 'read' else {refusal}")
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, lines[-1]["code"]) == (2, "PS-VIA-TOO-OLD")
    assert not told(lines)
    assert program.flash.read_bytes() == STOCK
    assert not list((tmp_path / "home" / "via").glob("*.write.json"))


def test_another_board_on_the_same_port_is_none_of_it(esp, tmp_path, capsys):
    esp(work=DIES)
    flash(capsys, tmp_path, IMAGE)
    esp(said=C3.replace("5a", "5b"))
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, told(lines)) == (0, [])


def test_a_backup_that_is_gone_is_no_way_back(esp, tmp_path, capsys):
    esp(work=DIES)
    flash(capsys, tmp_path, IMAGE)
    (backup,) = (tmp_path / "home" / "via").glob("*.bin")
    backup.write_bytes(bytes(len(STOCK)))
    esp()
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, told(lines)) == (0, [])


@pytest.mark.parametrize("same", [True, False])
def test_without_an_address_the_content_tells_the_board(tmp_path, monkeypatch, capsys, same):
    program = install(tmp_path, monkeypatch, "ltchiptool", work=DIES)
    program.flash.write_bytes(forge_flash(chip="BK7231N"))
    image, chip = forge_openbeken_qio("BK7231N", version="1.18.300"), ("--chip", "BK7231N")
    assert flash(capsys, tmp_path, image, *chip, via="ltchiptool")[0] == 6
    install(tmp_path, monkeypatch, "ltchiptool")
    if not same:
        program.flash.write_bytes(forge_flash(chip="BK7231N", mac=bytes.fromhex("d0d0d0111213")))
    code, lines = flash(capsys, tmp_path, image, *chip, via="ltchiptool")
    assert code == 0, lines[-1]
    assert bool(told(lines)) == same


def test_what_cannot_be_remembered_is_not_begun(esp, tmp_path, capsys, monkeypatch):
    program = esp()
    write_whole = via_writes.write_whole

    def full(path, data, **more):
        if path.name.endswith(".write.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
        write_whole(path, data, **more)

    monkeypatch.setattr(via_writes, "write_whole", full)
    _code, lines = flash(capsys, tmp_path, IMAGE)
    assert lines[-1]["code"] == "PS-LIBRARY-NO-SPACE"
    assert program.flash.read_bytes() == STOCK


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_record_or_none(data):
    found = BegunWrite.parse(data)
    assert found is None or BegunWrite.parse(found.as_bytes()) == found


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    ),
    st.sampled_from(["board", "started", "backup", "undo", "runs", "format"]),
)
def test_a_record_with_one_odd_value_is_read_or_refused(value, name):
    good = {
        "format": "plugsmith-via-write/1",
        "board": {"program": "esptool", "mac": None, "port": "x"},
        "started": "2026-01-01T00:00:00Z", "backup": "b", "undo": "u", "runs": [[0, 4096, "ab"]],
    }  # fmt: skip
    assert BegunWrite.parse(json.dumps(good).encode()) is not None
    found = BegunWrite.parse(json.dumps(good | {name: value}).encode())
    assert found is None or BegunWrite.parse(found.as_bytes()) == found


CHIP = ("--chip", "BK7231N")
LT_IMAGE = forge_openbeken_qio("BK7231N", version="1.18.300")
BOARDS = {
    name: forge_flash(chip="BK7231N", mac=bytes.fromhex(f"d0d0d01112{name}"))
    for name in ("13", "14")
}


def cut_without_address(tmp_path, monkeypatch, capsys):
    """A write to board 13 by a program that tells no address; what the flash holds then."""
    program = install(tmp_path, monkeypatch, "ltchiptool", work=DIES)
    program.flash.write_bytes(BOARDS["13"])
    assert flash(capsys, tmp_path, LT_IMAGE, *CHIP, via="ltchiptool")[0] == 6
    install(tmp_path, monkeypatch, "ltchiptool")
    return program, program.flash.read_bytes()


@pytest.mark.parametrize("dies", [False, True])
def test_another_board_takes_no_way_back_away(tmp_path, monkeypatch, capsys, dies):
    program, half = cut_without_address(tmp_path, monkeypatch, capsys)
    program.flash.write_bytes(BOARDS["14"])
    if dies:
        install(tmp_path, monkeypatch, "ltchiptool", work=DIES)
    code, _lines = flash(capsys, tmp_path, LT_IMAGE, *CHIP, via="ltchiptool")
    assert code == (6 if dies else 0)
    install(tmp_path, monkeypatch, "ltchiptool")
    program.flash.write_bytes(half)
    code, lines = flash(capsys, tmp_path, LT_IMAGE, *CHIP, via="ltchiptool")
    assert code == 0, lines[-1]
    undo = lines[-1]["data"]["undo"]
    assert undo in told(lines)[0]
    assert main([*shlex.split(undo)[1:], "-y", "--json"]) == 0
    assert program.flash.read_bytes() == BOARDS["13"]
    assert not list((tmp_path / "home" / "via").glob("*.write.json")) or dies


def test_without_an_address_another_port_hides_nothing(tmp_path, monkeypatch, capsys):
    cut_without_address(tmp_path, monkeypatch, capsys)
    words = ("--via", "ltchiptool", "--port", "/dev/ttyUSB4", *CHIP, "--json")
    assert main(["backup", "-o", str(tmp_path / "half.bin"), *words]) == 0
    assert told([json.loads(line) for line in capsys.readouterr().out.splitlines()])


def test_a_run_without_a_backup_goes_on_with_the_record(esp, tmp_path, capsys):
    esp(work=DIES)
    flash(capsys, tmp_path, IMAGE)
    (record,) = (tmp_path / "home" / "via").glob("*.write.json")
    first = BegunWrite.parse(record.read_bytes())
    flash(capsys, tmp_path, OTHER_IMAGE, "--allow", "no-backup")
    second = BegunWrite.parse(record.read_bytes())
    assert (second.backup, second.undo, second.started) == (
        first.backup, first.undo, first.started,
    )  # fmt: skip
    assert second.runs != first.runs


@pytest.mark.parametrize("kept", [0x1000, 0])
def test_where_a_write_leaves_nothing_as_it_was_only_the_rest_tells_the_board(tmp_path, kept):
    rng = random.Random(5)
    before, wanted, foreign = (rng.randbytes(0x8000) for _board in range(3))
    digest = hashlib.sha256(before).hexdigest()
    file = tmp_path / "before.bin"
    passport = ViaPassport(
        made_by="x", created="2026-01-01T00:00:00Z", program="ltchiptool", chip="LN882H",
        mac=None, size=len(before), sha256=digest,
    )  # fmt: skip
    put(file, before, passport)
    board = ViaBoard(program="ltchiptool", mac=None, port="/dev/ttyUSB9")
    writes = BegunWrites(tmp_path / "via")
    writes.folder.mkdir()
    runs = ((0, len(before), hashlib.sha256(wanted).hexdigest()),)
    writes.begin(BegunWrite(board=board, started="s", backup=str(file), undo="u", runs=runs))
    half = wanted[: len(before) - kept] + before[len(before) - kept :]
    assert bool(writes.half_done(board, half)) == bool(kept)
    assert writes.half_done(board, foreign) is None
    writes.settle(board, foreign)
    assert len(list((tmp_path / "via").iterdir())) == 1
