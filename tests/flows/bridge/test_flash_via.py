"""`flash --via`: secured, checked by content, written by another program, proven by a last read."""

from __future__ import annotations

import errno
import json
import random
import shlex
import struct
import sys
from pathlib import Path

import pytest
from other_images import (
    ameba_z2_flash,
    ameba_z_app,
    ameba_z_flash,
    esp_flash,
    esp_image,
    esp_table,
    ln882h_boot,
    ln882h_flash,
)
from via_program import NO_LOCKS, install

from plugsmith.cli.app import main
from plugsmith.flows.bridge.reading import Desk, Said
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")

C3 = "Connected to ESP32-C3 on x:\nMAC:                a0:20:a6:1f:3c:5a"
ESP8266 = "Chip is ESP8266EX\nMAC: 5c:cf:7f:00:00:01"
OTHER = C3.replace("5a", "5b")
START = esp_flash(chip_id=5)[:0x9000]
STOCK = START + random.Random(3).randbytes(0x1_7000)
IMAGE = START.ljust(0x1_0000, b"\xff") + random.Random(4).randbytes(0x1234)


@pytest.fixture
def c3(tmp_path, monkeypatch):
    def made(said=C3, **more):
        program = install(tmp_path, monkeypatch, "esptool", said=said, **more)
        if not program.flash.exists():
            program.flash.write_bytes(STOCK)
        return program

    return made


def flash(capsys, tmp_path, image, *more, via="esptool"):
    file = tmp_path / "image.bin"
    if isinstance(image, bytes):
        file.write_bytes(image)
    else:
        file = image
    words = ["flash", str(file), "--via", via, "--port", "/dev/ttyUSB9", "-y", "--json", *more]
    code = main(words)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_reads_twice_writes_what_changes_and_reads_again(c3, tmp_path, capsys):
    program = c3()
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert code == 0, lines[-1]
    done = lines[-1]["data"]
    assert program.flash.read_bytes() == IMAGE + STOCK[len(IMAGE) :]
    assert Path(done["backup"]["file"]).read_bytes() == STOCK
    assert done["backup"]["made_now"]
    assert (done["verified"], done["chip"], done["mac"]) == (True, "ESP32-C3", "a0:20:a6:1f:3c:5a")
    kinds = ["write" if "write-flash" in words else "read" for words in program.runs()]
    assert kinds == ["read", "read", "write", "read"]
    written = program.runs()[2]
    assert written[:4] == ["--port", "/dev/ttyUSB9", "--after", "no-reset"]
    assert sum(item["length"] for item in done["writes"]) < len(IMAGE)  # equal sectors stay


def test_the_command_that_undoes_it_brings_every_byte_back(c3, tmp_path, capsys):
    program = c3()
    _code, lines = flash(capsys, tmp_path, IMAGE)
    undo = shlex.split(lines[-1]["data"]["undo"])
    assert undo[0] == "plugsmith"
    assert main([*undo[1:], "-y", "--json"]) == 0
    assert program.flash.read_bytes() == STOCK


def test_a_backup_that_holds_just_this_saves_the_second_read(c3, tmp_path, capsys):
    program = c3()
    saved = tmp_path / "saved.bin"
    via = ("--via", "esptool", "--port", "/dev/ttyUSB9")
    assert main(["backup", *via, "-o", str(saved), "--json"]) == 0
    capsys.readouterr()
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert code == 0
    assert lines[-1]["data"]["backup"]["file"] == str(saved)
    assert len(program.runs()) == 2 + 3


