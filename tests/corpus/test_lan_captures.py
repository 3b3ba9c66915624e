"""Every recorded exchange with a real OpenBeken, replayed through the client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from lan_rig import QUICK, RawDevice, reply, run

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import (
    DeviceAnswer,
    DeviceInSafeMode,
    DeviceLocked,
    DeviceRefused,
    DeviceTransfer,
)
from plugsmith.lan.announced import read_ssdp
from plugsmith.lan.http import HttpWire
from plugsmith.lan.obk_http import Obk
from plugsmith.memory import AddressRange
from plugsmith.openbeken.config_block import field, read_block

if TYPE_CHECKING:
    from pathlib import Path

Capture = dict[str, Any]


@pytest.fixture(scope="module")
def captures(corpus: Path) -> dict[int, Capture]:
    path = corpus.parent / "spec" / "obk-http-captures.json"
    if not path.is_file():
        pytest.skip("no recorded exchanges beside the corpus")
    return {item["id"]: item for item in json.loads(path.read_text(encoding="utf-8"))}


def body_of(item: Capture) -> bytes:
    text = item["response_body"] or ""
    return bytes.fromhex(text) if item.get("response_encoding") == "hex" else text.encode()


def request_body(item: Capture) -> bytes:
    text = item["request_body"] or ""
    return bytes.fromhex(text) if item.get("request_body_encoding") == "hex" else text.encode()


def on_the_wire(item: Capture) -> bytes:
    if item["status"] is None:
        return body_of(item)
    answer = reply(item["status"], body_of(item), item["content_type"])
    if item["status"] == 401:  # the recording kept no headers; openbeken.md section 11 has this one
        realm = b'WWW-Authenticate: Basic realm="OpenBeken HTTP Server"\r\n'
        answer = answer.replace(b"Connection: close", realm + b"Connection: close")
    return answer


def flash_body(item: Capture) -> bytes:
    """Bytes that were kept as text: each character is one byte where all are below 256."""
    text = item["response_body"]
    if item.get("response_encoding") == "hex":
        return bytes.fromhex(text)
    return text.encode("latin-1", "replace")


def test_every_exchange_replays(captures: dict[int, Capture]):
    """Status and kept body arrive as recorded; nothing but our own errors comes out."""
    current: list[Capture] = []
    compared = 0
    with RawDevice(lambda _request: on_the_wire(current[-1])) as device:

        async def replay_all() -> int:
            done = 0
            for item in captures.values():
                if item["method"] in {"M-SEARCH", "OPTIONS", "HEAD"}:
                    continue
                current.append(item)
                wire = HttpWire(device.host, patience=QUICK)
                try:
                    if item["method"] == "POST":
                        got = await wire.upload(item["path"], request_body(item))
                    else:
                        got = await wire.get(item["path"], tries=1)
                except DeviceLocked:
                    assert item["status"] == 401
                else:
                    assert got.status == item["status"], item["id"]
                    assert got.body == body_of(item), item["id"]
                    assert got.content_type == (item["content_type"] or ""), item["id"]
                done += 1
            return done

        compared = run(replay_all())
    assert compared == sum(
        item["method"] not in {"M-SEARCH", "OPTIONS", "HEAD"} for item in captures.values()
    )
    assert compared >= 275


def test_a_connection_that_closes_without_a_byte_is_an_error_of_ours(captures):
    assert captures[42]["response_length"] == 0
    with RawDevice(lambda _request: b"") as device, pytest.raises(DeviceAnswer):
        run(HttpWire(device.host, patience=QUICK).get("/index", tries=1))


def test_the_search_answer_is_understood(captures):
    found = read_ssdp(captures[281]["response_body"].encode())
    assert found is not None
    assert str(found) == "127.0.0.1"


class Replayed:
    """A device that answers by request line from recorded exchanges; the last one wins."""

    def __init__(self, captures: dict[int, Capture], *ids: int) -> None:
        self.by_line = {(captures[i]["method"], captures[i]["path"]): captures[i] for i in ids}

    def __call__(self, request: bytes) -> bytes:
        method, path = request.split(b" ", 2)[:2]
        return on_the_wire(self.by_line[method.decode(), path.decode()])


def ask(captures, ids, work):
    with RawDevice(Replayed(captures, *ids)) as device:
        return run(work(Obk(device.host, patience=QUICK)))


def test_who_it_is(captures):
    found = ask(captures, [28], lambda obk: obk.info())
    assert (found.chip, found.version, found.mac) == ("BK7231T", "1.18.299", "c8:47:8c:1a:2b:3c")
    assert (found.short_name, found.flags_low, found.ssdp) == ("obk8C1A2B3C", 1024, False)
    assert ask(captures, [271], lambda obk: obk.info()).chip == "BK7231N"
    assert ask(captures, [280], lambda obk: obk.info()).ssdp is True


def test_negative_flags_are_the_low_bits(captures):
    assert ask(captures, [252], lambda obk: obk.info()).flags_low == 3221226496


def test_the_pin_table_goes_by_the_devices_own_names(captures):
    table = ask(captures, [233], lambda obk: obk.pins())
    assert {i: role for i, role in enumerate(table.roles) if role != "None"} == {
        6: "LED_n", 7: "BL0937CF", 8: "BL0937CF1", 10: "Btn", 24: "BL0937SEL", 26: "Rel",
    }  # fmt: skip
    assert (table.channels[6], table.channels[10], table.channels[26]) == (1, 1, 1)
    assert len(table.names) == 99


def test_channels_may_repeat(captures):
    assert ask(captures, [63], lambda obk: obk.channels()) == {0: 0, 1: 0}


@pytest.mark.parametrize("number", [*range(64, 88), 132, 133, 137, 138, 149, 150, 202, 247])
def test_commands_report_what_the_device_reports(captures, number):
    item = captures[number]
    if item["path"] != "/api/cmnd":
        pytest.skip("no command")

    def work(obk):
        return obk.command(item["request_body"])

    if item["status"] == 200:
        assert ask(captures, [number], work) == json.loads(item["response_body"])["res"]
    else:
        with pytest.raises(DeviceRefused) as caught:
            ask(captures, [number], work)
        assert caught.value.facts["status"] == item["status"]


def test_the_meter(captures):
    found = ask(captures, [129], lambda obk: obk.meter())
    assert (round(found.power), round(found.voltage, 1)) == (99, 230.1)
    captures_without = {97: captures[97]}
    assert ask({97: captures_without[97]}, [97], lambda obk: obk.meter()) is None


@pytest.mark.parametrize("number", [46, 47])
def test_a_negative_status_is_a_refusal(captures, number):
    item = captures[number]
    with (
        RawDevice(lambda _request: on_the_wire(item)) as device,
        pytest.raises(DeviceRefused, match="-1"),
    ):
        run(Obk(device.host, patience=QUICK).read_flash(AddressRange(0x1FF000, 0x200000)))


def test_the_settings_sector_is_read_whole(captures):
    sector = ask(captures, [45], lambda obk: obk.read_flash(AddressRange(0x1E1000, 0x1E2000)))
    block = read_block(sector)
    assert block.signed
    assert block.raw[3] == 0x44
    configured = ask(captures, [231], lambda obk: obk.read_flash(AddressRange(0x1E1000, 0x1E2000)))
    assert read_block(configured).value(field("short_name")) == "plug1"


def test_a_short_read_is_tried_again_and_then_an_error(captures):
    item = {**captures[45], "response_body": captures[45]["response_body"][:-2]}
    with (
        RawDevice(lambda _request: on_the_wire(item)) as device,
        pytest.raises(DeviceTransfer) as caught,
    ):
        run(Obk(device.host, patience=QUICK).read_flash(AddressRange(0x1E1000, 0x1E2000)))
    assert caught.value.facts["done"] == 4095
    assert len(device.requests) == 3


def test_safe_mode_is_recognised(captures):
    with pytest.raises(DeviceInSafeMode):
        ask(captures, [257, 258], lambda obk: obk.info())
    with pytest.raises(DeviceInSafeMode):
        ask(captures, [257, 267], lambda obk: obk.command("POWER ON"))
    with pytest.raises(DeviceInSafeMode):
        ask(captures, [257, 268], lambda obk: obk.upload_update(b"abc", progress=lambda _n: None))


def test_folders_and_files(captures):
    folder = ask(captures, [187], lambda obk: obk.list_folder())
    assert [(item.name, item.folder, item.size) for item in folder.entries] == [
        ("autoexec.bat", False, 27),
        ("sub", True, 0),
    ]
    data = ask(captures, [189], lambda obk: obk.read_file("autoexec.bat", size=27))
    assert data == b"// test\nstartDriver BL0937\n"
    assert ask(captures, [35], lambda obk: obk.list_folder()) is None


def test_a_full_file_system_answers_200_and_a_smaller_size(captures):
    data = request_body(captures[192])
    with pytest.raises(DeviceTransfer):
        ask(captures, [192], lambda obk: obk.write_file("huge.bin", data))


def test_deleting_answers_without_a_header(captures):
    assert ask(captures, [193], lambda obk: obk.delete_file("huge.bin")) is True
    assert ask(captures, [194], lambda obk: obk.delete_file("nofile.txt")) is False


def test_bodies_of_recorded_answers_hold_no_surprise_for_any_reader(captures):
    """Every kept body through every typed reader: a value or an error of ours."""
    current: list[Capture] = []
    read: dict[str, int] = {}
    with RawDevice(lambda _request: on_the_wire(current[-1])) as device:

        async def read_all() -> None:
            obk = Obk(device.host, patience=QUICK)
            for item in captures.values():
                if item["method"] != "GET":
                    continue
                current.append(item)
                for call in (obk.info, obk.pins, obk.meter, obk.list_folder):
                    try:
                        await call()
                    except PlugsmithError:
                        continue
                    read[call.__name__] = read.get(call.__name__, 0) + 1

        run(read_all())
    assert set(read) >= {"info", "pins"}  # each reader met what it is for, among all the rest
