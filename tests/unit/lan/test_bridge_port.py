"""A second OpenBeken module as a port: UART, speed, a pin at CEN; all given back at the end."""

from __future__ import annotations

import json
import re
import socket
from contextlib import suppress

import pytest
from boot_rig import forged
from bridge_rig import CEN, bridged

from plugsmith.cli.app import main
from plugsmith.errors.device import DeviceUnreachable
from plugsmith.errors.port import PortLost, PortUnsupported
from plugsmith.lan.pin_doctor import drive_line
from plugsmith.link.bridge_address import BridgeAddress, read_bridge
from plugsmith.link.ports import check_address
from plugsmith.sim.chip.board import BoardRequest
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import ScriptRest
from plugsmith.sim.obk.net.uart_bridge import UartBridge
from plugsmith.sim.obk.plug.plug import Mode
from plugsmith.sim.ports.serve import Power
from plugsmith.sim.timing import SERVED

pytestmark = pytest.mark.slow  # a device on a real network has real pauses


@pytest.fixture
def board(tmp_path, monkeypatch):
    monkeypatch.setattr("plugsmith.lan.bridge_port._CEN_LOW_S", 600.0)  # however busy we are
    monkeypatch.setattr("plugsmith.lan.bridge_port._LISTENS_S", 60.0)
    flash = tmp_path / "flash.bin"
    flash.write_bytes(forged("BK7231T"))
    return BoardRequest(chip="bk7231t", flash=flash, patience=SERVED, keep=True)


def test_its_address():
    assert read_bridge("openbeken://10.0.0.9") == BridgeAddress(host="10.0.0.9")
    assert read_bridge("openbeken://plug.lan:81/?cen=p14&uart=9000") == BridgeAddress(
        host="plug.lan:81", cen=14, uart=9000
    )
    for name in ("[fe80::1]:80?cen=26", "[fe80::1%eth0]", "fe80::1", "h/?cen=1/"):
        check_address(f"openbeken://{name}")


@pytest.mark.parametrize(
    "name", ["openbeken://", "openbeken://h?cen=", "openbeken://h?cen=29", "openbeken://h?cen=A1",
             "openbeken://h?uart=0", "openbeken://h?uart=x", "openbeken://h?reset=14",
             f"openbeken://h?uart={'1' * 5000}", f"openbeken://h:{'1' * 5000}", "openbeken://h:99999",
             "openbeken://h:", "openbeken://[::1", "openbeken://[::z]", "openbeken://1:2:3",
             f"socket://h:{'1' * 5000}"],
)  # fmt: skip
def test_what_is_no_address(name):
    with pytest.raises(PortUnsupported):
        check_address(name)


@pytest.mark.parametrize(
    "rest", ["user:hushhush@10.0.0.9", "user:hush?hush@10.0.0.9", "h?cen=29&x=hushhush@10.0.0.9"]
)
def test_a_password_in_it_is_refused_and_not_repeated(rest):
    with pytest.raises(PortUnsupported) as refused:
        check_address(f"openbeken://{rest}")
    assert "hush" not in f"{refused.value} {refused.value.facts}"
    assert "10.0.0.9" in str(refused.value)


def test_the_module_is_as_before_when_the_port_is_closed(board):
    with bridged(board, power=Power.RUNNING) as bench:
        before = bytes(bench.module.block.raw)
        port = bench.open()
        assert port.capabilities.modem_lines
        assert port.capabilities.reopens
        assert bench.module.uart.baud == port.baud == 115_200
        port.set_baud(921_600)
        assert bench.module.uart.baud == port.baud == 921_600
        port.set_lines(rts=True, dtr=False)
        assert bench.module.plug.driven(CEN) == 0
        port.set_lines(rts=False, dtr=False)
        assert bench.module.plug.driven(CEN) is None
        port.close()
        port.close()
        assert bench.module.uart is None
        assert bench.module.plug.pins[CEN].mode is not Mode.OUTPUT
        assert bytes(bench.module.block.raw) == before


def test_a_port_closed_inside_a_reset_leaves_no_line_that_goes_on(board):
    with bridged(board, power=Power.RUNNING) as bench:
        before = bytes(bench.module.block.raw)
        port = bench.open()
        port.set_lines(rts=True)
        assert any(isinstance(act, ScriptRest) for _at, act in bench.module.due)
        port.close()
        assert not any(isinstance(act, ScriptRest) for _at, act in bench.module.due)
        assert bench.module.plug.pins[CEN].mode is not Mode.OUTPUT
        assert bytes(bench.module.block.raw) == before


