"""Answers SSDP searches for every device whose SSDP driver runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, cast

from plugsmith.sim.obk.web.ssdp import search_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.sim.obk.device import SimObk

GROUP = "239.255.255.250"
PORT = 1900


class SsdpResponder(asyncio.DatagramProtocol):
    """Any M-SEARCH is answered, whatever it searches for."""

    def __init__(self, devices: Sequence[SimObk]) -> None:
        self._devices = devices
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One search: one answer of each device."""
        if not data.startswith(b"M-SEARCH") or self._transport is None:
            return
        for device in self._devices:
            if "SSDP" in device.drivers and device.reachable:
                self._transport.sendto(search_answer(device), addr)


async def open_ssdp(devices: Sequence[SimObk], port: int) -> asyncio.BaseTransport:
    """Listen on `port`, in the group on the loopback interface where the system lets us."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", port))
        member = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        sock.setblocking(False)  # noqa: FBT003 - the library's signature
    except OSError:
        sock.close()
        raise
    loop = asyncio.get_running_loop()
    transport, _protocol = await loop.create_datagram_endpoint(
        lambda: SsdpResponder(devices), sock=sock
    )
    return transport
