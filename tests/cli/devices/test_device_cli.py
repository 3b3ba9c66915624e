"""`plugsmith device` and `plugsmith obk` on the command line: contract, exit codes, no secrets."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from lan_fleet import TEMPLATE
from lan_in_process import lan

from plugsmith.cli.app import main
from plugsmith.forge.packages import forge_ota

CANARIES = ("canary-wifi-pw", "canary-mqtt-pw", "canary-web-pw", "canary-network")


def call(capsys, *args):
    """Exit code, the JSON lines of stdout, and stderr."""
    code = main([*map(str, args), "--json"])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def plug(tmp_path, monkeypatch):
    with lan(tmp_path / "net") as net:
        yield net


def home() -> Path:
    return Path(os.environ["PLUGSMITH_HOME"])


def test_scan_is_a_list(capsys, plug):
    code, lines, _err = call(capsys, "device", "scan", str(plug.hosts[0]))
    assert code == 0
    [device] = lines[-1]["data"]
    assert {"ip", "name", "chip", "version", "mac", "uptime"} <= set(device)
    assert (device["chip"], device["mac"]) == ("BK7231T", "c8:47:8c:1a:2b:3c")


def test_a_scan_that_finds_nothing(capsys):
    code, lines, _err = call(capsys, "device", "scan", "127.0.0.1-1:1")
    assert (code, lines[-1]["data"]) == (0, [])


def test_apply_info_undo(capsys, plug, tmp_path):
    file = tmp_path / "plug.json"
    file.write_text(TEMPLATE)
    host = str(plug.hosts[0])
    code, lines, _err = call(capsys, "device", "apply", host, file, "--name", "lamp {n}")
    assert code == 0
    assert lines[-1]["command"] == "device apply"
    data = lines[-1]["data"]
    assert data["verified"] is True
    assert {"pins", "short_name", "long_name"} <= set(data["applied"])
    code, lines, _err = call(capsys, "device", "info", host)
    assert (code, lines[-1]["data"]["name"]) == (0, "lamp_1")
    assert lines[-1]["data"]["pins"]["26"] == "Rel;1"
    code, lines, _err = call(capsys, "device", "undo", host)
    assert (code, lines[-1]["data"]["verified"]) == (0, True)


def test_an_undo_is_offered_only_where_one_is_stored(capsys, plug, tmp_path):
    file = tmp_path / "plug.json"
    file.write_text(TEMPLATE)
    host = str(plug.hosts[0])

    def said(*args):
        capsys.readouterr()
        assert main([*map(str, args)]) == 0
        told = capsys.readouterr()
        return told.out + told.err

    assert f"device undo {host}" in said("device", "apply", host, file)
    assert "device undo" not in said("device", "apply", host, file)  # it was as wanted
    assert "device undo" not in said("device", "undo", host)  # used up
    assert f"device undo {host}" in said("obk", "config", "write", host, "--set", "mqtt_group=x")
    assert "device undo" not in said("obk", "config", "write", host, "--set", "mqtt_group=x")


def test_errors_have_their_codes(capsys, tmp_path, plug):
    bad = tmp_path / "bad.json"
    bad.write_text('{"chip": "BK7231T", "pins": {"6": "Relai;1"}}')
    other = tmp_path / "other.rbl"
    other.write_bytes(forge_ota("BK7231N"))
    host = str(plug.hosts[0])
    for args, code, name in [
        (("device", "info", "127.0.0.1:1"), 10, "PS-DEVICE-UNREACHABLE"),
        (("device", "apply", host, bad), 9, "PS-INPUT-TEMPLATE"),
        (("device", "apply", host), 2, "PS-USAGE"),
        (("device", "ota", host, other), 5, "PS-SAFETY-OTA"),
        (("device", "pins", host), 5, "PS-SAFETY-CONSENT"),
        (("device", "calibrate", host, "--watts", "100"), 8, "PS-DEVICE-NO-METER"),
        (("device", "calibrate", host), 2, "PS-USAGE"),
        (("device", "undo", host), 8, "PS-DEVICE-NO-UNDO"),
        (("device", "info", "a b"), 2, "PS-USAGE"),
        (("device", "apply", host, "--set", "mac=00:11:22:33:44:55"), 9, "PS-INPUT-SETTING"),
        (("obk", "config", "read", "missing.bin"), 9, "PS-INPUT-MISSING"),
        (("obk", "config", "read", other), 8, "PS-NOTHING-FOUND"),
    ]:
        got, lines, _err = call(capsys, *args)
        assert (got, lines[-1]["type"], lines[-1]["code"]) == (code, "error", name), args
        assert lines[-1]["hint"]


def test_several_devices_each_with_an_item(capsys, plug):
    hosts = f"{plug.hosts[0]},127.0.0.1:1"
    code, lines, _err = call(capsys, "device", "info", hosts)
    items = {line["name"]: line for line in lines if line["type"] == "item"}
    assert code == 10
    assert items[str(plug.hosts[0])]["data"]["chip"] == "BK7231T"
    assert items["127.0.0.1:1"]["error"]["exit"] == 10
    assert lines[-1]["type"] == "result"


def test_a_backup_is_private_and_whole(capsys, plug):
    code, lines, _err = call(capsys, "device", "backup", str(plug.hosts[0]), "--no-full")
    folder = Path(lines[-1]["data"]["folder"])
    assert code == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in folder.iterdir() if p.is_file())
    assert {"config.bin", "info.json", "pins.json", "manifest.json"} <= {
        path.name for path in folder.iterdir()
    }
    code, lines, _err = call(capsys, "obk", "config", "read", folder / "config.bin")
    assert lines[-1]["data"]["crc"] == "ok"


def test_the_whole_flash_is_in_a_full_backup(capsys, plug):
    code, lines, _err = call(capsys, "device", "backup", str(plug.hosts[0]))
    data = lines[-1]["data"]
    assert (code, data["full"], data["files"]["flash.bin"]["size"]) == (0, True, 0x200000)


def test_passwords_appear_nowhere(capsys, plug, tmp_path, monkeypatch):
    """Everything that the verbs say or write, but the private files that say so, is searched."""
    host = str(plug.hosts[0])
    settings = tmp_path / "plug.toml"
    settings.write_text(
        'wifi_ssid = "canary-network"\nwifi_password = "env:WIFI_PW"\n'
        f'mqtt_password = "file:{tmp_path / "mqtt.pw"}"\nmqtt_host = "10.0.0.1"\n'
    )
    (tmp_path / "mqtt.pw").write_text("canary-mqtt-pw\n")
    monkeypatch.setenv("WIFI_PW", "canary-wifi-pw")
    monkeypatch.setenv("PLUGSMITH_DEVICE_PASSWORD", "canary-web-pw")
    said = []
    for args in [
        ("obk", "config", "build", "-o", tmp_path / "a.bin", "--mac", "84:e3:42:01:02:03",
         "--config", settings),
        ("obk", "config", "read", tmp_path / "a.bin"),
        ("obk", "config", "write", tmp_path / "a.bin", "-o", tmp_path / "b.bin", "--set",
         "web_password=env:PLUGSMITH_DEVICE_PASSWORD"),
        ("device", "apply", host, "--config", settings, "--dry-run"),
        ("device", "apply", host, "--set", "mqtt_password=env:WIFI_PW"),
        ("device", "apply", host, "--set", "mqtt_password=" + "canary-mqtt-pw" * 20),
        ("device", "info", host),
        ("device", "backup", host, "--no-full"),
        ("obk", "config", "read", host),
        ("device", "apply", "127.0.0.1:1", "--config", settings),
        ("device", "undo", host),
    ]:  # fmt: skip
        as_json = not said or not said[-1].startswith("{")
        main([*map(str, args), *(["--json"] if as_json else [])])
        out, err = capsys.readouterr()
        said.append(out + err)
    text = "\n".join(said)
    assert "mqtt_password" in text  # the names are there, the values are not
    for canary in CANARIES:
        assert canary not in text
    private = {"undo", "devices"}
    for path in home().rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if any(canary.encode() in data for canary in CANARIES):
            assert path.relative_to(home()).parts[0] in private
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for name in ("a.bin", "b.bin"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_help_names_every_verb(capsys):
    assert main(["device", "--help"]) == 0
    text = capsys.readouterr().out
    for verb in ("scan", "info", "apply", "undo", "backup", "ota", "pins", "calibrate"):
        assert verb in text
    for verb in ("read", "write", "build"):
        assert main(["obk", "config", verb, "--help"]) == 0
