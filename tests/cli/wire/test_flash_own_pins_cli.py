"""`flash --template auto`: the pins of the device's own backup go along, or nothing is erased."""

from __future__ import annotations

import json

import pytest
from tuya_rig import FORUM_TEXT

from plugsmith.cli.app import main
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLUGSMITH_WIFI_PASSWORD", "not for the log")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "obk.bin").write_bytes(forge_openbeken_qio("BK7231N", version="1.18.300"))

    def plug(name: str, text: str | None = FORUM_TEXT.decode(), **options) -> str:
        data = forge_flash(chip="BK7231N", code_len=0x8000, pin_text=text, **options)
        (tmp_path / name).write_bytes(data)
        return f"sim://bk7231n?flash={tmp_path / name}"

    return plug


def run(capsys, *args):
    status = main([*args, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return status, lines


def pins_on(capsys, port) -> dict[str, str]:
    status, lines = run(capsys, "obk", "config", "read", "--port", port)
    assert status == 0
    return lines[-1]["data"]["config"]["pins"]


def test_backup_pins_wifi_and_name_in_one_go(bench, capsys):
    port = bench("plug.bin")
    wanted = ["--template", "auto", "--wifi-ssid", "home", "--name", "kitchen_{mac}"]
    status, lines = run(capsys, "flash", "obk.bin", *wanted, "--port", port)
    assert status == 0
    assert lines[-1]["data"]["verified"] is True
    assert any("Pins are taken from" in line.get("message", "") for line in lines)
    pins = pins_on(capsys, port)
    status, lines = run(capsys, "dump", "config", "plug.bin")
    template = lines[-1]["data"]["template"]["pins"]
    assert {key: value.split(";")[0] for key, value in pins.items()} == {
        key: value.split(";")[0] for key, value in template.items()
    }
    shown = ["obk", "config", "read", "--port", port, "--show-secrets"]
    config = run(capsys, *shown)[1][-1]["data"]["config"]
    assert config["wifi_ssid"] == "home"
    assert config["short_name"].startswith("kitchen_")


def test_a_second_time_the_first_backup_still_knows(bench, capsys):
    port = bench("plug.bin")
    assert run(capsys, "flash", "obk.bin", "--port", port)[0] == 0
    assert run(capsys, "erase", "--port", port, "--start", "0x1D2000", "--length", "0x2E000",
               "--yes")[0] == 0  # fmt: skip
    status, lines = run(capsys, "flash", "obk.bin", "--template", "auto", "--port", port)
    assert status == 0
    assert pins_on(capsys, port)
    source = next(text for line in lines if "Pins are taken" in (text := line.get("message", "")))
    assert "the device" not in source


def test_without_pins_nothing_is_erased(bench, capsys, tmp_path):
    port = bench("bare.bin", text=None)
    status, lines = run(capsys, "flash", "obk.bin", "--template", "auto", "--port", port)
    assert (status, lines[-1]["code"]) == (8, "PS-FLASH-PINS")
    status, lines = run(
        capsys, "verify", str(tmp_path / "bare.bin"), "--port", port, "--start", "0"
    )
    assert (status, lines[-1]["data"]["equal"]) == (0, True)


def test_a_dry_run_before_the_first_backup_says_the_rest(bench, capsys):
    port = bench("plug.bin")
    wanted = ["--template", "auto", "--wifi-ssid", "home", "--dry-run"]
    assert run(capsys, "flash", "obk.bin", *wanted, "--port", port)[0] == 0


def test_a_file_called_auto_is_a_file(bench, capsys, tmp_path):
    port = bench("plug.bin")
    (tmp_path / "auto").write_text('{"pins": {"8": "Rel;1"}, "chip": "BK7231N"}')
    assert run(capsys, "flash", "obk.bin", "--template", "auto", "--port", port)[0] == 0
    assert list(pins_on(capsys, port)) == ["8"]
