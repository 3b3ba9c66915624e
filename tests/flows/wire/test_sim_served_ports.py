"""The served chip on real time through real ports: pty, raw TCP, RFC 2217."""

from __future__ import annotations

import os
import threading

import pytest

from plugsmith.clock import RealClock
from plugsmith.errors.port import PortError
from plugsmith.forge.flash import forge_flash
from plugsmith.link.ports import open_port
from plugsmith.sim.chip.board import BoardRequest, build_board
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint
from plugsmith.sim.ports.serve import Power, SimServer
from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint
from plugsmith.sim.timing import SERVED

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")

LONGEST_S = 60.0  # only a failing test waits for it
LINK_CHECK = bytes.fromhex("01e0fc0100")
LINKED = bytes.fromhex("040e0501e0fc0100")
SET_BAUD = bytes.fromhex("01e0fc060f00100e0014")
READ = bytes.fromhex("01e0fcfff405000900200100")
REBOOT = bytes.fromhex("01e0fc020ea5")
FLASH = forge_flash(chip="BK7231T")


class Service:
    """A board served from a thread."""

    def __init__(self, port, *, faults=(), **options):
        request = BoardRequest(chip="bk7231t", patience=SERVED, faults=faults)
        self.board = build_board(request, now=RealClock().monotonic(), content=FLASH)
        self.port, self.log = port, PtyEndpoint()
        self.server = SimServer(self.board, RealClock(), port=port, log_port=self.log, **options)
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self.server.run, args=(self._stop.is_set,))
        self.thread.start()

    def stop(self):
        self._stop.set()
        self.thread.join(LONGEST_S)
        self.port.close()
        self.log.close()
        assert not self.thread.is_alive()


@pytest.fixture(params=["pty", "socket", "rfc2217"])
def served(request):
    port = PtyEndpoint() if request.param == "pty" else TcpEndpoint("127.0.0.1", 0)
    service = Service(port)
    service.address = port.address.replace("socket", request.param)
    service.kind = request.param
    yield service
    service.stop()


def until(happened):
    """Wait for what another thread does, however late it gets its turn."""
    clock = RealClock()
    end = clock.monotonic() + LONGEST_S
    while not happened():
        assert clock.monotonic() < end
        clock.sleep(0.02)


def link(port):
    clock = RealClock()
    end = clock.monotonic() + LONGEST_S
    heard = b""
    while LINKED not in heard:
        assert clock.monotonic() < end, heard[-40:]
        port.write(LINK_CHECK)
        heard += port.read(64, 0.05)
    while port.read(64, 0.05):
        pass


def exchange(port, request, length, seconds=LONGEST_S):
    port.write(request)
    clock = RealClock()
    end = clock.monotonic() + seconds
    heard = b""
    while len(heard) < length and clock.monotonic() < end:
        heard += port.read(length - len(heard), 0.1)
    return heard


def read_until_lost(client):
    for _ in range(2000):
        exchange(client, READ, 4111, 1.0)


def test_sessions_one_after_the_other_at_a_raised_speed(served):
    for _ in range(2):
        port = open_port(served.address, clock=RealClock(), remote_baud_follows=True)
        try:
            link(port)
            port.write(SET_BAUD)
            port.drain()
            port.set_baud(921_600)
            assert exchange(port, b"", 12) == bytes.fromhex("040e0901e0fc0f00100e0014")
            reply = exchange(port, READ, 4111)
            assert reply[15:] == FLASH[0x1_2000:0x1_3000]
        finally:
            port.close()
        until(lambda: not served.port.connected)  # or the next one is taken for the same client
    assert served.port.sessions == 2


def test_a_wrong_rate_is_garbled_where_the_rate_is_known(served):
    if served.kind == "socket":
        pytest.skip("nobody knows the rate of a raw client")
    port = open_port(served.address, clock=RealClock())
    try:
        link(port)
        port.set_baud(460_800)
        until(lambda: LINKED not in exchange(port, LINK_CHECK * 3, 24, 0.3))
        port.set_baud(115_200)
        port.write(b"\0" * 8)
        link(port)
    finally:
        port.close()


def test_boot_text_reaches_the_second_port(served):
    port = open_port(served.address, clock=RealClock())
    log = open_port(served.log.address, clock=RealClock())
    try:
        link(port)
        port.write(REBOOT)
        text, end = b"", RealClock().monotonic() + LONGEST_S
        while b"sdk started" not in text and RealClock().monotonic() < end:
            text += log.read(256, 0.2)
        assert b"J 0x10000" in text
        assert b"sdk started" in text
    finally:
        log.close()
        port.close()


@pytest.mark.parametrize("kind", ["pty", "socket"])
def test_a_port_that_vanishes_is_lost_and_comes_back(kind, tmp_path):
    port = PtyEndpoint(link=tmp_path / "port") if kind == "pty" else TcpEndpoint("127.0.0.1", 0)
    service = Service(port, faults=("vanish",))
    clock = RealClock()
    try:
        client = open_port(port.address, clock=clock)
        link(client)
        with pytest.raises(PortError):
            read_until_lost(client)
        client.close()
        end = clock.monotonic() + LONGEST_S
        while True:
            try:
                client = open_port(port.address, clock=clock)
                break
            except PortError:
                assert clock.monotonic() < end
                clock.sleep(0.1)
        link(client)
        client.close()
    finally:
        service.stop()


def test_a_pty_that_vanishes_takes_its_path_along(tmp_path):
    """A freed number is given to the next pty of this computer, whosever it is."""
    port = PtyEndpoint(link=tmp_path / "port")
    port.vanish()
    assert not os.path.lexists(port.address)
    port.reappear()
    assert (tmp_path / "port").exists()
    port.close()
    assert not os.path.lexists(port.address)


def test_power_is_kept_on_request():
    port = PtyEndpoint()
    service = Service(port, power=Power.KEPT)
    try:
        for _ in range(2):
            client = open_port(port.address, clock=RealClock())
            link(client)
            client.close()
            until(lambda: not port.connected)
        assert service.board.chip.resets >= 1
        assert service.port.sessions == 2
    finally:
        service.stop()
