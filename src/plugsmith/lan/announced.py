"""Devices that announce themselves: SSDP, and mDNS where the extra is installed.

Anybody in the network can announce anything, and what is announced is asked, with the password of
the devices where one is given. So an address outside of private networks is left out, and this
computer itself unless it was asked itself; so is what comes after `MOST`.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.lan.host import DEFAULT_PORT, Host, parse_host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zeroconf import Zeroconf

MOST = 512  # of one kind of announcement; the largest network that `device scan` takes has 4096
SSDP_GROUP = ("239.255.255.250", 1900)
_SEARCH = (
    b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
    b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'
)
_LOCATION = re.compile(
    rb"(?im)^LOCATION:[ \t]*http://([0-9.]{7,15})(?::(\d{1,5}))?/ssdp\.xml[ \t]*\r?$"
)


def read_ssdp(answer: bytes) -> Host | None:
    """The host in an answer to a search, if it is OpenBeken's."""
    if b"OpenBk" not in answer[:2048]:
        return None
    match = _LOCATION.search(answer[:2048])
    if match is None:
        return None
    try:
        return parse_host(f"{match[1].decode()}:{(match[2] or b'80').decode()}")
    except UsageError:
        return None


async def search_ssdp(*, wait_s: float = 1.5, group: tuple[str, int] = SSDP_GROUP) -> list[Host]:
    """Hosts whose SSDP driver answers a search; an empty list where the network forbids it."""
    loop = asyncio.get_running_loop()
    answers: dict[Host, None] = {}
    itself = _is_itself(group[0])

    class _Listener(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            del addr
            host = read_ssdp(data)
            if host is not None:
                _add(answers, host, itself=itself)

    try:
        transport, _protocol = await loop.create_datagram_endpoint(
            _Listener,
            local_addr=("0.0.0.0", 0),  # noqa: S104 - answers come from any device
        )
    except OSError:
        return []
    try:
        with suppress(OSError):
            transport.sendto(_SEARCH, group)
            await asyncio.sleep(wait_s)
    finally:
        transport.close()
    return list(answers)


def search_mdns(
    *, wait_s: float = 2.0, interfaces: Sequence[str] | None = None
) -> list[Host] | None:
    """Hosts that announce `_http._tcp` by mDNS; None where the extra `mdns` is not installed.

    `interfaces`: own addresses to ask from, all by default. An empty list where none can be asked.
    """
    try:
        from zeroconf import (  # noqa: PLC0415 - an optional extra
            InterfaceChoice,
            ServiceBrowser,
            ServiceStateChange,
            Zeroconf,
        )
    except ImportError:
        return None
    import time  # noqa: PLC0415 - only this waiting needs it

    found: dict[Host, None] = {}
    itself = any(map(_is_itself, interfaces or ()))

    def heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: object) -> None:
        if state_change is ServiceStateChange.Removed or len(found) >= MOST:
            return  # a device that leaves, or one more question that the end would wait for
        record = zeroconf.get_service_info(service_type, name, timeout=1000)
        if record is not None:
            for address in record.parsed_addresses():
                _add(found, Host(address, record.port or DEFAULT_PORT), itself=itself)

    try:
        network = Zeroconf(list(interfaces) if interfaces else InterfaceChoice.All)
    except OSError:
        return []
    try:
        ServiceBrowser(network, "_http._tcp.local.", handlers=[heard])
        time.sleep(wait_s)
    finally:
        network.close()
    return list(found)


def _add(found: dict[Host, None], host: Host, *, itself: bool) -> None:
    with suppress(ValueError):  # a name, or IPv6, which OpenBeken does not speak
        near = IPv4Address(host.name).is_private and (itself or not _is_itself(host.name))
        if near and len(found) < MOST:
            found[host] = None


def _is_itself(address: str) -> bool:
    told = IPv4Address(address)
    return told.is_loopback or told.is_unspecified
