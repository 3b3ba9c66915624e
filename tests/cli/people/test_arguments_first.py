"""What can be judged without the device is judged before a port is opened or a packet is sent."""

from __future__ import annotations

import json
import socket

import pytest

from plugsmith.cli.app import main
from plugsmith.flows.device.device_list import NamedDevice, read_devices
from plugsmith.lan.host import Host, parse_host
from plugsmith.link import ports


@pytest.fixture
def nothing_opens(monkeypatch):
    """A port, a connection or a search for a name would be a fault."""

    def refuse(*_args, **_named):
        raise AssertionError("something was opened before the arguments were judged")

    monkeypatch.setattr(ports, "open_port", refuse)
    monkeypatch.setattr(ports, "pick_port", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("plugsmith.flows.device.context.run_network", refuse)
    monkeypatch.setattr("plugsmith.flows.device.scan.run_network", refuse)


def failed(capsys, *args: str) -> dict:
    main([*args, "--json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["type"] == "error", last
    return last


@pytest.mark.parametrize(
    ("args", "option"),
    [
        (["read", "new.bin", "--start", "zz"], "--start"),
        (["read", "new.bin", "--length", "-1"], "--length"),
        (["read", "new.bin", "--space", "heap"], "--space"),
        (["read", "new.bin", "--start", "0x7fffffff"], "--start"),
        (["verify", "{file}", "--length", "0"], "--length"),
        (["write", "{file}", "--start", "32M"], "--start"),
        (["erase", "--start", "x", "--length", "4k"], "--start"),
        (["erase", "--start", "0x1000", "--length", "much"], "--length"),
        (["erase", "--start", "0x1001", "--length", "4k"], "--start"),
        (["flash", "--allow", "everything"], "--allow"),
        (["info", "--link-timeout", "nan"], "--link-timeout"),
        (["backup", "--link-timeout", "inf"], "--link-timeout"),
        (["device", "info", "300.1.1.1"], "HOST"),
        (["device", "info", "1.2.3"], "HOST"),
        (["device", "info", "10.0.0.9-3"], "HOST"),
        (["device", "info", "10.0.0.0/40"], "HOST"),
        (["device", "info", "10.0.0.1,,10.0.0.2"], "HOST"),
        (["device", "restart", "@{bad_list}"], "HOST"),
        (["device", "logs", "a b"], "HOST"),
        (["device", "pins", "10.0.0.1:99999"], "HOST"),
        (["device", "calibrate", "10.0.0.256"], "HOST"),
        (["device", "scan", "10.0.0.0/2"], "RANGE"),
        (["device", "scan", "10.0.0.0-300"], "RANGE"),
        (["device", "list", "10.0.0.5-"], "RANGE"),
        (["device", "files", "10.0.0.1", "eat", "x"], "ACTION"),
        (["obk", "config", "read", "10.0.0.9-3"], "FILE|HOST"),
        (["obk", "config", "build", "-o", "x.bin", "--mac", "84:e3"], "--mac"),
        (["obk", "config", "build", "-o", "x.bin", "--mac", "@{bad_list}"], "--mac"),
        (["image", "convert", "{file}", "--to", "exe", "-o", "x.bin"], "--to"),
        (["template", "match", "--host", "a b"], "--host"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_options_name(
    args, option, nothing_opens, capsys, tmp_path
):
    (tmp_path / "plain.bin").write_bytes(b"\xff" * 4096)
    (tmp_path / "bad.txt").write_text("mac,name\n84:e3:42,short\n")
    given = [
        word.format(file=tmp_path / "plain.bin", bad_list=tmp_path / "bad.txt") for word in args
    ]
    error = failed(capsys, *given)
    assert (error["code"], error["exit"]) == ("PS-USAGE", 2)
    assert error["data"]["option"] == option
    assert option in error["message"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["info", "--chip", "esp32"], "PS-USAGE-CHIP"),
        (["flash", "--chip", "WBR3"], "PS-USAGE-MODULE"),
        (["info", "--port", "telnet://x:1"], "PS-PORT-UNSUPPORTED"),
        (["info", "--port", "socket://x:99999"], "PS-PORT-UNSUPPORTED"),
        (["info", "--port", "rfc2217://x"], "PS-PORT-UNSUPPORTED"),
        (["flash", "--log-port", "foo://x"], "PS-PORT-UNSUPPORTED"),
        (["backup", "-o", "{file}"], "PS-OUTPUT-EXISTS"),
        (["info", "--trace", "{file}"], "PS-OUTPUT-EXISTS"),
        (["obk", "config", "read", "--port", "x", "-o", "{file}"], "PS-OUTPUT-EXISTS"),
        (["device", "pins", "10.0.0.1", "-o", "{file}"], "PS-OUTPUT-EXISTS"),
        (["device", "restore", "10.0.0.1", "{missing}"], "PS-INPUT-MISSING"),
        (["device", "files", "10.0.0.1", "put", "a.txt", "{missing}"], "PS-INPUT-MISSING"),
        (["device", "restart", "@{missing}"], "PS-INPUT-MISSING"),
    ],
)
def test_files_chips_and_ports_are_judged_first_too(args, code, nothing_opens, capsys, tmp_path):
    (tmp_path / "plain.bin").write_bytes(b"\xff" * 4096)
    given = [
        word.format(file=tmp_path / "plain.bin", missing=tmp_path / "no.such") for word in args
    ]
    assert failed(capsys, *given)["code"] == code


def test_a_scan_of_a_name_that_nobody_knows_is_an_error(capsys, monkeypatch):
    def unknown(*_args, **_named):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failed(capsys, "device", "scan", "no.such.host")
    assert (error["code"], error["exit"]) == ("PS-DEVICE-UNREACHABLE", 10)
    assert "no.such.host" in error["message"]


@pytest.mark.parametrize("text", ["192.168.1.256", "1.2.3", "1.2.3.4.5", "999", "10.0.0.5-3"])
def test_numbers_are_an_address_or_nothing(text):
    with pytest.raises(Exception, match="PS-USAGE"):
        parse_host(text)


def test_a_list_may_be_a_table_with_macs_names_and_addresses(tmp_path):
    file = tmp_path / "devices.txt"
    file.write_text(
        "\ufeffname;mac;ip;room\n"
        "Kettle;84-E3-42-01-02-03;;kitchen\n"
        '"Lamp; left";;192.168.1.7:8080;hall\n',
        encoding="utf-8",
    )
    assert read_devices(file) == [
        NamedDevice(mac="84:e3:42:01:02:03", name="Kettle"),
        NamedDevice(host=Host("192.168.1.7", 8080), name="Lamp; left"),
    ]


def test_a_list_may_be_one_device_a_line(tmp_path):
    file = tmp_path / "devices.txt"
    file.write_text("# all of them\nplug.lan  # hall\n\n84e342010203\n192.168.100.100\n")
    assert read_devices(file) == [
        NamedDevice(host=Host("plug.lan")),
        NamedDevice(mac="84:e3:42:01:02:03"),
        NamedDevice(host=Host("192.168.100.100")),
    ]


def test_settings_are_built_for_every_row_of_a_table_under_its_own_name(tmp_path, capsys):
    table = tmp_path / "devices.txt"
    table.write_text("mac,name\n84:e3:42:01:02:03,kettle\n84:e3:42:01:02:04,lamp\n")
    out = tmp_path / "{n}.bin"
    code = main(
        ["obk", "config", "build", "--mac", f"@{table}", "-o", str(out), "--set", "mqtt_host=x"]
    )
    assert code == 0, capsys.readouterr().err
    for number, (mac, name) in enumerate(
        [("84:e3:42:01:02:03", "kettle"), ("84:e3:42:01:02:04", "lamp")], 1
    ):
        capsys.readouterr()
        main(["obk", "config", "read", str(tmp_path / f"{number}.bin"), "--json"])
        config = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["config"]
        assert (config["mac"], config["short_name"]) == (mac, name)


def test_a_dump_given_as_a_template_is_understood(tmp_path, capsys):
    dump = tmp_path / "plug.bin"
    assert main(["dump", "forge", "-o", str(dump)]) == 0
    out = tmp_path / "settings.bin"
    code = main(
        ["obk", "config", "build", "--template", str(dump), "--mac", "84:e3:42:01:02:03",
         "-o", str(out)]
    )  # fmt: skip
    assert code == 0, capsys.readouterr().err
    capsys.readouterr()
    main(["obk", "config", "read", str(out), "--json"])
    config = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["config"]
    assert str(config["pins"]["26"]).startswith("Rel"), config["pins"]


def test_a_dump_without_pins_given_as_a_template_says_so(tmp_path, capsys):
    dump = tmp_path / "plug.bin"
    assert main(["dump", "forge", "--no-pins", "-o", str(dump)]) == 0
    capsys.readouterr()
    error = failed(capsys, "obk", "config", "build", "--template", str(dump), "-o",
                   str(tmp_path / "x.bin"), "--mac", "84:e3:42:01:02:03")  # fmt: skip
    assert error["code"] == "PS-INPUT-TEMPLATE"
    assert "dump" in error["message"]