def test_a_read_of_another_board_with_the_same_content_is_not_its_backup(c3, tmp_path, capsys):
    c3(said=OTHER)
    saved = tmp_path / "saved.bin"
    main(["backup", "--via", "esptool", "--port", "/dev/ttyUSB9", "-o", str(saved), "--json"])
    capsys.readouterr()
    program = c3()
    _code, lines = flash(capsys, tmp_path, IMAGE)
    assert lines[-1]["data"]["backup"]["made_now"]
    undo = shlex.split(lines[-1]["data"]["undo"])
    assert main([*undo[1:], "-y", "--json"]) == 0
    assert program.flash.read_bytes() == STOCK


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("said", "number", "spoil"),
    [
        ("ESP32-C3", 5, slice(0x8000, 0x8C00)),  # its partition table lies elsewhere
        ("ESP32-C3", 5, slice(0x8040, 0x8C00)),  # ... has no checksum
        ("ESP32-C6", 13, slice(0x8000, 0x8C00)),
        ("ESP32-S2", 2, slice(0x8000, 0x8C00)),
        ("ESP32-S3", 9, slice(0x8000, 0x8C00)),
        ("ESP32-C6", 13, slice(0, 0x9000)),  # nothing in it tells what it is
    ],
)
def test_the_way_back_is_open_whatever_the_content_tells(c3, tmp_path, capsys, said, number, spoil):
    program = c3(said=C3.replace("ESP32-C3", said))
    first = 0x1000 if number == 2 else 0
    image = esp_flash(chip_id=number, at=first)[:0x1_0000] + random.Random(4).randbytes(0x1234)
    stock = bytearray(image[:0x9000] + STOCK[0x9000:])
    stock[spoil] = b"\xff" * len(stock[spoil])
    program.flash.write_bytes(stock)
    code, lines = flash(capsys, tmp_path, image)
    assert code == 0, lines[-1]
    undo = shlex.split(lines[-1]["data"]["undo"])
    code = main([*undo[1:], "-y", "--json"])
    assert code == 0, capsys.readouterr().out
    assert program.flash.read_bytes() == stock


@pytest.mark.sample(2)
@pytest.mark.parametrize("spoilt", ["changed", "cut", "gone", "passport", "other-program"])
def test_a_backup_that_is_not_what_it_was_is_no_security(c3, tmp_path, capsys, spoilt):
    program = c3()
    saved = tmp_path / "saved.bin"
    main(["backup", "--via", "esptool", "--port", "/dev/ttyUSB9", "-o", str(saved), "--json"])
    capsys.readouterr()
    passport = tmp_path / "saved.bin.json"
    match spoilt:
        case "changed":
            saved.write_bytes(b"\0" + STOCK[1:])
        case "cut":
            saved.write_bytes(STOCK[:-1])
        case "gone":
            saved.unlink()
        case "passport":
            passport.write_text("[" * 5000)
        case "other-program":
            passport.write_text(passport.read_text().replace('"esptool"', '"ltchiptool"'))
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert code == 0
    assert lines[-1]["data"]["backup"]["made_now"]
    assert len(program.runs()) == 2 + 4


def test_a_dry_run_reads_once_and_changes_nothing(c3, tmp_path, capsys):
    program = c3()
    code, lines = flash(capsys, tmp_path, IMAGE, "--dry-run")
    assert code == 0
    done = lines[-1]["data"]
    assert (done["verified"], done["backup"]) == (False, None)
    assert done["writes"]
    assert program.flash.read_bytes() == STOCK
    assert len(program.runs()) == 1


def test_what_is_there_already_is_not_written(c3, tmp_path, capsys):
    program = c3()
    flash(capsys, tmp_path, IMAGE)
    before = len(program.runs())
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, lines[-1]["data"]["writes"]) == (0, [])
    assert not any("write-flash" in words for words in program.runs()[before:])


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "image",
    [
        esp_flash(chip_id=2, at=0x1000)[:0x8C00],  # another chip
        esp_flash(chip_id=0, at=0x1000)[:0x8C00],
        esp_image(esp8266=True),
        ln882h_flash(),
        ameba_z2_flash(),
        IMAGE + bytes(len(STOCK)),  # too long
        forge_openbeken_qio("BK7231N", version="1.18.300"),
    ],
)
def test_an_image_that_does_not_fit_the_chip_is_refused(c3, tmp_path, capsys, image):
    program = c3()
    code, lines = flash(capsys, tmp_path, image)
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert program.flash.read_bytes() == STOCK
    assert len(program.runs()) == 1


@pytest.mark.parametrize(
    "image",
    [
        esp_image(), b"\xe9" + bytes(4000), b"hello, this is a text", ln882h_boot(),
        esp_flash(chip_id=0, at=0),  # where the ROM of this chip looks for nothing
        esp_flash(chip_id=5, at=0x1000),
        esp_image(esp8266=True, runs_at=0x1_0000),  # an update
        esp_image(esp8266=True, runs_at=None),  # a boot loader
    ],
)  # fmt: skip
def test_a_file_without_a_place_is_refused_before_anything_runs(c3, tmp_path, capsys, image):
    program = c3()
    code, _lines = flash(capsys, tmp_path, image)
    assert code == 9
    assert not program.runs()


