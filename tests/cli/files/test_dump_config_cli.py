"""`plugsmith dump config` from outside: exit codes, JSON lines, folders, standard input."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zlib

import pytest
from tuya_rig import FORUM_TEXT, OWN_KEY, STORE_ADDR, Plug, flash

from plugsmith.boot.flash import Proof
from plugsmith.cli.app import main
from plugsmith.forge.flash import forge_flash
from plugsmith.library.backups.passport import Passport, ProvenRange, RegionDigest
from plugsmith.library.library import Library
from plugsmith.memory import AddressRange
from plugsmith.tuya.store import Record

SERIAL = (Record(name="baud_cfg", value=b'{"baud":115200}'),)


@pytest.fixture
def dumps(tmp_path):
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "a-plug.bin").write_bytes(flash(Plug()))
    (folder / "b-mcu.bin").write_bytes(flash(Plug(text=None, file_text=None, records=SERIAL)))
    lost = flash(Plug(chip="BK7231N", device_key=OWN_KEY, file_text=None))
    lost[STORE_ADDR : STORE_ADDR + 0x1000] = b"\xff" * 0x1000
    (folder / "c-lost.bin").write_bytes(lost)
    return folder


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_file_as_json(dumps, capsys):
    assert main(["dump", "config", str(dumps / "a-plug.bin"), "--json"]) == 0
    (result,) = lines(capsys)
    assert (result["type"], result["command"]) == ("result", "dump config")
    data = result["data"]
    assert data["status"] == "found"
    assert data["confidence"] == "proven"
    assert data["text"] == FORUM_TEXT.decode()
    assert data["config"]["over_cur"] == 16000
    assert (data["module"], data["chip"]) == ("WB2S", "BK7231T")
    assert data["source"]["kind"] == "kv-live"
    assert data["alternatives"] == []
    pins = {pin["gpio"]: pin for pin in data["pins"]}
    assert pins[26]["role"] == "Rel"
    assert pins[26]["from"] == ["rl1_pin", "rl1_lv"]
    assert {place["copy"] for place in pins[26]["where"]} == {"kv-live"}
    assert pins[26]["where"][0]["checks"] == ["crc7", "value-sum", "sector-sum"]
    places = {place["key"]: place["offset"] for place in pins[26]["where"]}
    start = data["source"]["offset"]
    assert places["rl1_pin"] == start + FORUM_TEXT.index(b"rl1_pin")
    assert data["template"]["pins"]["26"] == "Rel;1"
    assert any("proven" in note for note in data["notes"])


def test_the_forum_case(tmp_path, capsys):
    """The record gone, the plain text left: pins, meter, LED with its alternative."""
    file = tmp_path / "backup.bin"
    file.write_bytes(flash(Plug(text=None)))
    assert main(["dump", "config", str(file), "--json"]) == 0
    data = lines(capsys)[0]["data"]
    assert (data["module"], data["chip"], data["confidence"]) == ("WB2S", "BK7231T", "strong")
    assert data["template"]["pins"] == {
        "6": "WifiLED_n;0",
        "7": "BL0937CF;0",
        "8": "BL0937CF1;0",
        "10": "Btn;1",
        "24": "BL0937SEL;0",
        "26": "Rel;1",
    }
    led = next(pin for pin in data["pins"] if pin["gpio"] == 6)
    assert led["alternatives"][0]["role"] == "LED_n;1"
    assert led["alternatives"][0]["reason"]
    assert {place["copy"] for place in led["where"]} == {"file"}


def test_one_file_for_people(dumps, capsys):
    assert main(["dump", "config", str(dumps / "a-plug.bin")]) == 0
    text = capsys.readouterr().out
    assert "P26 switches relay 1, active high." in text
    assert '"board": "WB2S"' in text


def test_only_the_template(dumps, capsys):
    assert main(["dump", "config", str(dumps / "a-plug.bin"), "--template"]) == 0
    assert json.loads(capsys.readouterr().out)["pins"]["10"] == "Btn;1"


def test_explain_names_the_place_of_each_key(dumps, capsys):
    assert main(["dump", "config", str(dumps / "a-plug.bin"), "--explain"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "CRC-7 of the text, sum of the record, sum of the sector" in said


def test_nothing_found_is_a_result_with_exit_8(dumps, capsys):
    assert main(["dump", "config", str(dumps / "c-lost.bin"), "--json"]) == 8
    (result,) = lines(capsys)
    assert result["type"] == "result"
    assert (result["data"]["status"], result["data"]["reason"]) == ("none", "key-lost")
    assert result["data"]["config"] is None
    assert result["data"]["notes"]


def test_a_serial_mcu_is_an_answer(dumps, capsys):
    assert main(["dump", "config", str(dumps / "b-mcu.bin"), "--json"]) == 0
    (result,) = lines(capsys)
    assert result["data"]["status"] == "serial-mcu"
    assert result["data"]["device"]["uart"]["baud"] == 115200
    assert "tuyaMcu_setBaudRate 115200" in result["data"]["template"]["command"]


def test_a_folder_gives_items_in_order_and_the_highest_code(dumps, capsys):
    (dumps / "d-blank.bin").write_bytes(b"\xff" * 0x10000)
    assert main(["dump", "config", str(dumps), "--json"]) == 9
    *items, result = lines(capsys)
    assert [item["name"] for item in items] == [
        "a-plug.bin", "b-mcu.bin", "c-lost.bin", "d-blank.bin",
    ]  # fmt: skip
    assert [item["type"] for item in items] == ["item"] * 4
    assert items[3]["error"]["exit"] == 9
    assert "data" not in items[3]
    assert result["data"]["counts"] == {"found": 1, "none": 1, "serial-mcu": 1, "unusable": 1}


def test_several_files_without_an_unusable_one_end_with_8(dumps, capsys):
    names = [str(dumps / name) for name in ("c-lost.bin", "a-plug.bin")]
    assert main(["dump", "config", *names, "--json"]) == 8
    assert [line.get("name") for line in lines(capsys)] == ["c-lost.bin", "a-plug.bin", None]


def test_a_system_without_shared_semaphores_works_file_by_file(dumps, capsys, monkeypatch):
    def refused(*_given, **_options):
        raise PermissionError(13, "Permission denied")  # what no /dev/shm gives

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refused)
    names = [str(dumps / name) for name in ("c-lost.bin", "a-plug.bin")]
    assert main(["dump", "config", *names, "--json"]) == 8
    assert [line.get("name") for line in lines(capsys)] == ["c-lost.bin", "a-plug.bin", None]


def test_standard_input(dumps, capsys, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO((dumps / "a-plug.bin").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["dump", "config", "-", "--json"]) == 0
    assert lines(capsys)[0]["data"]["status"] == "found"


def test_missing_and_empty_inputs(dumps, tmp_path, capsys):
    assert main(["dump", "config", str(tmp_path / "nothing.bin"), "--json"]) == 9
    assert lines(capsys)[0]["code"] == "PS-INPUT-MISSING"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["dump", "config", str(empty), "--json"]) == 9
    assert lines(capsys)[0]["type"] == "error"
    assert main(["dump", "config", "--json"]) == 2
    assert lines(capsys)[0]["code"] == "PS-USAGE"


def test_the_name_of_a_backup_in_the_library(capsys):
    library = Library()
    data = bytes(flash(Plug()))
    rf = data[0x1E_0000:0x1E_1000]
    region = RegionDigest(
        name="RF calibration and MAC",
        role="rf",
        span=AddressRange(0x1E_0000, 0x1E_1000),
        sha256=hashlib.sha256(rf).hexdigest(),
        blank=False,
    )
    backup = library.backups.add(data, passport(data, rf=region))
    assert main(["dump", "config", backup.file.name, "--json"]) == 0
    assert lines(capsys)[-1]["data"]["config"]["rl1_pin"] == 26
    assert main(["dump", "config", backup.file.stem, "--json"]) == 0


def passport(data: bytes, *, rf: RegionDigest) -> Passport:
    return Passport(
        tool="plugsmith",
        created="2026-11-22T10:00:00Z",
        label=None,
        chip="BK7231T",
        family="loader",
        chip_id=None,
        boot="BK7231T 1.0.5",
        boot_version="1.0.5",
        loader_crc=0xBA54C1B8,
        loader_covers=256,
        jedec=None,
        flash_part=None,
        flash_size=len(data),
        size_proof="wrap",
        key_class="tuya",
        key_evidence="inferred from the boot loader",
        mac="c8:47:8c:0a:0b:0c",
        rf_start=rf.span.start,
        rf_sha256=rf.sha256,
        sha256=hashlib.sha256(data).hexdigest(),
        crc32=zlib.crc32(data),
        regions=(rf,),
        ranges=(ProvenRange(span=AddressRange(0, len(data)), proof=Proof.DEVICE_CRC),),
        adapter="1a86:7523:",
        port="/dev/ttyUSB0",
        baud=921600,
    )


def test_a_live_chip(tmp_path, capsys):
    """An in-process simulated chip with forged content: a few sectors over the wire are enough."""
    image = bytearray(forge_flash(chip="BK7231T"))
    forged = flash(Plug())
    image[0x1E_0000:] = forged[0x1E_0000:]
    file = tmp_path / "plug.bin"
    file.write_bytes(image)
    port = f"sim://bk7231t?flash={file}"
    assert main(["dump", "config", "--port", port, "--json"]) == 0
    result = lines(capsys)[-1]
    assert (result["type"], result["data"]["status"]) == ("result", "found")
    assert result["data"]["confidence"] == "proven"
    assert result["data"]["provenance"]["store"]["sectors"] == 17
    assert result["data"]["chip"] == "BK7231T"


def test_blank_file(tmp_path, capsys):
    blank = tmp_path / "blank.bin"
    blank.write_bytes(b"\xff" * 0x20_0000)
    assert main(["dump", "config", str(blank), "--json"]) == 9
    (error,) = lines(capsys)
    assert (error["type"], error["exit"]) == ("error", 9)
    assert "blank.bin" in error["message"]
