"""Scanning: a whole /24 on loopback aliases, silent addresses, locked devices, safe mode."""

from __future__ import annotations

import asyncio
import socket
import sys
from dataclasses import replace

import pytest
from lan_fleet import PATIENCE, TEMPLATE
from lan_in_process import in_process, lan
from lan_rig import RawDevice, reply, run

from plugsmith.clock import RealClock
from plugsmith.errors import UsageError
from plugsmith.errors.device import NoDevices, NotOpenBeken
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.device.apply import apply
from plugsmith.flows.device.context import LanContext
from plugsmith.flows.device.scan import scan
from plugsmith.flows.device.targets import targets
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan import discover as scan_discover
from plugsmith.lan.discover import hosts_in, look_at
from plugsmith.lan.host import Host
from plugsmith.lan.obk_http import Obk
from plugsmith.library.library import Library
from plugsmith.sim.obk.net.faults import Fault, FaultKind
from plugsmith.sim.obk.net.server import make_fleet, serve_on_addresses
from plugsmith.sim.obk.net.silent_hosts import silent_hosts

LOOPBACK_ALIASES = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8"
)


def free_port() -> int:
    """A port that nobody uses now, most probably on none of the loopback addresses."""
    with socket.create_server(("", 0)) as listener:
        return listener.getsockname()[1]


def context(root) -> LanContext:
    return LanContext(
        clock=RealClock(),
        sink=EventLog(),
        cancel=CancelToken(),
        library=Library(root / "library"),
        consent=lambda _question, _step: None,
        patience=PATIENCE,
        at_once=16,
    )


@LOOPBACK_ALIASES
def test_a_whole_network_is_found(tmp_path):
    """30 devices among 254 addresses."""
    addresses, port = [f"127.0.7.{at}" for at in range(8, 248, 8)], free_port()
    with serve_on_addresses(make_fleet(30), addresses, port=port, settle_s=0.01):
        ctx = context(tmp_path)
        found = scan(ctx, f"127.0.7.0/24:{port}").devices
        assert [item.ip for item in found] == addresses
        assert len({item.mac for item in found}) == 30
        assert {item.chip for item in found} == {"BK7231T"}
        hosts = targets(ctx, f"127.0.7.0/24:{port}")
        assert hosts == [Host(address, port) for address in addresses]


def test_a_whole_network_is_set_up_though_two_devices_fail(tmp_path, monkeypatch):
    """In virtual time: 30 devices that are set up keep a machine busy, and fall behind a clock."""
    with in_process(tmp_path, monkeypatch, lambda clock: make_fleet(30, clock=clock)) as net:
        hosts = net.hosts
        for bad in (3, 17):
            net.endpoints[bad].faults.add(
                Fault(kind=FaultKind.DROP, count=10_000, target="/api/cmnd")
            )
        data = apply(net.ctx, hosts, desired_from(template=TEMPLATE))
        assert (data.devices, data.failed, data.exit_code) == (30, 2, 10)
        failed = {name for name, item in net.items.items() if item.error}
        assert failed == {str(hosts[3]), str(hosts[17])}
        for endpoint in net.endpoints:
            endpoint.faults.clear()
        again = apply(net.ctx, hosts, desired_from(template=TEMPLATE))
        assert (again.failed, again.exit_code) == (0, 0)


@LOOPBACK_ALIASES
def test_silent_addresses_do_not_hold_the_scan_up(tmp_path, monkeypatch):
    """One after the other they would take five minutes."""
    look, now, counts = scan_discover.look_at, [], []

    async def counted(host, **how):
        now.append(host)
        counts.append(len(now))
        try:
            return await look(host, **how)
        finally:
            now.remove(host)

    monkeypatch.setattr(scan_discover, "look_at", counted)
    addresses = [f"127.0.6.{at}" for at in range(1, 31)]
    silent, port = [f"127.0.6.{at}" for at in range(31, 151)], free_port()
    with (
        silent_hosts(silent, port),
        serve_on_addresses(make_fleet(30, speed=40), addresses, port=port, settle_s=0.01),
    ):
        found = scan(context(tmp_path), f"127.0.6.0/24:{port}").devices
        assert len(found) == 30
    assert max(counts) > 100