def test_a_chip_that_is_not_the_named_one_is_refused(c3, tmp_path, capsys):
    program = c3()
    code, lines = flash(capsys, tmp_path, IMAGE, "--chip", "ESP8266")
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert program.flash.read_bytes() == STOCK


def test_a_program_that_does_not_say_which_chip_answers_writes_nothing(c3, tmp_path, capsys):
    program = c3(said="hello")
    assert flash(capsys, tmp_path, IMAGE)[0] == 5
    assert program.flash.read_bytes() == STOCK


def test_esptool_has_to_say_it_even_where_the_user_names_the_chip(c3, tmp_path, capsys):
    program = c3(said="hello")
    code, lines = flash(capsys, tmp_path, IMAGE, "--chip", "ESP32-C3")
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert program.flash.read_bytes() == STOCK


def test_esptool_is_told_to_write_no_other_chip_than_it_read(c3, tmp_path, capsys):
    program = c3()
    flash(capsys, tmp_path, IMAGE)
    (written,) = [words for words in program.runs() if "write-flash" in words]
    assert written[written.index("--chip") + 1] == "esp32c3"


ANOTHER = "say('MAC: 11:22:33:44:55:66'), signal.pause()"


@pytest.mark.parametrize(
    ("work", "writes", "error"),
    [
        (f"read() if turn < 2 else ({ANOTHER})", 0, "PS-LINK-OTHER-DEVICE"),
        (f"read() if turn < 3 else ({ANOTHER}, write())", 1, "PS-VIA-OTHER-DEVICE"),
        (f"write() if turn == 3 else read() if turn < 4 else ({ANOTHER})", 1,
         "PS-VIA-OTHER-DEVICE"),
    ],
)  # fmt: skip
def test_another_board_is_seen_in_each_run_and_the_program_is_stopped(
    c3, tmp_path, capsys, work, writes, error
):
    program = c3(work=work)
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, lines[-1]["code"]) == (4, error)
    assert "11:22:33:44:55:66" in lines[-1]["message"]
    assert sum("write-flash" in words for words in program.runs()) == writes
    assert (program.flash.read_bytes() == STOCK) == ("turn < 4" not in work)


@pytest.mark.parametrize("chip", ["ESP32", "ESP8266"])
def test_another_chip_is_seen_in_the_run_that_writes(c3, tmp_path, capsys, chip):
    c3()
    said = f"if turn == 3: say('Connected to {chip} on x:'); signal.pause()\nsay({C3!r})\n"
    work = said + "read() if verb == 'read' else write()"
    program = c3(said="", work=work, locks=f"{C3}\n{NO_LOCKS}")
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, lines[-1]["code"]) == (4, "PS-VIA-OTHER-DEVICE")
    assert chip in lines[-1]["message"]
    assert program.flash.read_bytes() == STOCK


def test_a_run_that_no_longer_says_the_address_proves_nothing(c3, tmp_path, capsys):
    silent = "if turn < 4: say('MAC: a0:20:a6:1f:3c:5a')\n"
    work = silent + "read() if verb == 'read' else write()"
    c3(said=C3.splitlines()[0], work=work, locks=f"{C3}\n{NO_LOCKS}")
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, lines[-1]["code"]) == (4, "PS-VIA-OTHER-DEVICE")


@pytest.mark.parametrize(
    ("lines", "mac"),
    [
        (["MAC:                60:55:f9:ff:fe:f7:2c:a2"], None),
        (["MAC: 60:55:f9:ff:fe:f7:2c:a2", "BASE MAC:           60:55:f9:f7:2c:a2"],
         "60:55:f9:f7:2c:a2"),
        (["MAC: A0:20:A6:1F:3C:5A"], "a0:20:a6:1f:3c:5a"),
        (["MAC: a0:20:a6:1f:3c:5ab"], None),
    ],
)  # fmt: skip
def test_the_address_is_never_cut_out_of_a_longer_one(lines, mac):
    said = Said()
    for line in lines:
        said.hear(line)
    assert said.mac == mac


