"""A pytest plugin: no test leaves this computer, or waits for an address that nobody has.

Connections elsewhere fail at once, as on a computer without a network; names are not looked up.
Children of a test are not held.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from functools import cache
from typing import Any

_HERE = {"", "localhost", "localhost.localdomain", socket.gethostname(), None}


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in _HERE:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _is_group_on_loopback(sock: socket.socket, host: str) -> bool:
    """What is sent to a multicast group leaves through the interface that the socket was given."""
    if sock.family != socket.AF_INET or not ipaddress.ip_address(host).is_multicast:
        return False
    through = sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
    return ipaddress.ip_address(through).is_loopback


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        sock, address = arguments[:2]  # None: to whom it is connected
        if (
            address is not None
            and sock.family in {socket.AF_INET, socket.AF_INET6}
            and not _is_here(address[0])
            and not _is_group_on_loopback(sock, address[0])
        ):
            raise OSError(errno.ENETUNREACH, "no test leaves this computer")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not _is_here(arguments[0]):
        try:
            ipaddress.ip_address(str(arguments[0]))
        except ValueError:
            raise socket.gaierror(socket.EAI_NONAME, "no test asks a name server") from None


@cache
def _hold() -> None:
    sys.addaudithook(_refuse)


def pytest_configure() -> None:
    """From now on, for as long as the process lives: an audit hook cannot be taken away."""
    _hold()