def test_who_was_missed_because_this_computer_was_held_up_is_asked_again(tmp_path, monkeypatch):
    """Our own stall looks like a host that does not answer; the device is there all the same."""
    with lan(tmp_path) as net:
        look, calls = scan_discover.look_at, []

        async def held_up(host, **how):
            calls.append(host)
            if len(calls) > 1:
                return await look(host, **how)
            await asyncio.sleep(0.2)  # the watch has begun
            net.clock.sleep(1.0)  # the machine does something else
            return None

        monkeypatch.setattr(scan_discover, "look_at", held_up)
        patience = replace(PATIENCE, connect_s=1.3)
        assert len(run(scan_discover.sweep(net.hosts, patience=patience))) == 1
        assert len(calls) == 2


def test_ranges():
    assert len(hosts_in("192.168.1.0/24")) == 254
    assert hosts_in("10.0.0.5-7:81") == [Host(f"10.0.0.{n}", 81) for n in (5, 6, 7)]
    assert hosts_in("plug") == [Host("plug")]
    for wrong in ("10.0.0.0/8", "10.0.0.0/99", "10.0.0.5-999", "10.0.0.300-5"):
        with pytest.raises(UsageError):
            hosts_in(wrong)


def test_lists_of_devices(tmp_path):
    names = tmp_path / "plugs.txt"
    names.write_text("# ours\nplug1\nplug2:81 # kitchen\n\nplug1\n")
    ctx = context(tmp_path)
    assert targets(ctx, f"@{names}") == [Host("plug1"), Host("plug2", 81)]
    assert targets(ctx, "a,b:8080") == [Host("a"), Host("b", 8080)]
    assert targets(ctx, "my-plug") == [Host("my-plug")]
    with pytest.raises(NoDevices):
        targets(ctx, "127.0.0.1-1:1")


def test_a_locked_device_is_named_and_a_locked_router_is_not():
    def locked(realm: str) -> bytes:
        return f'HTTP/1.1 401 OK\nWWW-Authenticate: Basic realm="{realm}"\r\n\r\n'.encode()

    with RawDevice(lambda _request: locked("OpenBeken HTTP Server")) as device:
        assert run(look_at(device.host, patience=PATIENCE)).state == "locked"
    with RawDevice(lambda _request: locked("Router")) as device:
        assert run(look_at(device.host, patience=PATIENCE)) is None


@pytest.mark.parametrize("body", [b"<html>router</html>", b'{"chipset":1}', b"", b"[]", b"\xff"])
def test_other_things_that_answer_are_left_out(body):
    with RawDevice(lambda _request: reply(200, body, "text/html")) as device:
        assert run(look_at(device.host, patience=PATIENCE)) is None


def test_a_device_that_answers_after_three_seconds_is_found(tmp_path):
    with lan(tmp_path) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.DELAY, seconds=3.0, target="/api/info"))
        found = run(look_at(net.hosts[0]))
        assert found is not None
        assert found.state == "ok"


def test_a_device_in_safe_mode_is_named(tmp_path, monkeypatch):
    with in_process(tmp_path, monkeypatch, lambda clock: make_fleet(1, clock=clock)) as net:
        for _cycle in range(6):
            net.device.power_cycle()
        net.clock.sleep(20.0)
        assert run(look_at(net.hosts[0], patience=PATIENCE)).state == "safe-mode"


def test_something_else_at_the_address_is_named():
    with (
        RawDevice(lambda _request: reply(404, b"nothing", "text/plain")) as device,
        pytest.raises(NotOpenBeken),
    ):
        run(Obk(device.host, patience=PATIENCE).info())