def test_an_older_esptool_is_understood_too(c3, tmp_path, capsys):
    program = c3(said=ESP8266)
    image = esp_image(esp8266=True, size=0x2000)
    code, lines = flash(capsys, tmp_path, image)
    assert (code, lines[-1]["data"]["chip"]) == (0, "ESP8266")
    assert program.flash.read_bytes().startswith(image)


def test_the_whole_flash_of_another_device_needs_a_permission(c3, tmp_path, capsys):
    saved = tmp_path / "saved.bin"
    program = c3(said=OTHER)
    main(["backup", "--via", "esptool", "--port", "/dev/ttyUSB9", "-o", str(saved), "--json"])
    capsys.readouterr()
    c3()  # another chip on the wires, with other content
    program.flash.write_bytes(IMAGE.ljust(len(STOCK), b"\xff"))
    code, lines = flash(capsys, tmp_path, saved)
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert "--allow rf" in lines[-1]["hint"]
    assert flash(capsys, tmp_path, saved, "--allow", "rf")[0] == 0
    assert program.flash.read_bytes() == STOCK


@pytest.mark.parametrize("more", [0x1_7000, 0x5_0000])
def test_the_smaller_flash_of_another_device_needs_it_too(c3, tmp_path, capsys, more):
    saved = tmp_path / "saved.bin"
    program = c3(said=OTHER)
    main(["backup", "--via", "esptool", "--port", "/dev/ttyUSB9", "-o", str(saved), "--json"])
    capsys.readouterr()
    c3()
    here = START + random.Random(2).randbytes(len(STOCK) - len(START) + more)
    program.flash.write_bytes(here)
    assert flash(capsys, tmp_path, saved)[0] == 5
    assert program.flash.read_bytes() == here
    assert flash(capsys, tmp_path, saved, "--allow", "rf")[0] == 0


@pytest.mark.parametrize("name", ["nvs", "phy_init"])
def test_a_file_that_fills_what_is_a_devices_own_needs_it_too(c3, tmp_path, capsys, name):
    program = c3()
    table = esp_table((name, 0x9000, 0x4000), ("ota_0", 0x1_0000, 0x18_0000))
    start = START[:0x8000] + table.ljust(0x1000, b"\xff")
    for end in (0x9010, 0xA000, 0xE000):
        image = start + b"\x01".rjust(end - 0x9000, b"\xff")
        code, lines = flash(capsys, tmp_path, image)
        assert code == (5 if end < 0xD000 else 0)
        if end < 0xD000:
            assert name in lines[-1]["message"]
            assert program.flash.read_bytes() == STOCK


def test_a_file_as_long_as_a_flash_part_is_one(c3, tmp_path, capsys):
    program = c3()
    program.flash.write_bytes(START.ljust(0x10_0000, b"\xff"))
    whole = IMAGE.ljust(0x8_0000, b"\xff")
    assert flash(capsys, tmp_path, whole)[0] == 5
    assert flash(capsys, tmp_path, whole + b"x")[0] == 0


def test_without_consent_nothing_is_written(c3, tmp_path, capsys):
    program = c3()
    file = tmp_path / "image.bin"
    file.write_bytes(IMAGE)
    assert main(["flash", str(file), "--via", "esptool", "--port", "/dev/ttyUSB9", "--json"]) != 0
    assert program.flash.read_bytes() == STOCK


@pytest.mark.parametrize(
    ("work", "code", "error"),
    [
        ("read() if verb == 'read' else sys.exit('A fatal error occurred')", 6, "PS-VIA-FAILED"),
        ("read() if verb == 'read' else say('Hash of data verified.')", 7, "PS-VIA-NOT-VERIFIED"),
        ("read() if verb == 'read' else spoil()", 7, "PS-VIA-NOT-VERIFIED"),
        ("read() if turn < 4 else sys.exit('gone')", 6, "PS-VIA-FAILED"),
    ],
)
def test_a_write_that_is_not_proven_is_told_with_the_way_back(
    c3, tmp_path, capsys, work, code, error
):
    c3(work=work)
    ended, lines = flash(capsys, tmp_path, IMAGE)
    assert (ended, lines[-1]["code"]) == (code, error)
    half = [line for line in lines if line.get("code") == "PS-NOTE-VIA-HALF"]
    assert "plugsmith flash" in half[0]["hint"]


