"""The configuration file: below the environment, which is below the command line."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.library.config_file import config_path


@pytest.fixture
def config(monkeypatch):
    def write(text: str) -> None:
        config_path().parent.mkdir(parents=True, exist_ok=True)
        config_path().write_text(text, encoding="utf-8")

    monkeypatch.delenv("PLUGSMITH_CONFIG", raising=False)
    return write


def shown(capsys, *args: str) -> dict[str, dict]:
    capsys.readouterr()
    assert main(["config", "show", *args, "--json"]) == 0
    data = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    return {row["name"]: row for row in data["settings"]}


def test_each_value_tells_its_source(config, monkeypatch, capsys):
    assert {row["source"] for row in shown(capsys).values()} == {"default", "environment"}
    config('port = "COM5"\nbaud = 230400\n\n[settings]\nmqtt_host = "10.0.0.2"\n')
    rows = shown(capsys)
    assert (rows["port"]["value"], rows["port"]["source"]) == ("COM5", "file")
    assert rows["baud"]["where"].endswith("config.toml:2")
    assert rows["settings.mqtt_host"]["where"].endswith("config.toml:5")
    monkeypatch.setenv("PLUGSMITH_PORT", "COM6")
    assert shown(capsys)["port"]["source"] == "environment"
    rows = shown(capsys, "--port", "COM7")
    assert (rows["port"]["value"], rows["port"]["source"]) == ("COM7", "command line")


def test_for_people_it_is_a_table(config, capsys):
    config('language = "pl"\n')
    assert main(["config", "show"]) == 0
    told = capsys.readouterr().out
    assert str(config_path()) in told
    assert "language" in told
    assert "config.toml:1" in told


def test_a_port_in_the_file_is_used_and_the_command_line_wins(config, capsys):
    config('port = "sim://bk7231n"\nchip = "BK7231N"\n')
    assert main(["info", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["data"]["chip"] == "BK7231N"
    assert main(["info", "--json", "--port", "sim://bk7231t", "--chip", "BK7231T"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["data"]["chip"] == "BK7231T"


def test_values_of_the_file_are_judged_like_options(config, capsys):
    config('range = "10.0.0.9-3"\n')
    assert main(["device", "scan", "--json"]) == 2
    config('port = "foo://x"\n')
    assert main(["info", "--json"]) == 3
    config("baud = 5\n")
    assert main(["info", "--port", "sim://bk7231n", "--json"]) == 2


def test_defaults_for_settings_hold_where_a_device_is_set_up(config, tmp_path, capsys):
    config('[settings]\nmqtt_host = "10.0.0.2"\nmqtt_user = "house"\n')
    out = tmp_path / "s.bin"
    args = ["obk", "config", "build", "--mac", "84:e3:42:01:02:03", "-o", str(out)]
    assert main([*args, "--set", "mqtt_user=mine"]) == 0
    capsys.readouterr()
    main(["obk", "config", "read", str(out), "--json", "--show-secrets"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["config"]
    assert (found["mqtt_host"], found["mqtt_user"]) == ("10.0.0.2", "mine")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('port = "x"\nspeed = 3\n', 2, "speed"),
        ("baud = true\n", 1, "baud"),
        ('baud = "fast"\n', 1, "baud"),
        ("port = 3\n", 1, "port"),
        ('\n\n[releases]\n\nsite = "x"\n', 5, "releases.site"),
        ("[other]\nx = 1\n", 1, "other"),
        ('port = "x\n', 1, "well formed"),
        ("a = 1\nport =\n", 2, "well formed"),
    ],
)
def test_a_fault_names_its_line(config, text, line, word, capsys):
    config(text)
    assert main(["config", "show", "--json"]) == 9
    error = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert error["code"] == "PS-CONFIG-UNUSABLE"
    assert error["data"]["line"] == line
    assert word in error["message"]


def test_any_bytes_are_a_file_or_an_error_of_ours(config, capsys):
    for raw in (b"\xff\xfe", b"[" * 5000, b"a.b.c.d=1", b"\0"):
        config("")
        config_path().write_bytes(raw)
        assert main(["config", "show", "--json"]) == 9
        assert "PS-CONFIG-UNUSABLE" in capsys.readouterr().out