@pytest.mark.parametrize("lost", range(4))
def test_a_request_that_is_lost_at_the_end_leaves_the_pin_without_a_role(board, monkeypatch, lost):
    with bridged(board, power=Power.RUNNING) as bench:
        before = bytes(bench.module.block.raw)
        port = bench.open()
        port.set_lines(rts=True)
        command, sent = port._command, []

        def some(line):
            sent.append(line)
            if len(sent) == lost + 1:
                raise DeviceUnreachable(host="h", problem="lost")
            command(line)

        monkeypatch.setattr(port, "_command", some)
        port.close()
        assert bytes(bench.module.block.raw) == before
        assert bench.module.uart is None


def test_a_module_that_is_gone_does_not_keep_the_end_waiting(board, monkeypatch):
    with bridged(board, power=Power.RUNNING) as bench:
        port, sent = bench.open(), []

        def gone(line):
            sent.append(line)
            raise DeviceUnreachable(host="h", problem="gone")

        monkeypatch.setattr(port, "_command", gone)
        port.close()
        assert len(sent) <= 6


def test_a_reset_whose_answer_was_lost_counts_as_begun(board, monkeypatch):
    with bridged(board, power=Power.RUNNING) as bench:
        port = bench.open()
        command = port._command

        def lost(line):
            command(line)
            raise DeviceUnreachable(host="h", problem="lost")

        monkeypatch.setattr(port, "_command", lost)
        with pytest.raises(PortLost):
            port.set_lines(rts=True)
        monkeypatch.undo()
        port.close()
        assert not any(isinstance(act, ScriptRest) for _at, act in bench.module.due)


def test_a_driver_that_cannot_be_reached_is_stopped_again(board, monkeypatch):
    monkeypatch.setattr("plugsmith.lan.bridge_port._LISTENS_S", 0.0)
    with bridged(board, power=Power.RUNNING) as bench:
        bench.name = re.sub("uart=[0-9]+", "uart=1", bench.name)
        with pytest.raises(PortUnsupported):
            bench.open()
        assert bench.module.uart is None


def test_the_simulated_driver_ends_its_connection_before_its_stop_is_answered():
    module = SimObk()
    bridge = UartBridge(module, "127.0.0.1", 0)
    module.run("startDriver UartTCP")
    bridge.reappear()
    with socket.create_connection(("127.0.0.1", bridge.number), timeout=60) as client:
        module.run("stopDriver UartTCP")
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""
    assert not bridge.listening


def test_a_pin_that_has_work_is_not_taken_and_one_of_a_lost_run_is(board):
    with bridged(board, power=Power.RUNNING) as bench:
        bench.module.run(f"backlog setPinRole {CEN} Btn; setPinChannel {CEN} 1")
        with pytest.raises(PortUnsupported, match="in use"):
            bench.open()
        assert bench.module.uart is None
        bench.module.run(drive_line(CEN, 0, hold_s=600))
        bench.open().close()
        assert not any(isinstance(act, ScriptRest) for _at, act in bench.module.due)


def test_a_build_without_the_driver_is_told_as_such(board, monkeypatch):
    monkeypatch.setattr("plugsmith.lan.bridge_port._LISTENS_S", 0.1)
    with bridged(board, power=Power.RUNNING) as bench:
        monkeypatch.setattr(bench.module, "pass_uart", lambda _baud, _buffer: None)
        with pytest.raises(PortUnsupported, match="UartTCP"):
            bench.open()


def test_a_chip_is_reset_and_read_through_it(board, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    with bridged(board, power=Power.RUNNING) as bench:
        arguments = ["--port", bench.name, "--link-timeout", "60", "--json"]
        out = tmp_path / "part.bin"
        code = main(
            ["read", "--start", "0x11000", "--length", "0x4000", "-o", str(out), *arguments]
        )
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert code == 0, lines[-1]
        assert out.read_bytes() == forged("BK7231T")[0x11000:0x15000]
        heard = re.findall("([0-9]+) baud", json.dumps(lines))
        assert max(map(int, heard)) > 115_200, lines
