"""Devices that announce themselves: SSDP and mDNS, on loopback only; zeroconf announces."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from contextlib import contextmanager

import pytest

from plugsmith.lan import announced
from plugsmith.lan.announced import MOST, read_ssdp, search_mdns, search_ssdp
from plugsmith.lan.host import Host
from plugsmith.sim.obk.net.server import Endpoint, ObkServer, make_fleet


def ssdp_answer(host: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nSERVER: OpenBk\r\nLOCATION: http://{host}/ssdp.xml\r\n\r\n".encode()


@contextmanager
def talker(answers):
    """Somebody in the network who answers one search with all `answers`; where to search."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(60)

        def answer():
            _search, seeker = sock.recvfrom(2000)
            for item in answers:
                sock.sendto(item, seeker)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield sock.getsockname()
        finally:
            thread.join()


def test_devices_that_answer_a_search_are_found():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ObkServer([Endpoint(one) for one in make_fleet(2)], ssdp_port=port)
    server.start()
    try:
        server.devices[1].run("startDriver SSDP")
        for _again in range(60):  # on a busy machine a second may be too short for an answer
            if found := asyncio.run(search_ssdp(wait_s=1.0, group=("127.0.0.1", port))):
                break
    finally:
        server.stop()
    assert [f"http://{host}" for host in found] == [server.endpoints[1].url]


@pytest.mark.parametrize(
    "answer",
    [b"", b"SERVER: OpenBk", b"SERVER: OpenBk\r\nLOCATION: http://1.2.3.4:99999/ssdp.xml\r\n",
     b"LOCATION: http://1.2.3.4:80/ssdp.xml\r\n"],
)  # fmt: skip
def test_odd_search_answers_are_left_out(answer):
    assert read_ssdp(answer) is None


def test_who_announces_an_address_outside_of_private_networks_is_not_asked():
    told = ["8.8.8.8", "93.184.215.14:80", "10.1.2.3", "999.1.1.1", "1111111111", "10.1.2.3"]
    with talker([ssdp_answer(host) for host in told]) as place:
        found = asyncio.run(search_ssdp(wait_s=1.0, group=place))
    assert found == [Host("10.1.2.3", 80)]


@pytest.mark.parametrize("told", ["127.0.0.1", "0.0.0.0", "127.9.9.9"])
def test_who_announces_this_computer_from_the_network_is_not_asked(told):
    found = {}
    announced._add(found, Host(told, 80), itself=False)
    assert found == {}


def test_a_flood_of_announcements_has_an_end():
    flood = [ssdp_answer(f"10.1.{at >> 8}.{at & 255}") for at in range(2 * MOST)]
    with talker(flood) as place:
        found = asyncio.run(search_ssdp(wait_s=1.0, group=place))
    assert 0 < len(found) <= MOST


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sends to groups on loopback")
def test_mdns_finds_what_zeroconf_announces():
    zeroconf = pytest.importorskip("zeroconf")
    network = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    try:
        for name, address in (("near", "127.0.0.1"), ("far", "8.8.8.8")):
            network.register_service(
                zeroconf.ServiceInfo(
                    "_http._tcp.local.",
                    f"plugsmith-{name}-{os.getpid()}._http._tcp.local.",  # each run its own
                    addresses=[socket.inet_aton(address)],
                    port=8081,
                )
            )
        for _again in range(40):
            if found := search_mdns(wait_s=1.5, interfaces=["127.0.0.1"]):
                break
    finally:
        network.close()
    assert found == [Host("127.0.0.1", 8081)]


def test_mdns_without_a_network_finds_nothing(monkeypatch):
    zeroconf = pytest.importorskip("zeroconf")

    def refused(*_args):
        raise OSError(19, "no such device")

    monkeypatch.setattr(zeroconf, "Zeroconf", refused)
    assert search_mdns() == []


def test_mdns_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "zeroconf", None)  # an import of it fails from now on
    assert search_mdns() is None
