"""A raw-socket device for tests: answers with given bytes, reads once, in its own thread.

Written from openbeken.md section 1: no Content-Length, bodies end when the connection closes, a
request is read once and what comes later is lost.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

from plugsmith.lan.host import Host
from plugsmith.lan.http import HttpTimeouts

T = TypeVar("T")
Answer = Callable[[bytes], bytes]

# What a test waits for on purpose is short; what only ends a test that hangs is long, because a
# busy machine may stop everything for seconds. A test that runs into a limit sets that limit.
QUICK = HttpTimeouts(
    connect_s=30.0,
    answer_s=30.0,
    whole_s=60.0,
    upload_s=60.0,
    tries=2,
    pause_s=0.01,
    restart_s=0.05,
    boot_s=60.0,
    poll_s=0.03,
    settle_s=0.01,
    window_s=0.01,
)


def reply(status: object, body: bytes, kind: str | None = "application/json") -> bytes:
    """An answer framed as the real server does: LF after the status line, CRLF elsewhere."""
    head = f"HTTP/1.1 {status} OK\n"
    if kind is not None:
        head += f"Content-type: {kind}\r\n"
    head += "Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class RawDevice:
    """Listens on a loopback port; `answer` turns the request bytes into the bytes to send."""

    def __init__(self, answer: Answer, *, address: str = "127.0.0.1", port: int = 0) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self._socket = socket.create_server((address, port))
        self._socket.settimeout(0.05)
        self.host = Host(address, self._socket.getsockname()[1])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        self._thread.join(60)
        self._socket.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _peer = self._socket.accept()
            except TimeoutError:
                continue
            with connection:
                try:
                    self._serve(connection)
                except OSError:
                    continue

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(60)
        request = connection.recv(1 << 16)
        request += _rest_of_upload(connection, request)
        self.requests.append(request)
        data = self.answer(request)
        if data is not None:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            end = time.monotonic() + 0.5
            while time.monotonic() < end and connection.recv(4096):
                pass


def _rest_of_upload(connection: socket.socket, request: bytes) -> bytes:
    """The rest of a body that the firmware reads to its Content-Length (files and updates)."""
    line = request.split(b"\r\n", 1)[0]
    if not any(
        word in line for word in (b"/api/lfs/", b"/api/ota", b"/api/fsblock", b"/api/flash")
    ):
        return b""
    head, _blank, body = request.partition(b"\r\n\r\n")
    wanted = 0
    for item in head.split(b"\r\n"):
        if item.lower().startswith(b"content-length:"):
            wanted = int(item.split(b":")[1])
    rest = b""
    while len(body) + len(rest) < wanted:
        piece = connection.recv(1 << 16)
        if not piece:
            break
        rest += piece
    return rest


def run(work: Awaitable[T]) -> T:
    """Run a coroutine."""

    async def main() -> T:
        return await work

    return asyncio.run(main())
