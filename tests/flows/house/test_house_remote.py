"""`device command`, `restart`, `logs` and `files`, and the verbs on the command line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lan_in_process import lan

from plugsmith.cli.app import main
from plugsmith.errors import NothingFound, UsageError
from plugsmith.errors.device import DeviceRefused
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.house.remote import (
    command,
    get_file,
    list_files,
    logs,
    put_file,
    remove_file,
    restart,
)
from plugsmith.forge.rf import forge_rf
from plugsmith.sim.obk.device import SimObk


def refusing(net):
    def consent(_question, step):
        raise ConsentMissing(step=step)

    return replace(net.ctx, consent=consent)


def test_a_command_and_its_answer(tmp_path):
    with lan(tmp_path, count=2) as net:
        assert command(net.ctx, net.hosts[:1], "POWER").answer == {}
        net.device.run("backlog setPinRole 26 Rel; setPinChannel 26 1")
        assert command(net.ctx, net.hosts[:1], "POWER ON").answer == {"POWER": "ON"}
        with pytest.raises(DeviceRefused):
            command(net.ctx, net.hosts[:1], "noSuchCommand 1")
        with pytest.raises(UsageError):
            command(net.ctx, net.hosts[:1], "  ")
        with pytest.raises(ConsentMissing):
            command(refusing(net), net.hosts, "POWER OFF")
        assert command(net.ctx, net.hosts, "echo hi").done == 2


def test_the_answer_of_a_command_holds_no_network_names(tmp_path):
    with lan(tmp_path) as net:
        net.device.run("SSID1 canary-net")
        said = str(command(net.ctx, net.hosts, "Status 0")) + str(
            command(net.ctx, net.hosts, "SSID1")
        )
        assert "StatusFWR" in said
        assert "canary" not in said


def test_a_restart_is_waited_for(tmp_path):
    with lan(tmp_path, count=2) as net:
        resets = net.device.resets
        restart(net.ctx, net.hosts[:1])
        assert net.device.resets == resets + 1
        with pytest.raises(ConsentMissing):
            restart(refusing(net), net.hosts)
        assert restart(net.ctx, net.hosts).done == 2


def test_a_log_is_told_without_secrets(tmp_path):
    with lan(tmp_path) as net:
        net.device.run("backlog SSID1 canary-net; Password1 canary-pw; MqttPassword canary-mqtt")
        net.device.save()
        for word in ("canary-net", "canary-pw", "canary-mqtt"):
            net.device.log.add("Info", "MAIN", f"joining {word} now")
        data = logs(net.ctx, net.hosts[0], follow=False)
        assert data.lines > 2
        said = net.everything_said()
        assert "joining *** now" in said
        assert "canary" not in said
        assert logs(net.ctx, net.hosts[0], follow=True, seconds=0.1).lines >= 0


def test_files_are_listed_stored_fetched_and_removed(tmp_path):
    host = None
    with lan(tmp_path) as net:
        host = net.hosts[0]
        assert list_files(net.ctx, host).files == ()
        assert put_file(net.ctx, host, "autoexec.bat", b"echo 1\n").verified is True
        put_file(net.ctx, host, "sub/a.txt", b"abc")
        listed = list_files(net.ctx, host)
        assert {row.name: row.size for row in listed.files} == {
            "autoexec.bat": 7, "sub/a.txt": 3,
        }  # fmt: skip
        assert listed.runs_at_start == ("autoexec.bat",)
        assert get_file(net.ctx, host, "sub/a.txt") == b"abc"
        with pytest.raises(ConsentMissing):
            put_file(refusing(net), host, "autoexec.bat", b"other")
        with pytest.raises(ConsentMissing):
            remove_file(refusing(net), host, "autoexec.bat")
        assert remove_file(net.ctx, host, "autoexec.bat").removed is True
        for missing in ("autoexec.bat", "nothing"):
            with pytest.raises(NothingFound):
                get_file(net.ctx, host, missing)
            with pytest.raises(NothingFound):
                remove_file(net.ctx, host, missing)
        for odd in ("../x", "/x", "a b", "x" * 80, "é"):
            with pytest.raises(UsageError):
                put_file(net.ctx, host, odd, b"x")


def call(capsys, *args):
    code = main([*map(str, args), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_verbs_on_the_command_line(tmp_path, capsys):
    with lan(tmp_path) as net:
        host = str(net.hosts[0])
        assert call(capsys, "device", "scan", host)[0] == 0
        code, lines = call(capsys, "device", "list")
        assert (code, lines[-1]["data"]["devices"][0]["host"]) == (0, host)
        roll = tmp_path / "roll.toml"
        code, lines = call(capsys, "device", "roll", "init", host, "-o", roll)
        assert (code, lines[-1]["data"]["devices"]) == (0, 1)
        assert call(capsys, "device", "plan", roll)[0] == 0
        roll.write_text(roll.read_text().replace('name = "obk', 'name = "kitchen'))
        code, lines = call(capsys, "device", "plan", roll)
        assert (code, lines[-1]["data"]["devices"][0]["state"]) == (8, "differs")
        assert call(capsys, "device", "apply", "--roll", roll)[0] == 0
        assert call(capsys, "device", "plan", roll)[0] == 0
        code, lines = call(capsys, "device", "backup", "--all", "--no-full", "--keep", "3")
        folder = lines[-1]["data"]["folder"]
        assert code == 0
        assert call(capsys, "device", "apply", host, "--set", "short_name=x")[0] == 0
        code, lines = call(capsys, "device", "restore", host, folder)
        assert (code, lines[-1]["data"]["applied"]) == (0, ["short_name"])
        code, lines = call(capsys, "device", "command", host, "echo hi")
        assert (code, lines[-1]["data"]["host"]) == (0, host)
        assert call(capsys, "device", "restart", host)[0] == 0
        assert call(capsys, "device", "logs", host)[0] == 0
        local = tmp_path / "autoexec.bat"
        local.write_bytes(b"echo\n")
        assert call(capsys, "device", "files", host, "put", "autoexec.bat", local)[0] == 0
        assert call(capsys, "device", "files", host, "put", "autoexec.bat", local)[0] == 5
        assert call(capsys, "device", "files", host, "get", "autoexec.bat", tmp_path / "o")[0] == 0
        assert call(capsys, "device", "files", host)[1][-1]["data"]["used"] == 5
        assert call(capsys, "device", "files", host, "remove", "autoexec.bat", "--yes")[0] == 0
        for args, wanted in [
            (("device", "roll", "make"), 2),
            (("device", "files", host, "steal"), 2),
            (("device", "plan", tmp_path / "none.toml"), 9),
            (("device", "restore", host, tmp_path / "none"), 9),
            (("device", "command", "127.0.0.1:1", "x"), 10),
            (("device", "backup"), 2),
            (("device", "apply"), 2),
        ]:
            assert call(capsys, *args)[0] == wanted, args
        for verb in ("list", "plan"):
            assert main(["device", verb, *([str(roll)] if verb == "plan" else [])]) == 0
            assert "kitchen" in capsys.readouterr().out


@pytest.mark.parametrize(("chip", "at"), [("BK7231T", 0x1E_0000), ("BK7231N", 0x1D_0000)])
def test_the_radio_sector_of_a_running_device_is_shown_and_saved(tmp_path, capsys, chip, at):
    sector = forge_rf(bytes.fromhex("c8478c1a2b3c"))
    device = SimObk(chip=chip)
    device.flash.program(at, sector)
    with lan(tmp_path, device) as net:
        host, out = str(net.hosts[0]), tmp_path / "rf.bin"
        assert main(["rf", "show", "--host", host, "--json"]) == 0
        row = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["sectors"][0]
        assert (row["offset"], row["state"], row["mac"]) == (at, "sound", "c8:47:8c:1a:2b:3c")
        assert main(["rf", "save", "--host", host, "-o", str(out)]) == 0
        assert out.read_bytes() == sector
        assert main(["rf", "show", str(out), "--host", host]) == 2
        assert not any("POST" in line for line in net.endpoint.requests)
