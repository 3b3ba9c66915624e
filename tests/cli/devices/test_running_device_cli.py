"""Straight from a running device: its template, an entry for the list, the vendor's own pins."""

from __future__ import annotations

import json

import pytest
from lan_fleet import SPEED, hurry
from tuya_rig import FORUM_TEXT

from plugsmith.cli.app import main
from plugsmith.forge.flash import forge_flash
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve

TEMPLATE = '{"chip": "BK7231N", "pins": {"26": "Rel;1", "10": "Btn;1"}, "flags": "1024"}'


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A running device that still holds the vendor's store."""
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    hurry(monkeypatch)
    stock = forge_flash(chip="BK7231N", code_len=0x8000, pin_text=FORUM_TEXT.decode())
    with serve(SimObk(chip="BK7231N", flash=stock, speed=SPEED)) as server:
        yield server.urls[0].removeprefix("http://").rstrip("/")


def run(capsys, *args):
    status = main([*args, "--json"])
    return status, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_vendors_pins_are_read_over_the_network(host, tmp_path, capsys):
    status, end = run(capsys, "dump", "config", "--host", host)
    assert (status, end["data"]["status"], end["data"]["chip"]) == (0, "found", "BK7231N")
    assert end["data"]["text"] == FORUM_TEXT.decode()
    status, end = run(capsys, "dump", "config", "x.bin", "--host", host)
    assert (status, end["exit"]) == (2, 2)


def test_the_template_of_a_running_device_is_exported(host, tmp_path, capsys):
    (tmp_path / "t.json").write_text(TEMPLATE)
    assert run(capsys, "device", "apply", host, str(tmp_path / "t.json"))[0] == 0
    status, end = run(capsys, "template", "export", "--host", host)
    assert status == 0
    made = json.loads(end["data"]["files"][0]["text"])
    assert made["pins"] == {"26": "Rel;1", "10": "Btn;1"}
    status, end = run(capsys, "template", "export", "--host", host, "--to", "esphome")
    assert "GPIO26" in end["data"]["files"][0]["text"] or "P26" in end["data"]["files"][0]["text"]
    more = ["--vendor", "Acme", "--model", "P1", "--name", "Plug"]
    status, end = run(capsys, "template", "contribute", "--host", host, *more)
    assert (status, end["exit"]) == (9, 9)  # a picture and a link lack


@pytest.mark.parametrize("verb", ["export", "contribute"])
def test_one_of_device_and_host(host, capsys, verb):
    assert run(capsys, "template", verb)[0] == 2
    assert run(capsys, "template", verb, "x.json", "--host", host)[0] == 2


@pytest.mark.parametrize("args", [("dump", "config"), ("template", "export")])
def test_a_device_that_does_not_answer(host, capsys, args):
    status, end = run(capsys, *args, "--host", "127.0.0.1:9")
    assert (status, end["exit"]) == (10, 10)
