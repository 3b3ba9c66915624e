"""What the tests of the simulated OpenBeken share: raw requests and readable replies."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.sim.obk.net.endpoint import Endpoint

FAST = 0.002  # settle time of endpoints where the gap is not what is tested


@dataclass(frozen=True)
class RawReply:
    """A reply as a patient client sees it."""

    wire: bytes

    @property
    def has_head(self) -> bool:
        return self.wire.startswith(b"HTTP/")

    @property
    def status(self) -> int | None:
        return int(self.wire.split(b" ", 2)[1]) if self.has_head else None

    @property
    def head(self) -> bytes:
        return self._parts()[0]

    @property
    def body(self) -> bytes:
        return self._parts()[1]

    def _parts(self) -> tuple[bytes, bytes]:
        if not self.has_head:
            return b"", self.wire
        for blank in (b"\r\n\r\n", b"\n\n"):
            top, found, rest = self.wire.partition(blank)
            if found:
                return top, rest
        return self.wire, b""

    @property
    def content_type(self) -> str | None:
        for line in self.head.replace(b"\r", b"").split(b"\n"):
            name, _colon, value = line.partition(b": ")
            if name.lower() == b"content-type":
                return value.decode()
        return None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def connect(endpoint: Endpoint) -> socket.socket:
    link = socket.create_connection((endpoint.host, endpoint.port), timeout=60)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def drain(link: socket.socket) -> bytes:
    parts = []
    try:
        while piece := link.recv(65536):
            parts.append(piece)
    except ConnectionError:
        pass
    return b"".join(parts)


def exchange(endpoint: Endpoint, data: bytes) -> RawReply:
    with connect(endpoint) as link:
        link.sendall(data)
        return RawReply(drain(link))


def request(
    endpoint: Endpoint,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> RawReply:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {endpoint.host}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return exchange(endpoint, "\r\n".join([*lines, "", ""]).encode() + (body or b""))


def get(endpoint: Endpoint, target: str, **headers: str) -> RawReply:
    return request(endpoint, "GET", target, headers=headers)


def post(endpoint: Endpoint, target: str, body: bytes | str = b"") -> RawReply:
    return request(endpoint, "POST", target, body.encode() if isinstance(body, str) else body)
