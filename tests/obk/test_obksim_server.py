"""Faults on the way, reachability, and many devices in one process."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from obksim_rig import FAST, connect, drain, get, post

from plugsmith.clock import VirtualClock
from plugsmith.errors.own.sim import SimCannotListen
from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import Phase
from plugsmith.sim.obk.net.endpoint import Endpoint
from plugsmith.sim.obk.net.faults import Fault, FaultKind
from plugsmith.sim.obk.net.server import ObkServer, make_fleet, serve, serve_on_addresses
from plugsmith.sim.obk.net.silent_hosts import silent_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def plug(clock: VirtualClock) -> Iterator[Endpoint]:
    with serve(SimObk(clock=clock), settle_s=FAST) as server:
        yield server.endpoints[0]


def wait_for(endpoint: Endpoint, *, listening: bool) -> None:
    """The server notices within a tick; a loaded machine may need longer."""
    for _attempt in range(6000):
        with socket.socket() as probe:
            if (probe.connect_ex((endpoint.host, endpoint.port)) == 0) is listening:
                return
        time.sleep(0.01)
    raise AssertionError(f"still not {listening=}")


def test_drop_strikes_the_right_request(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.DROP, at=2, count=2))
    assert [get(plug, "/api/info").status for _time in range(4)] == [200, None, None, 200]
    assert len(plug.faults.struck) == 2


def test_drop_happens_before_the_device_acts(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.DROP, target="/api/cmnd"))
    get(plug, "/api/info")  # does not count
    assert post(plug, "/api/cmnd", "setChannel 1 1").wire == b""
    assert plug.device.bank.values[1] == 0


def test_lost_reply_happens_after_it(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.LOSE_REPLY))
    assert post(plug, "/api/cmnd", "setChannel 1 1").wire == b""
    assert plug.device.bank.values[1] == 1


def test_cut_body_ends_cleanly(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.CUT, length=100))
    reply = get(plug, "/api/flash/1e1000-1000")
    assert (reply.status, len(reply.body)) == (200, 100)


def test_deny(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.DENY))
    assert get(plug, "/api/info").status == 401
    assert get(plug, "/api/info").status == 200


def test_delay_keeps_the_reply_back(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.DELAY, seconds=2.0))
    with connect(plug) as link:
        link.sendall(b"GET /api/info HTTP/1.1\r\n\r\n")
        link.settimeout(0.1)
        with pytest.raises(TimeoutError):
            link.recv(1)
        link.settimeout(60)
        assert b"uptime_s" in drain(link)


def test_silent_keeps_the_connection_open(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.SILENT))
    with connect(plug) as link:
        link.sendall(b"GET /api/info HTTP/1.1\r\n\r\n")
        link.settimeout(0.3)
        with pytest.raises(TimeoutError):
            link.recv(1)


def test_vanished_device_refuses_and_comes_back_with_power(plug: Endpoint) -> None:
    plug.faults.add(Fault(kind=FaultKind.VANISH, at=2))
    assert post(plug, "/api/cmnd", "ShortName unsaved").status == 200
    assert post(plug, "/api/cmnd", "POWER ON").wire == b""
    wait_for(plug, listening=False)
    plug.device.power_on()
    plug.device._clock.sleep(6)  # type: ignore[attr-defined]
    wait_for(plug, listening=True)
    assert plug.device.block.text(Text.SHORT_NAME) != "unsaved"


def test_refused_address_is_only_the_network(plug: Endpoint) -> None:
    plug.refused = True
    wait_for(plug, listening=False)
    plug.refused = False
    wait_for(plug, listening=True)
    assert plug.device.resets == 1


def test_a_device_that_restarts_answers_nobody_before_it_is_back(
    plug: Endpoint, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the server has not looked since, as on a busy machine."""
    assert get(plug, "/api/info").status == 200

    async def later() -> None:
        """The next look does not come yet."""

    monkeypatch.setattr(plug, "refresh", later)
    assert post(plug, "/api/reboot").status == 200
    clock.sleep(3.2)
    assert get(plug, "/api/info").wire == b""
    clock.sleep(6)
    assert get(plug, "/api/info").status == 200


