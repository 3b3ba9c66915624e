"""A device on a socket:// port: it says when it starts, and tells the lines that it is sent."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 60.0  # only ever waited for by a test that fails
START = b"V:BK7231S_1.0.5\r\nInfo:MAIN:Main_Init_Before_Delay\r\nInfo:CFG:SSID1 homenet42\r\n"


class TalkingDevice:
    """`heard` are the lines that it was sent, `clients` those who were connected until now."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.clients = 0
        self.gone = threading.Event()  # nobody is connected any more
        self._client: socket.socket | None = None
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> str:
        return f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            self.clients += 1
            self.gone.clear()
            self._client = client
            with client:
                client.settimeout(PATIENCE_S)
                self._talk(client)
            self.gone.set()

    def _talk(self, client: socket.socket) -> None:
        client.sendall(START)
        pending = b""
        try:
            while data := client.recv(256):
                pending += data
                while b"\r\n" in pending:
                    line, pending = pending.split(b"\r\n", 1)
                    self.heard.append(line.decode())
                    command, _blank, given = line.partition(b" ")
                    client.sendall(b"Info:CMD:did " + command + b" args " + given + b"\r\n")
        except OSError:
            return

    def close(self) -> None:
        for waiting in (self._server, self._client):  # wakes who waits for a client or its line
            with suppress(OSError):
                if waiting is not None:
                    waiting.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(PATIENCE_S)


@contextmanager
def talking_device() -> Iterator[TalkingDevice]:
    device = TalkingDevice()
    try:
        yield device
    finally:
        device.close()
