"""One device on one address: reads requests as the firmware does and meets the faults."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from plugsmith.sim.obk.firmware import Phase
from plugsmith.sim.obk.net.faults import Fault, FaultKind, FaultPlan
from plugsmith.sim.obk.web.message import BUFFER_LEN, Request, parse_request, unauthorised
from plugsmith.sim.obk.web.site import answer
from plugsmith.sim.obk.web.uploads import write_part

if TYPE_CHECKING:
    from plugsmith.sim.obk.device import SimObk
    from plugsmith.sim.obk.web.message import Reply

SETTLE_S = 0.04  # 20 + 20 ms between accept and the only read
_MORE_S = 0.2
_FIRST_BYTE_S = 10.0
_UPLOAD_S = 10.0
_CHUNK = 0x4000


class Endpoint:
    """A listening address; it listens only while the device is reachable and not `refused`."""

    def __init__(
        self, device: SimObk, *, host: str = "127.0.0.1", port: int = 0, settle_s: float = SETTLE_S
    ) -> None:
        self.device = device
        self.host = host
        self.port = port
        self.settle_s = settle_s
        self.faults = FaultPlan()
        self.refused = False  # the network is away, the device lives on
        self.requests: list[str] = []  # method and target of everything that was read
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        device.ip = host

    @property
    def url(self) -> str:
        """Where a client finds the device."""
        return f"http://{self.host}:{self.port}"

    async def refresh(self) -> None:
        """Let the device live on, and listen or not as it is reachable."""
        self.device.tick()
        wanted = self.device.reachable and not self.refused
        if wanted and self._server is None:
            await self._listen()
        elif not wanted and self._server is not None:
            self.close()

    async def _listen(self) -> None:
        server = await asyncio.start_server(self.connected, self.host, self.port, backlog=16)
        self.port = server.sockets[0].getsockname()[1]
        self._server = server
        self.device.port = self.port

    def close(self) -> None:
        """Stop listening and break every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                await self._converse(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.settle_s)
        data = await self._one_read(reader)
        if self.device.phase is Phase.STUCK:
            await self._hang(reader)
            return
        request = parse_request(data)
        if request is None:
            return
        self.requests.append(f"{request.method} /{request.target}")
        met = self.faults.strike(f"/{request.target}")
        if await self._lost_before(met, reader):
            return
        if request.is_upload:
            whole = await self._upload(reader, request)
            if whole is None:
                return
            request = whole
        reply = self._reply(request, denied=FaultKind.DENY in met)
        if reply is None:
            writer.transport.abort()
            return
        await self._send(reply, writer, met)

    async def _one_read(self, reader: asyncio.StreamReader) -> bytes:
        data = await asyncio.wait_for(reader.read(BUFFER_LEN), _FIRST_BYTE_S)
        last = data
        while len(last) == BUFFER_LEN:
            try:
                last = await asyncio.wait_for(reader.read(BUFFER_LEN), _MORE_S)
            except TimeoutError:
                break
            data += last
        return data

    async def _hang(self, reader: asyncio.StreamReader) -> None:
        """Keep the connection without a word until the client or the power goes."""
        while await reader.read(_CHUNK):
            pass

    async def _lost_before(self, met: dict[FaultKind, Fault], reader: asyncio.StreamReader) -> bool:
        if FaultKind.VANISH in met:
            self.device.power_off()
            self.close()
            return True
        if FaultKind.SILENT in met:
            await self._hang(reader)
            return True
        return FaultKind.DROP in met

    async def _upload(self, reader: asyncio.StreamReader, request: Request) -> Request | None:
        """The request with its whole body; a client that dies leaves the device stuck."""
        body = bytearray(request.body)
        while len(body) < request.content_length:
            try:
                chunk = await asyncio.wait_for(reader.read(_CHUNK), _UPLOAD_S)
            except (ConnectionError, TimeoutError):
                chunk = b""
            if not chunk:
                self._upload_died(request, bytes(body))
                return None
            body += chunk
        return Request(
            method=request.method,
            target=request.target,
            headers=request.headers,
            body=bytes(body[: request.content_length or len(body)]),
        )

    def _upload_died(self, request: Request, arrived: bytes) -> None:
        """What had arrived is in flash: the firmware writes while it receives."""
        if request.target.startswith(("api/ota", "api/flash/", "api/fsblock")):
            with self.device.lock:
                write_part(self.device, request, arrived)
                self.device.phase = Phase.STUCK

    def _reply(self, request: Request, *, denied: bool) -> Reply | None:
        """None when the device is away by now, though the last refresh has not seen it."""
        with self.device.lock:
            self.device.tick()
            if self.refused or not self.device.reachable:
                return None
            return unauthorised() if denied else answer(self.device, request)

    async def _send(
        self, reply: Reply, writer: asyncio.StreamWriter, met: dict[FaultKind, Fault]
    ) -> None:
        if FaultKind.DELAY in met:
            await asyncio.sleep(met[FaultKind.DELAY].seconds)
        if FaultKind.LOSE_REPLY in met:
            return
        data = reply.wire()
        if FaultKind.CUT in met:
            data = data[: len(data) - len(reply.body) + met[FaultKind.CUT].length]
        writer.write(data)
        await writer.drain()