def test_a_half_written_chip_is_told_of_whatever_ends_the_run(c3, tmp_path, capsys):
    program = c3()
    rooms = tmp_path / "home" / "via" / "at-work"
    then = f"(write(), __import__('shutil').rmtree({str(rooms)!r}))"
    c3(work=f"read() if verb == 'read' else {then}")
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert code != 0
    assert program.flash.read_bytes() != STOCK
    half = [line for line in lines if line.get("code") == "PS-NOTE-VIA-HALF"]
    assert "plugsmith flash" in half[0]["hint"]


def test_a_full_disk_before_the_write_is_called_so_and_no_half_is_told(
    c3, tmp_path, capsys, monkeypatch
):
    program = c3()
    write_bytes = Path.write_bytes

    def full(path, data):
        if path.name.startswith("at-"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    _code, lines = flash(capsys, tmp_path, IMAGE)
    assert lines[-1]["code"] == "PS-LIBRARY-NO-SPACE"
    assert program.flash.read_bytes() == STOCK
    assert [line for line in lines if line.get("code") == "PS-NOTE-VIA-HALF"] == []


def test_a_second_ctrl_c_after_the_write_still_tells_the_way_back(
    c3, tmp_path, capsys, monkeypatch
):
    program = c3()
    run = Desk.run

    def interrupted(desk, name, title, command):
        if name == "via-proof":
            raise KeyboardInterrupt
        run(desk, name, title, command)

    monkeypatch.setattr(Desk, "run", interrupted)
    _code, lines = flash(capsys, tmp_path, IMAGE)
    assert lines[-1]["code"] == "PS-CANCELLED"
    assert program.flash.read_bytes() != STOCK
    half = [line for line in lines if line.get("code") == "PS-NOTE-VIA-HALF"]
    assert "plugsmith flash" in half[0]["hint"]


def test_reads_that_differ_stop_it_before_the_write(c3, tmp_path, capsys):
    program = c3(work="read(); flash.write_bytes(os.urandom(4) + flash.read_bytes()[4:])")
    code, lines = flash(capsys, tmp_path, IMAGE)
    assert (code, lines[-1]["code"]) == (7, "PS-VIA-DIFFERS")
    assert not any("write-flash" in words for words in program.runs())


def test_a_blank_flash_is_written_only_with_the_permission_for_no_backup(c3, tmp_path, capsys):
    program = c3()
    program.flash.write_bytes(b"\xff" * len(STOCK))
    assert flash(capsys, tmp_path, IMAGE)[1][-1]["code"] == "PS-VIA-NOTHING"
    code, lines = flash(capsys, tmp_path, IMAGE, "--allow", "no-backup")
    assert (code, lines[-1]["data"]["backup"]) == (0, None)
    assert program.flash.read_bytes() == IMAGE.ljust(len(STOCK), b"\xff")


def test_without_a_backup_the_read_is_proven_all_the_same(c3, tmp_path, capsys):
    one_bit = "now = bytearray(flash.read_bytes()); now[-9] ^= turn == 1"
    program = c3(work=f"{one_bit}\nPath(words[-1]).write_bytes(now) if verb == 'read' else write()")
    code, lines = flash(capsys, tmp_path, IMAGE, "--allow", "no-backup")
    assert (code, lines[-1]["code"]) == (7, "PS-VIA-DIFFERS")
    assert program.flash.read_bytes() == STOCK
    program = c3()
    code, lines = flash(capsys, tmp_path, IMAGE, "--allow", "no-backup")
    assert (code, lines[-1]["data"]["backup"]) == (0, None)
    assert not list((tmp_path / "home").rglob("via/*.bin"))


@pytest.mark.parametrize(
    "more",
    [
        ("--download",), ("--boot-check",), ("--find", "scan"), ("--with-settings",),
        ("--log-port", "/dev/ttyUSB8"), ("--wifi-ssid", "home"), ("--chip", "BK7231N"),
    ],
)  # fmt: skip
def test_what_belongs_to_our_own_way_does_not_go_with_it(c3, tmp_path, capsys, more):
    program = c3()
    assert flash(capsys, tmp_path, IMAGE, *more)[0] == 2
    assert not program.runs()


def test_it_needs_a_file(c3, capsys):
    c3()
    assert main(["flash", "--via", "esptool", "--port", "/dev/ttyUSB9", "-y", "--json"]) == 2


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("chip", "image", "at"),
    [
        ("RTL8710B", ameba_z_app(), 0xB000),
        ("LN882H", ln882h_flash()[:0x9000], 0),
        ("RTL8720C", ameba_z2_flash()[:0x4000], 0),
    ],
)
def test_ltchiptool_gets_each_image_at_its_place(tmp_path, monkeypatch, capsys, chip, image, at):
    program = install(tmp_path, monkeypatch, "ltchiptool")
    stock = random.Random(6).randbytes(0x4_0000)
    program.flash.write_bytes(stock)
    more = ("--chip", chip)
    code, lines = flash(capsys, tmp_path, image, *more, via="ltchiptool")
    assert code == 0, lines[-1]
    assert program.flash.read_bytes() == stock[:at] + image + stock[at + len(image) :]
    undo = shlex.split(lines[-1]["data"]["undo"])
    assert main([*undo[1:], "-y", "--json"]) == 0
    assert program.flash.read_bytes() == stock


