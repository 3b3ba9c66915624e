"""`info` and `ports`: the fields of the contract, and what people read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from boot_rig import forged

from plugsmith.cli.app import main
from plugsmith.cli.terminal import TerminalSink
from plugsmith.clock import VirtualClock
from plugsmith.events import CancelToken, EventLog, Item
from plugsmith.flows import ports
from plugsmith.forge.flash import forge_flash
from plugsmith.link.port_list import PortEntry

if TYPE_CHECKING:
    from pathlib import Path


def _last(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line["schema"] == "plugsmith/1" for line in lines)
    assert [line["type"] for line in lines].count("result") <= 1
    return lines[-1]


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("chip", "firmware"),
    [("BK7231T", "tuya"), ("BK7231N", "tuya"), ("BK7231U", "openbeken"), ("BK7238", "openbeken")],
)
def test_info_tells_chip_and_firmware(
    chip: str, firmware: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flash.bin"
    file.write_bytes(forge_flash(chip=chip, firmware=firmware, version="1.18.300"))
    assert main(["info", "--json", "--port", f"sim://{chip.lower()}?flash={file}&keep=1"]) == 0
    data = _last(capsys)["data"]
    assert isinstance(data, dict)
    assert data["chip"] == chip
    assert data["mac"]
    assert data["flash"]["size"] == 0x20_0000
    assert data["flash"]["size_proof"] in {"wrap", "jedec+wrap"}
    assert data["key"]["class"] in {"tuya", "none", "other"}
    assert data["support"] in {"observed", "claimed"}
    assert str(data["firmware"]["name"]).lower() == firmware
    rom = chip in {"BK7231N", "BK7238"}
    assert (data["flash"]["jedec"] is not None) is rom
    assert (data["flash"]["protected"] is None) is not rom
    assert (data["chip_id"] is not None) is rom


def test_info_says_that_a_blank_chip_is_blank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flash.bin"
    content = bytearray(forged("BK7231T"))
    content[0x11000:] = b"\xff" * (len(content) - 0x11000)
    file.write_bytes(content)
    assert main(["info", "--json", "--port", f"sim://bk7231t?flash={file}&keep=1"]) == 0
    data = _last(capsys)["data"]
    assert isinstance(data, dict)
    assert data["firmware"]["name"] == "blank"
    assert data["mac"] is None


def test_info_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "flash.bin"
    file.write_bytes(forged("BK7231N"))
    assert main(["info", "--port", f"sim://bk7231n?flash={file}&keep=1"]) == 0
    out = capsys.readouterr().out
    assert "BK7231N 0x7231C" in out
    assert "claimed by other tools" in out


def test_info_with_a_wrong_chip_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flash.bin"
    file.write_bytes(forged("BK7231T"))
    url = f"sim://bk7231t?flash={file}&keep=1"
    assert main(["info", "--json", "--chip", "bk7231n", "--port", url]) == 5
    assert _last(capsys)["code"] == "PS-SAFETY-CHIP"


def test_info_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "flash.bin"
    file.write_bytes(forged("BK7231T"))
    url = f"sim://bk7231t?flash={file}&keep=1&fault=silent"
    assert main(["info", "--json", "--link-timeout", "3", "--port", url]) == 4
    error = _last(capsys)
    assert error["code"] == "PS-LINK-TIMEOUT"
    assert error["data"]["heard"] == "silence"  # type: ignore[index]


def _entries() -> list[PortEntry]:
    usb = PortEntry(
        device="/dev/ttyUSB0",
        maker="QinHeng",
        product="CH340",
        vid=0x1A86,
        pid=0x7523,
        serial=None,
        candidate=True,
        in_use_by="minicom (process 7)",
    )
    plain = PortEntry(
        device="/dev/ttyS0",
        maker=None,
        product=None,
        vid=None,
        pid=None,
        serial=None,
        candidate=False,
    )
    return [usb, plain]


def test_ports_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(ports, "list_ports", lambda **_kwargs: _entries())
    assert main(["ports", "--json"]) == 0
    data = _last(capsys)["data"]
    assert isinstance(data, dict)
    first, second = data["ports"]
    assert first == {
        "device": "/dev/ttyUSB0",
        "maker": "QinHeng",
        "product": "CH340",
        "vid": "1a86",
        "pid": "7523",
        "serial": None,
        "in_use_by": "minicom (process 7)",
        "picked": True,
    }
    assert second["picked"] is False


@pytest.mark.parametrize(
    ("count", "words"), [(0, "demo"), (1, "Picked: /dev/ttyUSB0"), (2, "None of them")]
)
def test_ports_for_people(
    count: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [_entries()[0]] * count
    monkeypatch.setattr(ports, "list_ports", lambda **_kwargs: entries)
    assert main(["ports"]) == 0
    assert words in capsys.readouterr().out


def test_ports_that_come_and_go_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usb, plain = _entries()
    looks = iter([[plain], [plain, usb], [plain, usb], [usb], [usb]])
    monkeypatch.setattr(ports, "list_ports", lambda **_kwargs: next(looks))
    log, clock = EventLog(), VirtualClock()
    found = ports.watch(None, clock=clock, sink=log, cancel=CancelToken(), seconds=1.4)
    told = [(item.name, item.data["state"]) for item in log if isinstance(item, Item)]
    assert told == [("/dev/ttyUSB0", "came"), ("/dev/ttyS0", "went")]
    assert found.picked == "/dev/ttyUSB0"
    face = TerminalSink()
    for event in log:
        face.emit(event)
    assert "/dev/ttyUSB0: is there now  QinHeng CH340" in capsys.readouterr().err
    assert main(["ports", "--watch", "--seconds", "0.05"]) == 2


def test_a_port_that_is_named_is_not_said_to_be_picked_without_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ports, "list_ports", lambda **_kwargs: _entries())
    assert main(["ports", "--port", "/dev/ttyS0"]) == 0
    assert "Picked: /dev/ttyS0. Name another one with --port." in capsys.readouterr().out