def test_reboot_closes_and_reopens_the_same_address(plug: Endpoint, clock: VirtualClock) -> None:
    before = plug.port
    assert post(plug, "/api/reboot").body == b'{"reboot":3}'
    clock.sleep(3.2)
    wait_for(plug, listening=False)
    clock.sleep(6)
    wait_for(plug, listening=True)
    assert plug.port == before
    assert plug.device.resets == 2


def test_an_upload_that_dies_hangs_the_device(plug: Endpoint) -> None:
    with connect(plug) as link:
        link.sendall(b"POST /api/ota HTTP/1.1\r\nContent-Length: 9000\r\n\r\n" + b"x" * 2000)
        link.shutdown(socket.SHUT_WR)
        assert drain(link) == b""
    assert plug.device.phase is Phase.STUCK
    with connect(plug) as link:
        link.sendall(b"GET /index HTTP/1.1\r\n\r\n")
        link.settimeout(0.2)
        with pytest.raises(TimeoutError):
            link.recv(1)
    plug.device.power_cycle()
    plug.device._clock.sleep(6)  # type: ignore[attr-defined]
    wait_for(plug, listening=True)
    assert get(plug, "/index").status == 200


def test_ordinary_http_clients_trip_over_the_negative_status(plug: Endpoint) -> None:
    """The quirk is real: Python's own client cannot read it."""
    client = http.client.HTTPConnection(plug.host, plug.port, timeout=60)
    client.request("GET", "/api/flash/zz")
    with pytest.raises(http.client.BadStatusLine):
        client.getresponse()
    client.close()


def test_taken_address_is_an_error_of_ours() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = ObkServer([Endpoint(SimObk(), port=taken.getsockname()[1])])
        with pytest.raises(SimCannotListen):
            server.start()


def test_speed_lets_a_restart_pass_quickly() -> None:
    with serve(SimObk(speed=50), settle_s=FAST) as server:
        plug = server.endpoints[0]
        post(plug, "/api/cmnd", "SSID1 Home")
        post(plug, "/api/reboot")
        for _attempt in range(6000):
            if plug.device.resets == 2 and plug.device.reachable:
                break
            time.sleep(0.01)
        wait_for(plug, listening=True)
        assert get(plug, "/api/info").status == 200


def test_thirty_devices_answer_at_once(free_loopback: int) -> None:
    addresses = [f"127.0.0.{10 + at}" for at in range(30)]
    answers: dict[str, str] = {}
    with serve_on_addresses(
        make_fleet(30, clock=VirtualClock()), addresses, port=free_loopback, settle_s=FAST
    ) as server:
        threads = [
            threading.Thread(
                target=lambda one=endpoint: answers.__setitem__(
                    one.host, get(one, "/api/info").text
                )
            )
            for endpoint in server.endpoints
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(answers.values())) == 30
    assert all("1.18.299" in text for text in answers.values())


def test_silent_hosts_swallow_connections(free_loopback: int) -> None:
    with silent_hosts(["127.0.0.77"], free_loopback), socket.socket() as link:
        link.settimeout(0.4)
        with pytest.raises(TimeoutError):
            link.connect(("127.0.0.77", free_loopback))


def test_searches_are_answered_while_the_driver_runs() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as seeker:
        seeker.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = ObkServer([Endpoint(one) for one in make_fleet(3)], ssdp_port=port)
        server.start()
        try:
            for device in server.devices[:2]:
                device.run("startDriver SSDP")
            seeker.settimeout(10)
            seeker.sendto(b"M-SEARCH * HTTP/1.1\r\nST: anything\r\n\r\n", ("127.0.0.1", port))
            answers = {seeker.recv(2000).split(b"LOCATION: ")[1].split(b"\r")[0] for _at in "ab"}
            wanted = {f"{endpoint.url}/ssdp.xml".encode() for endpoint in server.endpoints[:2]}
            assert answers == wanted
        finally:
            server.stop()


@pytest.fixture
def free_loopback() -> int:
    """A port that is free on the loopback net; Linux only has the whole net."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.77", 0))
        except OSError:
            pytest.skip("this system has no 127.0.0.x aliases")
        port: int = probe.getsockname()[1]
        return port