def beken(tmp_path, monkeypatch, chip):
    program = install(tmp_path, monkeypatch, "ltchiptool")
    program.flash.write_bytes(forge_flash(chip=chip))
    return program, program.flash.read_bytes()


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7238"])
def test_boot_loader_and_calibration_of_our_chips_survive(tmp_path, monkeypatch, capsys, chip):
    program, before = beken(tmp_path, monkeypatch, chip)
    image = forge_openbeken_qio(chip, version="1.18.300")
    code, lines = flash(capsys, tmp_path, image, "--chip", chip, via="ltchiptool")
    assert code == 0, lines[-1]
    after = program.flash.read_bytes()
    assert after != before
    kept = {"BK7231T": 0x1E_0000, "BK7231N": 0x1D_0000, "BK7238": 0x1E_3000}[chip]
    assert after[kept : kept + 0x1000] == before[kept : kept + 0x1000]
    if chip == "BK7231T":
        assert after[:0x1_1000] == before[:0x1_1000]
        starts = [
            int(words[words.index("-s") + 1], 16) for words in program.runs() if "-s" in words
        ]
        assert min(starts) >= 0x1_1000


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_an_application_behind_its_partition_is_refused_as_by_plain_flash(
    tmp_path, monkeypatch, capsys, chip
):
    program, before = beken(tmp_path, monkeypatch, chip)
    image = forge_app(chip, code_len=0x11_0000)
    code, lines = flash(capsys, tmp_path, image, "--chip", chip, via="ltchiptool")
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert "behind its place on this chip" in lines[-1]["message"]
    assert program.flash.read_bytes() == before


@pytest.mark.parametrize("chip", ["BK7231N", "BK7238"])
def test_an_application_alone_is_refused_where_no_loader_would_start_it(
    tmp_path, monkeypatch, capsys, chip
):
    program, before = beken(tmp_path, monkeypatch, chip)
    program.flash.write_bytes(b"\xff" * 0x1000 + before[0x1000:])
    code, lines = flash(capsys, tmp_path, forge_app(chip), "--chip", chip, via="ltchiptool")
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-PREFLIGHT")
    assert "no boot loader" in lines[-1]["message"]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("chip", "named"), [("BK7231T", "BK7231N"), ("BK7231N", "BK7231T"), ("BK7231T", "BK7238")]
)
def test_a_wrong_word_for_a_chip_of_ours_never_reaches_the_loader(
    tmp_path, monkeypatch, capsys, chip, named
):
    program, before = beken(tmp_path, monkeypatch, chip)
    image = forge_openbeken_qio(named, version="1.18.300")
    code, _lines = flash(
        capsys, tmp_path, image, "--chip", named, "--allow", "key-mismatch", via="ltchiptool"
    )
    assert code == 5
    assert program.flash.read_bytes() == before


def test_code_for_another_key_needs_its_permission(tmp_path, monkeypatch, capsys):
    program, before = beken(tmp_path, monkeypatch, "BK7231N")
    image = forge_openbeken_qio("BK7231M", version="1.18.300")
    code, lines = flash(capsys, tmp_path, image, "--chip", "BK7231N", via="ltchiptool")
    assert code == 5
    assert program.flash.read_bytes() == before
    assert lines[-1]["code"] == "PS-SAFETY-PREFLIGHT"


