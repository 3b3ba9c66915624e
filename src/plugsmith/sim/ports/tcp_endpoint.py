"""A TCP port as the chip's serial port: raw and RFC 2217 clients on the same number."""

from __future__ import annotations

import contextlib
import select
import socket

from plugsmith.errors.own.sim import SimSetup
from plugsmith.messages import _
from plugsmith.sim.ports.endpoint import HostAct
from plugsmith.sim.ports.telnet import TelnetSession, escape, looks_like_telnet
from plugsmith.system_words import system_words

_START_BAUD = 115_200
_CHUNK = 65536
_SEND_PATIENCE_S = 1.0


class TcpEndpoint:
    """Listens on `host`:`port` (0: any free one).

    `raw_baud` is the fixed rate of raw clients; None: it follows whatever the chip's is.
    """

    def __init__(self, host: str, port: int, *, raw_baud: int | None = None) -> None:
        self._host = host
        self.raw_baud = raw_baud
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._telnet: TelnetSession | None = None
        self._undecided = b""
        self._decided = False
        self._port = port
        self.sessions = 0
        self.reappear()

    @property
    def address(self) -> str:
        """The address for raw clients; the same host and port serve RFC 2217."""
        return f"socket://{self._host}:{self._port}"

    @property
    def number(self) -> int:
        """The TCP port."""
        return self._port

    @property
    def listening(self) -> bool:
        """Whether clients are taken."""
        return self._listener is not None

    @property
    def connected(self) -> bool:
        """Whether a client is connected."""
        return self._client is not None

    @property
    def baud(self) -> int | None:
        """The rate an RFC 2217 client asked for, or the fixed rate of raw clients."""
        return self._telnet.baud if self._telnet is not None else self.raw_baud

    def wait(self, timeout_s: float) -> None:
        """Sleep until a socket has something for us."""
        waiting = [sock for sock in (self._listener, self._client) if sock is not None]
        select.select(waiting, [], [], max(0.0, timeout_s))

    def poll(self, *, device_rate: float) -> list[HostAct]:
        """Accept, read, decode."""
        del device_rate
        self._accept()
        if self._client is None or not select.select([self._client], [], [], 0)[0]:
            return []
        try:
            data = self._client.recv(_CHUNK)
            _acknowledge_now(self._client)
        except OSError:
            data = b""
        if not data:
            self._drop_client()
            return []
        return self._decode(data)

    def _accept(self) -> None:
        if self._listener is None or not select.select([self._listener], [], [], 0)[0]:
            return
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return
        if self._client is not None and not _gone(self._client):
            sock.close()  # one client at a time, as with a real port
            return
        self._drop_client()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client, self._telnet = sock, None
        self._undecided, self._decided = b"", False
        self.sessions += 1

    def _decode(self, data: bytes) -> list[HostAct]:
        if not self._decided:
            data = self._undecided + data
            telnet = looks_like_telnet(data)
            if telnet is None:
                self._undecided = data
                return []
            self._decided = True
            self._telnet = TelnetSession(baud=_START_BAUD) if telnet else None
        if self._telnet is None:
            return [HostAct(data=data, baud=self.raw_baud)]
        acts = [
            HostAct(data=e.data, baud=e.baud, rts=e.rts, dtr=e.dtr, purge=e.purge)
            for e in self._telnet.feed(data)
        ]
        replies = bytes(self._telnet.replies)
        self._telnet.replies.clear()
        self._send_raw(replies)
        return acts

    def send(self, data: bytes) -> None:
        """Bytes to the client."""
        self._send_raw(escape(data) if self._telnet is not None else data)

    def _send_raw(self, data: bytes) -> None:
        if self._client is None or not data:
            return
        try:
            self._client.settimeout(_SEND_PATIENCE_S)
            self._client.sendall(data)
        except TimeoutError:
            return  # nobody reads: lost, as in a real receive buffer
        except OSError:
            self._drop_client()

    def vanish(self) -> None:
        """Drop the client and stop listening."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._drop_client()

    def reappear(self) -> None:
        """Listen again, on the same number."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host.strip("[]"), self._port))
            listener.listen(4)
        except (OSError, OverflowError) as problem:
            listener.close()
            raise SimSetup(
                problem=_(
                    "it cannot listen on {host}:{port} ({why})",
                    host=self._host,
                    port=self._port,
                    why=system_words(problem),
                ),
                known=_("a free port of this machine, 0 for any"),
            ) from problem
        self._port = int(listener.getsockname()[1])
        self._listener = listener

    def close(self) -> None:
        """Close everything."""
        self.vanish()

    def _drop_client(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.close()
        self._client = None
        self._telnet = None


def _acknowledge_now(sock: socket.socket) -> None:
    """Avoid the 40 ms of a delayed acknowledgement, during which a client may hold bytes back."""
    if hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _gone(sock: socket.socket) -> bool:
    """Whether the other side has closed already."""
    try:
        return bool(select.select([sock], [], [], 0)[0]) and not sock.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
