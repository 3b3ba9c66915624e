"""Without an adapter, or without an extra: what helps here and now."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from types import SimpleNamespace

import pytest

from plugsmith import installed
from plugsmith.cli.app import main
from plugsmith.cli.terminal import TerminalSink
from plugsmith.errors import concrete_errors
from plugsmith.events import Ready


@pytest.fixture
def no_adapter(monkeypatch):
    monkeypatch.setattr("plugsmith.link.ports.list_ports", list)


def test_the_doctor_draws_where_to_solder_without_an_adapter(no_adapter, capsys):
    assert main(["doctor", "--module", "WB2S"]) == 0
    told = capsys.readouterr().out
    for word in ("WB2S (BK7231T)", "3V3", "GND", "RX1", "TX1", "CEN"):
        assert word in told
    assert "No serial adapter" in told
    assert main(["doctor", "--module", "WB2S", "--json"]) == 0
    data = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    assert data["heard"] == "no-adapter"


def test_without_a_module_there_is_nothing_to_draw(no_adapter, capsys):
    assert main(["doctor"]) == 3
    assert "doctor --module" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["/dev/pts/7", "http://127.0.0.1:8080"])
def test_the_simulator_says_how_to_use_it_and_how_to_stop_it(port, capsys):
    TerminalSink().emit(Ready(port=port))
    told = capsys.readouterr().err
    assert "plugsmith info --port" in told or "plugsmith device info 127.0.0.1:8080" in told
    assert "Ctrl-C" in told


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/u/.local/share/pipx/venvs/plugsmith", "pipx inject plugsmith"),
        ("/home/u/.local/share/uv/tools/plugsmith", "uv pip install --python"),
        ("/srv/venv", "-m pip install"),
    ],
)
def test_the_hint_fits_the_way_it_was_installed(prefix, command, monkeypatch):
    monkeypatch.setattr(sys, "prefix", prefix)
    hint = installed.how_to_add("emu")
    assert command in hint
    assert "unicorn" in hint


def no_metadata(_name):
    raise importlib.metadata.PackageNotFoundError


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize(
    ("system", "own", "foreign"),
    [("linux", "gpiod", "libusb"), ("darwin", "libusb", "gpiod"), ("win32", "libusb", "gpiod")],
)
def test_an_extra_is_named_for_this_system_alone(system, own, foreign, metadata, monkeypatch):
    if not metadata:
        monkeypatch.setattr(importlib.metadata, "requires", no_metadata)
    monkeypatch.setattr(installed, "sys", SimpleNamespace(platform=system))
    parts = " ".join(installed.parts_of("spi"))
    assert all(name in parts for name in ("pyusb", "pyftdi", own))
    assert foreign not in parts


def test_every_extra_that_is_named_is_known_without_metadata_too(monkeypatch):
    stated = {name: installed.parts_of(name) for name in ("emu", "mqtt", "keyring", "ui", "mdns")}

    monkeypatch.setattr(importlib.metadata, "requires", no_metadata)
    for extra, parts in stated.items():
        assert [re.split(r"[^\w-]", part)[0] for part in parts] == installed.parts_of(extra)


def test_a_python_that_the_system_manages_gets_no_bare_pip(monkeypatch, tmp_path):
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(installed.sysconfig, "get_path", lambda _name: str(tmp_path))
    assert "venv" in installed.how_to_add("emu")


def test_no_error_promises_a_package_of_our_name():
    for kind in concrete_errors():
        assert "plugsmith[" not in kind.next_step