def test_the_way_back_on_a_chip_of_ours_allows_what_was_allowed(tmp_path, monkeypatch, capsys):
    program, before = beken(tmp_path, monkeypatch, "BK7231N")
    image = forge_flash(chip="BK7231N", mac=bytes.fromhex("d0d0d0111213"))
    more = ("--chip", "BK7231N", "--allow", "rf", "--allow", "mac")
    code, lines = flash(capsys, tmp_path, image, *more, via="ltchiptool")
    assert code == 0, lines[-1]
    assert program.flash.read_bytes() != before
    undo = shlex.split(lines[-1]["data"]["undo"])
    assert main([*undo[1:], "-y", "--json"]) == 0
    assert program.flash.read_bytes() == before


SECOND = 0x8_0000


def with_second_slot(*, switch=0xFFFF_FFFE, address=0x0800_0000 + SECOND, app=b"81958711"):
    flash = bytearray(ameba_z_flash())
    flash[0x9000:0x9008] = struct.pack("<2I", address, switch)
    other = app + ameba_z_app(start=0x0800_0020 + SECOND)[8:]
    flash[SECOND : SECOND + len(other)] = other
    return bytes(flash)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("before", "start", "goes_on"),
    [
        (with_second_slot(), 0xB000, True),
        (with_second_slot(switch=0xFFFF_FFF8), 0xB000, True),
        (with_second_slot(switch=0xFFFF_FFFC), 0xB000, False),
        (with_second_slot(switch=0xFFFF_FFFF), 0xB000, False),
        (with_second_slot(address=0xFFFF_FFFF), 0xB000, False),
        (with_second_slot(app=b"\xff" * 8), 0xB000, False),
        (ameba_z_flash(), 0xB000, False),
        (with_second_slot(), SECOND, False),
        (with_second_slot(switch=0xFFFF_FFFF), SECOND, True),
    ],
)
def test_an_rtl8710b_that_starts_its_other_firmware_is_told(
    tmp_path, monkeypatch, capsys, before, start, goes_on
):
    program = install(tmp_path, monkeypatch, "ltchiptool")
    program.flash.write_bytes(before)
    image = ameba_z_app(start=0x0800_0020 + start) + b"new"
    code, lines = flash(capsys, tmp_path, image, "--chip", "RTL8710B", via="ltchiptool")
    assert code == 0, lines[-1]
    assert program.flash.read_bytes()[start:].startswith(image)
    doubts = [line for line in lines if line.get("code") == "PS-NOTE-DOUBT"]
    assert bool(doubts) == goes_on
    assert not doubts or "it will go on with what it runs now" in doubts[0]["message"]
    (slot,) = [check for check in lines[-1]["data"]["checks"] if check["name"] == "slot"]
    assert slot["verdict"] == ("doubt" if goes_on else "pass")


@pytest.mark.parametrize("start", [0, 0x0800_0020, 0x0800_B000, 0x0800_C021, 0x1000_5000])
def test_an_rtl8710b_application_without_a_place_is_refused(tmp_path, monkeypatch, capsys, start):
    program = install(tmp_path, monkeypatch, "ltchiptool")
    image = ameba_z_app(start=start)
    code, _lines = flash(capsys, tmp_path, image, "--chip", "RTL8710B", via="ltchiptool")
    assert code == 9
    assert not program.runs()


def esp8266_flash(size=0x10_0000, *, believed=2):
    """A device of that size with firmware that takes it for what its header says."""
    flash = bytearray(esp_image(esp8266=True).ljust(size, b"\xff"))
    flash[3] = believed << 4
    ends = {2: 0x10_0000, 3: 0x20_0000}
    for end in {size, ends[believed]}:
        flash[end - 0x5000 : end] = random.Random(end).randbytes(0x5000)
        flash[end - 0x4000 : end - 0x3FFE] = b"\x05\x08"
    return bytes(flash)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("stock", "end", "fits"),
    [
        (esp8266_flash(), 0xF_B000, True),
        (esp8266_flash(), 0xF_B001, False),
        (esp8266_flash(), 0xF_C010, False),
        (esp8266_flash(), 0xF_FFF0, False),
        (esp8266_flash(0x20_0000), 0xF_B000, True),
        (esp8266_flash(0x20_0000), 0xF_D000, False),
        (esp8266_flash(0x20_0000, believed=3), 0x10_1000, True),
        (esp8266_flash(0x20_0000, believed=3), 0x1F_C000, False),
        (esp8266_flash(0x40_0000, believed=3), 0x20_0010, False),
    ],
)
def test_the_calibration_of_an_esp8266_survives_or_a_permission_is_named(
    c3, tmp_path, capsys, stock, end, fits
):
    program = c3(said=ESP8266)
    program.flash.write_bytes(stock)
    image = esp_image(esp8266=True).ljust(end, b"\x5a")
    code, lines = flash(capsys, tmp_path, image)
    assert code == (0 if fits else 5), lines[-1]
    if not fits:
        assert "--allow rf" in lines[-1]["hint"]
        assert program.flash.read_bytes() == stock
        assert flash(capsys, tmp_path, image, "--allow", "rf")[0] == 0
    else:
        assert program.flash.read_bytes()[end:] == stock[end:]


