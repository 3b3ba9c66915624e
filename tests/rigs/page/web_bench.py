"""The static edition on loopback, with a simulated chip behind a `navigator.serial` of our own.

A small server gives out `dist/web` and puts `fake_serial.js` in front of the page's scripts; a
WebSocket (RFC 6455, binary) is one opening of the port. The adapter can be pulled out.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import mimetypes
import socket
import struct
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import plugsmith
from plugsmith.api.session import Session
from plugsmith.api.verb import told
from plugsmith.clock import RealClock
from plugsmith.errors import PlugsmithError
from plugsmith.link.ports import register_scheme
from plugsmith.sim.chip.board import BoardRequest, build_board
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.timing import SERVED, WaitTimes

ROOT = Path(__file__).parents[3]
EDITION = ROOT / "dist" / "web"
FAKE = Path(__file__).parent / "fake_serial.js"
DRIVE = Path(__file__).parent / "drive_page.js"
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Bench:
    """The desk: one chip, one adapter. `reopen_s`: how long an opening takes.

    Each desk has an adapter of its own kind: what the page remembers of one is not of the next.
    """

    _kinds = itertools.count(0x7523)

    def __init__(
        self,
        content: bytes,
        *,
        chip: str = "bk7231t",
        paced: bool = False,
        reopen_s: float = 0.0,
        wired_cen: bool = False,
        waits: WaitTimes = SERVED,
    ) -> None:
        self.clock = RealClock()
        self.usb = (0x1A86, next(self._kinds))
        self.reopen_s = reopen_s
        self.wired_cen = wired_cen
        self.plugged = True
        self.openings: list[int] = []
        self.sent = 0
        self.lock = threading.RLock()
        wish = BoardRequest(
            chip=chip,
            paced=paced,
            latency_s=0.001 if paced else None,
            speed=1.0 if paced else 0.0,
            patience=waits,
            held=True,
        )
        self.chip = build_board(wish, now=self.clock.monotonic(), content=content).chip
        self.sockets: set[socket.socket] = set()
        self.pull_after: int | None = None  # bytes sent to the page
        self.slow_after: int | None = None  # the same: what follows comes in small, late pieces
        self.back_after_s = 0.5

    @property
    def port(self) -> str:
        """What the page calls the adapter."""
        return f"webserial://{self.usb[0]:04x}:{self.usb[1]:04x}/1"

    @property
    def flash(self) -> bytes:
        return bytes(self.chip.nor.content)

    def natively(self, verb_name: str, request: dict, **session: Any) -> dict:
        """The same job by this computer's Python, without a browser: the data of its result."""
        register_scheme("bench", lambda name, _clock: SimPort(self.chip, self.clock, name=name))
        verb = plugsmith.verb(verb_name)
        given = verb.request_type(**(request | {"port": "bench://1"}))
        return told(given, verb.run(Session(assume_yes=True, **session), given))

    def pull(self) -> None:
        """The adapter out of the computer; back after `back_after_s`."""
        self.plugged = False
        for one in list(self.sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        threading.Timer(self.back_after_s, self._back).start()

    def _back(self) -> None:
        self.plugged = True

    def serve(self, line: socket.socket, baud: int) -> None:
        """One opening, until the page closes it."""
        time.sleep(self.reopen_s if self.openings else 0.0)
        self.openings.append(baud)
        with self.lock:
            port = SimPort(self.chip, self.clock, name="bench", lines="rts", baud=baud)
            if self.wired_cen and len(self.openings) > 1:
                self.chip.press_reset(now=self.clock.monotonic())
        self.sockets.add(line)
        _send(line, b"\0")  # open
        over = threading.Event()
        reader = threading.Thread(target=self._to_page, args=(port, line, over), daemon=True)
        reader.start()
        try:
            for kind, data in _frames(line):
                if kind == 2:
                    with self.lock:
                        port.write(data)
                elif kind == 1:
                    self._order(port, json.loads(data), line)
        except (OSError, PlugsmithError):
            pass
        finally:
            over.set()
            reader.join(5)
            self.sockets.discard(line)
            with self.lock:
                port.close()

    def _order(self, port: SimPort, order: dict, line: socket.socket) -> None:
        with self.lock:
            if order["op"] == "drain":
                port.drain()
            elif order["op"] == "lines":
                port.set_lines(rts=order.get("rts"), dtr=order.get("dtr"))
        _send(line, json.dumps({"done": order["n"]}).encode(), kind=1)

    def _to_page(self, port: SimPort, line: socket.socket, over: threading.Event) -> None:
        with suppress(OSError, PlugsmithError):
            while not over.is_set():
                late = self.slow_after is not None and self.sent >= self.slow_after
                if late:
                    time.sleep(0.05)
                with self.lock:
                    data = port.read(4096 if late else 16384, 0.0)
                if not data:
                    time.sleep(0.0005)
                    continue
                _send(line, data)
                self.sent += len(data)
                if self.pull_after is not None and self.sent >= self.pull_after:
                    self.pull_after = None
                    self.pull()


def _send(line: socket.socket, data: bytes, *, kind: int = 2) -> None:
    head = bytes((0x80 | kind,))
    if len(data) < 126:
        head += bytes((len(data),))
    else:
        head += b"\x7e" + struct.pack(">H", len(data))
    line.sendall(head + data)


def _exactly(line: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        piece = line.recv(count - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return bytes(data)


def _frames(line: socket.socket):
    while True:
        first, second = _exactly(line, 2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", _exactly(line, 2))
        elif size == 127:
            (size,) = struct.unpack(">Q", _exactly(line, 8))
        mask = _exactly(line, 4)
        data = _exactly(line, size)
        whole = (mask * (size // 4 + 1))[:size]
        plain = (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")
        if first & 0x0F == 8:
            return
        yield first & 0x0F, plain


class EditionServer:
    """Gives out the edition; `bench` may be exchanged between tests.

    `host` is what a browser calls this computer; without `serial` it has what it has by itself.
    """

    def __init__(
        self, bench: Bench | None = None, *, serial: bool = True, host: str = "127.0.0.1"
    ) -> None:
        self.host = host
        self.bench = bench
        self.serial = serial
        self.online = True
        self.steps: list[dict] = []  # what a browser without a driver does by itself
        self.files: dict[str, bytes] = {}
        self.told: list = []
        self.heard = threading.Event()
        self.covered = threading.Event()  # the page waits to be covered
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_parts) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                outer.answer(self)

            def do_POST(self) -> None:
                outer.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.heard.set()
                outer._give(self, b"{}", "application/json")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(call.path)
        if not self.online:
            call.close_connection = True
            return
        if parts.path == "/_serial":
            self._serial(call, parse_qs(parts.query))
            return
        if parts.path == "/_ports":
            there = self.bench is not None and self.bench.plugged
            found = self.bench.usb if self.bench is not None and there else None
            self._give(call, json.dumps(found).encode(), "application/json")
            return
        if parts.path == "/_steps":
            self._give(call, json.dumps(self.steps).encode(), "application/json")
            return
        if parts.path == "/_cover":
            self.covered.set()
            self._give(call, b"{}", "application/json")
            return
        if parts.path.startswith("/_files/"):
            self._give(
                call, self.files[parts.path.removeprefix("/_files/")], "application/octet-stream"
            )
            return
        if parts.path == "/_drive.js":
            self._give(call, DRIVE.read_bytes(), "text/javascript")
            return
        if parts.path == "/_fake.js":
            self._give(call, FAKE.read_bytes(), "text/javascript")
            return
        name = parts.path.lstrip("/") or "index.html"
        place = (EDITION / name).resolve()
        if not place.is_relative_to(EDITION) or not place.is_file():
            call.send_error(404)
            return
        data = place.read_bytes()
        if self.serial and name == "index.html":
            first = b'<script type="module"'
            if self.steps:
                data = data.replace(first, b'<script src="./_drive.js" defer></script>' + first, 1)
            data = data.replace(first, b'<script src="./_fake.js"></script>' + first, 1)
        if self.serial and name.startswith("assets/worker-"):
            data = FAKE.read_bytes() + data
        kind = "application/wasm" if name.endswith(".wasm") else mimetypes.guess_type(name)[0]
        if name.endswith((".mjs", ".js")):
            kind = "text/javascript"
        self._give(call, data, kind or "application/octet-stream")

    def _give(self, call: BaseHTTPRequestHandler, data: bytes, kind: str) -> None:
        call.send_response(200)
        call.send_header("Content-Type", kind)
        call.send_header("Content-Length", str(len(data)))
        call.end_headers()
        with suppress(OSError):
            call.wfile.write(data)

    def _serial(self, call: BaseHTTPRequestHandler, query: dict) -> None:
        key = call.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest()).decode()
        if self.bench is None or not self.bench.plugged:
            call.send_error(404)
            return
        call.send_response(101)
        call.send_header("Upgrade", "websocket")
        call.send_header("Connection", "Upgrade")
        call.send_header("Sec-WebSocket-Accept", accept)
        call.end_headers()
        call.wfile.flush()
        call.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bench.serve(call.connection, int(query["baud"][0]))
        call.close_connection = True
