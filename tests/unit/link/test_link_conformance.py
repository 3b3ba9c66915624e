"""One suite for every kind of port: local, socket, RFC 2217, in-process simulator, traced."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from boot_rig import forged
from bridge_rig import bridged
from link_servers import echo_pty, served

from plugsmith.boot.linking import LinkPolicy, link
from plugsmith.clock import Clock, RealClock, VirtualClock
from plugsmith.errors.port import PortLost, PortUnsupported
from plugsmith.events import CancelToken, EventLog
from plugsmith.link.ports import open_port
from plugsmith.link.trace import TracingPort
from plugsmith.sim.chip.board import BoardRequest
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint
from plugsmith.sim.ports.serve import Power
from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint
from plugsmith.sim.ports.url import open_sim_port
from plugsmith.sim.timing import SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from plugsmith.link.port import Port

pytestmark = [
    pytest.mark.slow,  # real ports have real pauses
    pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals"),
]
LINK_CHECK = bytes.fromhex("01e0fc0100")
ANSWER = bytes.fromhex("040e0501e0fc0100")
KINDS = ("pty", "socket", "rfc2217", "sim", "traced", "bridge")


@dataclass
class Line:
    """An open port with a chip behind it."""

    port: Port
    clock: Clock
    kind: str
    again: Callable[[], Port]


@pytest.fixture(params=KINDS)
def line(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Line]:
    flash = tmp_path / "flash.bin"
    flash.write_bytes(forged("BK7231T"))
    kind = request.param
    board = BoardRequest(chip="bk7231t", flash=flash, patience=SERVED, keep=True)
    if kind in {"sim", "traced"}:
        clock: Clock = VirtualClock()
        url = f"sim://bk7231t?flash={flash}&keep=1"

        def open_it() -> Port:
            port = open_sim_port(url, clock)
            return TracingPort(port, io.StringIO(), clock=clock) if kind == "traced" else port

        port = open_it()
        yield Line(port, clock, kind, open_it)
        port.close()
        return
    if kind == "bridge":
        monkeypatch.setattr("plugsmith.lan.bridge_port._LISTENS_S", 60.0)
        with bridged(board, power=Power.KEPT) as bench:
            port = bench.open()
            yield Line(port, RealClock(), kind, bench.open)
            port.close()
        return
    endpoint = PtyEndpoint() if kind == "pty" else TcpEndpoint("127.0.0.1", 0)
    with served(board, endpoint) as address:
        name = address.replace("socket://", "rfc2217://") if kind == "rfc2217" else address
        clock = RealClock()
        port = open_port(name, clock=clock)
        yield Line(port, clock, kind, lambda: open_port(name, clock=clock))
        port.close()


def _hear(line: Line, length: int) -> bytes:
    heard = b""
    end = line.clock.monotonic() + 60  # only a failing test waits for it
    while len(heard) < length and line.clock.monotonic() < end:
        heard += line.port.read(length - len(heard), 0.2)
    return heard


def _linked(line: Line) -> None:
    link(
        line.port,
        policy=LinkPolicy(timeout_s=60),
        clock=line.clock,
        sink=EventLog(),
        cancel=CancelToken(),
    ).close()


def test_who_it_is(line: Line) -> None:
    assert line.port.info.name
    assert line.port.baud == 115_200


def test_silence_gives_nothing_in_time(line: Line) -> None:
    begin = line.clock.monotonic()
    assert line.port.read(100, 0.05) == b""
    assert line.clock.monotonic() - begin >= 0.045
    assert line.port.read(100, 0.0) == b""
    assert line.port.read(100, -1.0) == b""


def test_bytes_go_out_and_come_in_with_a_limit(line: Line) -> None:
    _linked(line)
    line.port.discard_input()
    line.port.write(LINK_CHECK)
    line.port.drain()
    assert _hear(line, 3) == ANSWER[:3]
    assert _hear(line, 5) == ANSWER[3:]


def test_discarded_input_is_gone(line: Line) -> None:
    _linked(line)
    line.port.discard_input()
    line.port.write(LINK_CHECK)
    line.clock.sleep(0.2)
    line.port.discard_input()
    assert line.port.read(100, 0.05) == b""


def test_capabilities_do_not_pretend(line: Line) -> None:
    can = line.port.capabilities
    assert can.local is (line.kind in {"pty", "sim", "traced"})
    assert can.speed_changes is (line.kind != "socket")
    assert can.modem_lines is (line.kind in {"rfc2217", "sim", "traced", "bridge"})


def test_modem_lines_never_fail(line: Line) -> None:
    line.port.set_lines(rts=True, dtr=True)
    line.port.set_lines(rts=False)
    line.port.set_lines(dtr=False)
    line.port.set_lines()
    assert line.port.capabilities  # and it is still open


def test_speed_changes_work_or_are_refused(line: Line) -> None:
    if not line.port.capabilities.speed_changes:
        with pytest.raises(PortUnsupported):
            line.port.set_baud(921_600)
    possible = (921_600, 1_300_000) if line.port.capabilities.speed_changes else ()
    for baud in (*possible, 115_200):
        if baud != line.port.baud:
            line.port.set_baud(baud)
        assert line.port.baud == baud


def test_a_closed_port_is_lost(line: Line) -> None:
    line.port.close()
    line.port.close()
    with pytest.raises(PortLost):
        line.port.read(10, 0.1)


def test_a_port_can_be_opened_again(line: Line) -> None:
    line.port.close()
    again = line.again()
    assert again.baud == 115_200
    again.close()


def test_a_remote_port_may_be_told_that_its_speed_follows() -> None:
    with served(BoardRequest(chip="bk7231t"), TcpEndpoint("127.0.0.1", 0)) as address:
        port = open_port(address, clock=RealClock(), remote_baud_follows=True)
        port.set_baud(921_600)
        assert port.baud == 921_600
        port.close()


def test_a_far_end_that_hangs_up_is_a_lost_port() -> None:
    with served(BoardRequest(chip="bk7231t"), TcpEndpoint("127.0.0.1", 0)) as address:
        port = open_port(address, clock=RealClock())

    def use() -> None:
        for _try in range(50):
            port.write(b"x")
            port.read(1, 0.1)

    with pytest.raises(PortLost):
        use()
    port.close()


def test_a_lost_port_can_come_back() -> None:
    with echo_pty(lambda data: data) as name:
        port = open_port(name, clock=RealClock())
        port.write(b"abc")
        assert port.read(3, 2.0)
        port.close()
        assert port.reopen(1.0)  # type: ignore[attr-defined]
        port.write(b"def")
        assert port.read(3, 2.0)
        port.close()


def test_a_trace_holds_no_content() -> None:
    stream = io.StringIO()
    secret = b"my wifi password and more of the like"
    with echo_pty(lambda data: data) as name:
        port = TracingPort(open_port(name, clock=RealClock()), stream, clock=RealClock())
        for piece in (LINK_CHECK, secret, LINK_CHECK[:3] + b"\xff\xf4\x05\x10\x07" + secret):
            port.write(piece)
            heard = b""
            while len(heard) < len(piece):
                heard += port.read(100, 1.0)
        port.write(bytes.fromhex("040e0c01e0fc037800800093010000"))
        port.set_lines(rts=True)
        port.set_baud(230_400)
        port.discard_input()
        assert port.reopen(0.5)
        port.close()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines[0]["event"] == "open"
    assert LINK_CHECK.hex() in stream.getvalue()
    assert "9301" not in stream.getvalue()
    for length in range(4, 12):
        for at in range(len(secret) - length):
            assert secret[at : at + length].hex() not in stream.getvalue()
    assert {"tx", "rx", "lines", "baud", "discard", "reopen", "close"} <= {
        line["event"] for line in lines
    }