@pytest.mark.parametrize(
    "image",
    [
        esp_image(esp8266=True, runs_at=None).ljust(0x1000, b"\xff")
        + b"\xe9" + esp_image(esp8266=True, runs_at=0x1000)[1:],
        esp_image(esp8266=True, runs_at=None).ljust(0x9000, b"\xff") + bytes(range(1, 256)),
    ],
)  # fmt: skip
def test_what_follows_a_loader_of_an_esp8266_makes_it_a_whole_program(c3, tmp_path, capsys, image):
    program = c3(said=ESP8266)
    assert flash(capsys, tmp_path, image)[0] == 0
    assert program.flash.read_bytes().startswith(image)


ON, OFF = "Enabled", "Disabled"
ESP32 = C3.replace("ESP32-C3", "ESP32")


def locked(boot, encryption):
    return f"Secure Boot: {boot}\nFlash Encryption: {encryption}"


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("said", "locks", "code"),
    [
        (C3, locked(ON, OFF), 5),
        (C3, locked(OFF, ON), 5),
        (C3, "Flash Encryption: Disabled", 5),  # it does not say everything
        (C3, "", 5),
        (ESP32, "0x3ff5a000 = 0x00100000\n0x3ff5a018 = 0x00000000", 5),
        (ESP32, "0x3ff5a000 = 0x07f00000\n0x3ff5a018 = 0x00000000", 5),
        (ESP32, "0x3ff5a000 = 0x00300000\n0x3ff5a018 = 0x00000000", 0),  # switched off again
        (ESP32, "0x3ff5a000 = 0xf80fffff\n0x3ff5a018 = 0xffffffcf", 0),  # bits of other things
        (ESP32, "0x3ff5a000 = 0x00000000\n0x3ff5a018 = 0x00000010", 5),
        (ESP32, "0x3ff5a000 = 0x00000000\n0x3ff5a018 = 0x00000020", 5),
        (ESP32, "0x3ff5a000 = 0x00000000", 5),
    ],
)
def test_a_chip_that_is_locked_to_its_makers_firmware_is_not_written(
    c3, tmp_path, capsys, said, locks, code
):
    program = c3(said=said, locks=locks)
    esp32 = said == ESP32
    start = esp_flash(chip_id=0 if esp32 else 5, at=0x1000 if esp32 else 0)[:0x9000]
    stock = start + STOCK[0x9000:]
    program.flash.write_bytes(stock)
    image = start.ljust(0x1_0000, b"\xff") + random.Random(4).randbytes(0x1234)
    ended, lines = flash(capsys, tmp_path, image)
    assert ended == code, lines[-1]
    if code:
        assert lines[-1]["code"] == "PS-SAFETY-PREFLIGHT"
        assert program.flash.read_bytes() == stock
        opens = "is on" in lines[-1]["message"]
        assert flash(capsys, tmp_path, image, "--allow", "key-mismatch")[0] == (0 if opens else 5)


def test_what_was_read_from_a_locked_chip_goes_back_to_it(c3, tmp_path, capsys):
    saved = tmp_path / "saved.bin"
    program = c3(locks=locked(ON, ON))
    main(["backup", "--via", "esptool", "--port", "/dev/ttyUSB9", "-o", str(saved), "--json"])
    program.flash.write_bytes(STOCK[:-0x1000] + bytes(0x1000))
    capsys.readouterr()
    assert flash(capsys, tmp_path, saved)[0] == 0
    assert program.flash.read_bytes() == STOCK
