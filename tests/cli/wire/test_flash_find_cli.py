"""`flash --find`: the device, known by its MAC, answers in the network - or it is said so."""

from __future__ import annotations

import json

import pytest
from lan_fleet import SPEED, hurry

from plugsmith.cli.app import main
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve

MAC = bytes.fromhex("c8478c1a2b3c")
OTHER = bytes.fromhex("c8478c1a2b3d")


@pytest.fixture
def plug(tmp_path, monkeypatch):
    """A stock plug by its port; OpenBeken for it is the file obk.bin."""
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLUGSMITH_WIFI_PASSWORD", "secret of the test")
    monkeypatch.chdir(tmp_path)
    hurry(monkeypatch)
    (tmp_path / "obk.bin").write_bytes(forge_openbeken_qio("BK7231N", version="1.18.300"))
    (tmp_path / "plug.bin").write_bytes(forge_flash(chip="BK7231N", code_len=0x8000, mac=MAC))
    return f"sim://bk7231n?flash={tmp_path / 'plug.bin'}"


def flash(capsys, port, where, *more):
    wanted = ["--wifi-ssid", "home", "--find", where, "--find-within", "1"]
    status = main(["flash", "obk.bin", *wanted, *more, "--port", port, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    missing = [item for item in lines if item.get("code") == "PS-NOTE-NOT-FOUND"]
    return status, lines[-1]["data"], missing


def running(*macs: bytes):
    return serve(*(SimObk(chip="BK7231N", mac=mac, speed=SPEED) for mac in macs))


def hosts_of(server) -> list[str]:
    return [url.removeprefix("http://").rstrip("/") for url in server.urls]


def test_it_is_found_among_others_and_counts_as_booted(plug, capsys):
    with running(OTHER, MAC) as server:
        where = ",".join(hosts_of(server))
        status, data, missing = flash(capsys, plug, where)
        assert (status, missing) == (0, [])
        assert data["booted"] is True
        assert data["found"]["host"] == hosts_of(server)[1]
        assert data["found"]["mac"].lower() == MAC.hex(":")


def test_another_device_is_not_it(plug, capsys):
    with running(OTHER) as server:
        status, data, missing = flash(capsys, plug, hosts_of(server)[0])
        assert (status, data["verified"], data.get("found")) == (0, True, None)
        assert data["booted"] is None
        assert missing[0]["data"]["answered"] == [hosts_of(server)[0]]
        assert f"{hosts_of(server)[0]} ({OTHER.hex(':')})" in missing[0]["message"]
        assert "8C1A2B3C" in missing[0]["hint"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("where", ["127.0.0.1:9", "no.such.host.invalid", "not a range!"])
def test_what_goes_wrong_in_the_network_does_not_take_the_result_away(plug, capsys, where):
    status, data, missing = flash(capsys, plug, where)
    assert (status, data["verified"], data.get("found")) == (0, True, None)
    assert data["undo"]
    assert missing


def test_two_that_answer_with_its_address_prove_nothing(plug, capsys):
    with running(MAC, MAC) as server:
        status, data, missing = flash(capsys, plug, ",".join(hosts_of(server)))
    assert (status, data.get("found"), data["booted"]) == (0, None, None)
    assert missing


def test_a_placeholder_address_proves_nothing(plug, capsys, tmp_path):
    lost = bytes.fromhex("c8478c428848")
    (tmp_path / "lost.bin").write_bytes(forge_flash(chip="BK7231N", code_len=0x8000, mac=lost))
    with running(lost) as server:
        port = f"sim://bk7231n?flash={tmp_path / 'lost.bin'}"
        status, data, missing = flash(capsys, port, hosts_of(server)[0])
    assert (status, data.get("found"), data["booted"]) == (0, None, None)
    assert missing


def test_a_dry_run_looks_for_nothing(plug, capsys):
    status, data, missing = flash(capsys, plug, "127.0.0.1:9", "--dry-run")
    assert (status, missing) == (0, [])
    assert data["verified"] is False


def test_words_for_people(plug, capsys):
    with running(MAC) as server:
        where = hosts_of(server)[0]
        assert main(["flash", "obk.bin", "--find", where, "--port", plug]) == 0
    shown = capsys.readouterr().out
    assert f"http://{where}/" in shown
    assert "plugsmith device info" in shown
