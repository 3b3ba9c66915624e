"""A forwarder in front of a simulated device that cuts transfers or changes whom it leads to."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

from plugsmith.lan.host import Host


class Forwarder:
    """Leads to `target`. `cut_upload` / `cut_answer`: path to the bytes after which it breaks.

    `switch` is (path, host): the request of that path is the last one that the old target gets.
    """

    def __init__(
        self,
        target: Host,
        *,
        cut_upload: dict[str, int] | None = None,
        cut_answer: dict[str, int] | None = None,
        switch: tuple[str, Host] | None = None,
        once: bool = True,
        skip: int = 0,
    ) -> None:
        self.target = target
        self.cut_upload = cut_upload or {}
        self.cut_answer = cut_answer or {}
        self.switch = switch
        self.once = once
        self.skip = skip  # so many matching requests go through whole first
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = Host("127.0.0.1", self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _limit(self, limits: dict[str, int], first: bytes) -> int:
        for path, limit in limits.items():
            if b" " + path.encode() in first.split(b"\r\n", 1)[0]:
                if self.skip:
                    self.skip -= 1
                    break
                if self.once:
                    del limits[path]
                return limit
        return 1 << 40

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError), near:
            near.settimeout(60)
            first = near.recv(65536)
            target = self.target
            if self.switch and b" " + self.switch[0].encode() in first.split(b"\r\n", 1)[0]:
                self.target = self.switch[1]
            with socket.create_connection((target.name, target.port), timeout=60) as far:
                up, down = self._limit(self.cut_upload, first), self._limit(self.cut_answer, first)
                far.sendall(first)
                back = threading.Thread(target=_pump, args=(far, near, down), daemon=True)
                back.start()
                sent = len(first)
                while data := near.recv(4096):
                    sent += len(data)
                    if sent > up:
                        for end in (far, near):  # a close alone waits for the other thread's read
                            end.shutdown(socket.SHUT_RDWR)
                        return
                    far.sendall(data)
                with suppress(OSError):
                    far.shutdown(socket.SHUT_WR)
                back.join(60)


def _pump(source: socket.socket, sink: socket.socket, limit: int) -> None:
    done = 0
    with suppress(OSError):
        while done < limit and (data := source.recv(4096)):
            sink.sendall(data[: limit - done])
            done += len(data)
        sink.shutdown(socket.SHUT_RDWR)
