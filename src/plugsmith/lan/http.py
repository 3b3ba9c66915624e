"""One device's HTTP connection: requests in one piece, one at a time, repeated only where safe.

An own reader and writer, because the server is not clean HTTP (lan/wire.py) and because header and
body must leave in one segment: the device reads once and loses what comes later (openbeken.md
section 1). An upload that has begun is never abandoned: the device would hang until a power cycle.
"""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.device import DeviceAnswer, DeviceLocked, DeviceUnreachable, NotOpenBeken
from plugsmith.lan.deadline import Deadline, Spent
from plugsmith.lan.wire import MAX_BODY_LEN, MAX_HEADER_LEN, Response, read_response
from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from plugsmith.lan.host import Host

_T = TypeVar("_T")

_CHUNK = 4096
USER = "admin"
REALM_MARK = "OpenBeken"  # in the realm of a locked device; a router's 401 has another one
SMALL_BODY = 1022  # bytes that the device takes in one read together with the header


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTimeouts:
    """How long to wait, in seconds, and how often to try.

    `answer_s` is between two pieces of an answer; a whole answer may take `whole_s`, and after that
    time, not counting other requests, none is asked for again. `boot_s` is
    how long a restarted device may stay away, `settle_s` how long until its settings are saved.
    `upload_s` is for the answer to an upload; each piece of it may take `whole_s`.
    """

    connect_s: float = 4.0
    answer_s: float = 8.0
    whole_s: float = 40.0
    upload_s: float = 300.0
    tries: int = 3
    pause_s: float = 0.5
    restart_s: float = 3.0
    boot_s: float = 60.0
    poll_s: float = 1.0
    settle_s: float = 4.5
    window_s: float = 1.1  # between two readings of a meter
    broker_s: float = 30.0  # until a device that could reach its broker has done so
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class HttpWire:
    """Requests to one device. `password` is the web password; it appears nowhere else.

    It is sent only to a server that has asked for it in OpenBeken's name: never to a stranger.
    """

    def __init__(
        self, host: Host, *, password: str | None = None, patience: HttpTimeouts | None = None
    ) -> None:
        self.host = host
        self.patience = patience or HttpTimeouts()
        self._password = password
        self._asked_for_it = False
        self._one_at_a_time = asyncio.Lock()

    def __repr__(self) -> str:
        return f"HttpWire({self.host})"

    def use_password(self, password: str | None) -> None:
        """From now on log in with another web password."""
        self._password = password

    def forget_login(self) -> None:
        """Send no password until somebody asks for it again: another server may be there now."""
        self._asked_for_it = False

    async def get(
        self, path: str, *, limit: int = MAX_BODY_LEN, tries: int | None = None
    ) -> Response:
        """The answer to GET `path`; repeated when it fails, so use it for reading only."""
        return await self._repeat(path, limit=limit, tries=tries or self.patience.tries)

    async def act(self, path: str) -> Response:
        """GET a page that changes something: sent once, and like `post` to its end."""
        return await self._once("GET", path, b"", limit=MAX_BODY_LEN, whole=True)

    async def post(self, path: str, body: bytes, *, repeatable: bool = False) -> Response:
        """POST a small body; sent again only if `repeatable`.

        Who is cancelled meanwhile is so after the answer, or the request might take effect later
        than what is sent next.
        """
        if not repeatable:
            return await self._once("POST", path, body, limit=MAX_BODY_LEN, whole=True)
        return await self._repeat(
            path, limit=MAX_BODY_LEN, tries=self.patience.tries, method="POST", body=body
        )

    async def upload(
        self, path: str, body: bytes, *, progress: Callable[[int], None] | None = None
    ) -> Response:
        """POST a large body to its end, also when the caller is cancelled meanwhile."""
        if self._password is not None and not self._asked_for_it:
            await self.get("/api/info")  # a 401 must come before the body, not amid it
        return await _whole(self._locked_upload(path, body, progress))

    async def _repeat(
        self, path: str, *, limit: int, tries: int, method: str = "GET", body: bytes = b""
    ) -> Response:
        spent = Spent()
        for attempt in range(1, tries + 1):
            try:
                answer = await self._raw(
                    method, path, body, limit=limit, whole=method != "GET", spent=spent
                )
                return self._judge(answer)
            except (DeviceUnreachable, DeviceAnswer):
                # who drips for ever does so again
                if attempt == tries or spent.seconds >= self.patience.whole_s:
                    raise
            await self.patience.sleep(self.patience.pause_s * attempt)
        raise AssertionError("unreachable")

    async def _once(
        self, method: str, path: str, body: bytes, *, limit: int, whole: bool
    ) -> Response:
        return self._judge(await self._raw(method, path, body, limit=limit, whole=whole))

    async def _raw(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        limit: int,
        whole: bool,
        spent: Spent | None = None,
    ) -> Response:
        async with self._one_at_a_time, spent or Spent():
            answer = await self._exchange(method, path, body, limit=limit, whole=whole)
            if answer.status == 401 and self._may_log_in(answer):
                self._asked_for_it = True
                answer = await self._exchange(method, path, body, limit=limit, whole=whole)
            return answer

    async def _exchange(
        self, method: str, path: str, body: bytes, *, limit: int, whole: bool
    ) -> Response:
        reader, writer = await self._connect()
        name = name_of(method, path)

        async def talk() -> bytes:
            try:
                await self._send(writer, self._head(method, path, body) + body)
                return await self._receive(reader, limit, name)
            finally:
                await _close(writer)

        raw = await (_whole(talk()) if whole else talk())
        return read_response(raw, host=str(self.host), request=name)

    def _may_log_in(self, answer: Response) -> bool:
        return (
            self._password is not None and not self._asked_for_it and REALM_MARK in _realm(answer)
        )

    async def _locked_upload(
        self, path: str, body: bytes, progress: Callable[[int], None] | None
    ) -> Response:
        async with self._one_at_a_time:
            reader, writer = await self._connect()
            try:
                # No limit for the whole: what goes on, however slowly, is not abandoned.
                first = body[:SMALL_BODY]
                await self._send(writer, self._head("POST", path, body) + first)
                await self._send_rest(writer, body, progress)
                raw = await self._receive(
                    reader, MAX_BODY_LEN, name_of("POST", path), whole_s=self.patience.upload_s
                )
            finally:
                await _close(writer)
        return self._judge(read_response(raw, host=str(self.host), request=name_of("POST", path)))

    async def _send_rest(
        self, writer: asyncio.StreamWriter, body: bytes, progress: Callable[[int], None] | None
    ) -> None:
        at = SMALL_BODY
        while at < len(body):
            await self._send(writer, body[at : at + _CHUNK])
            at += _CHUNK
            if progress is not None:
                progress(min(at, len(body)))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self.patience.connect_s):
                reader, writer = await asyncio.open_connection(
                    self.host.name, self.host.port, limit=1 << 18
                )
        except TimeoutError as problem:
            raise self._unreachable("nothing answers at this address") from problem
        except (OSError, UnicodeError) as problem:
            raise self._unreachable(_why(problem)) from problem
        plain = writer.get_extra_info("socket")
        if plain is not None:
            with suppress(OSError):
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return reader, writer

    def _head(self, method: str, path: str, body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Connection: close"]
        if self._password is not None and self._asked_for_it:
            pair = b64encode(f"{USER}:{self._password}".encode()).decode("ascii")
            lines.append(f"Authorization: Basic {pair}")
        if method != "GET":
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        try:
            async with Deadline(self.host, self.patience.whole_s):
                writer.write(data)
                await writer.drain()
        except OSError as problem:
            raise self._unreachable("the connection broke") from problem

    async def _receive(
        self,
        reader: asyncio.StreamReader,
        limit: int,
        request: str,
        *,
        whole_s: float | None = None,
    ) -> bytes:
        data = bytearray()
        answer_s = whole_s or self.patience.answer_s
        async with Deadline(self.host, whole_s or self.patience.whole_s):
            while True:
                try:
                    async with asyncio.timeout(answer_s):
                        piece = await reader.read(1 << 16)
                except TimeoutError as problem:
                    raise self._unreachable("no answer in time") from problem
                except OSError as problem:
                    raise self._unreachable("the connection broke") from problem
                if not piece:
                    return bytes(data)
                data += piece
                if len(data) > limit + MAX_HEADER_LEN:
                    raise DeviceAnswer(
                        host=str(self.host), request=request, problem="it is too long"
                    )

    def _judge(self, response: Response) -> Response:
        if response.status == 401:
            if REALM_MARK not in _realm(response):
                raise NotOpenBeken(host=str(self.host))
            problem = (
                N_("none was given") if self._password is None else N_("the one given is wrong")
            )
            raise DeviceLocked(host=str(self.host), problem=problem)
        return response

    def _unreachable(self, problem: str) -> DeviceUnreachable:
        return DeviceUnreachable(host=str(self.host), problem=problem)


def name_of(method: str, path: str) -> str:
    """A request without its arguments, which may hold passwords."""
    return f"{method} {path.partition('?')[0][:60]}"


def run_network(work: Awaitable[_T], *, cancelled: Callable[[], bool]) -> _T:
    """Run `work` in an event loop of its own; raises Cancelled soon after `cancelled()` is true."""
    return asyncio.run(_watched(work, cancelled))


async def _watched(work: Awaitable[_T], cancelled: Callable[[], bool]) -> _T:
    task = asyncio.ensure_future(work)
    while True:
        done, _pending = await asyncio.wait({task}, timeout=0.1)
        if done:
            return task.result()
        if cancelled():
            task.cancel()
            try:
                return await task
            except asyncio.CancelledError as stop:
                raise Cancelled from stop


async def to_the_end(work: Coroutine[object, object, _T]) -> _T:
    """The result of work that must not be torn: a cancellation meanwhile waits for its end."""
    task = asyncio.ensure_future(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
    return task.result()


async def _whole(work: Coroutine[object, object, _T]) -> _T:
    """The result of `work`; a cancellation meanwhile is raised when the work has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(PlugsmithError):
            await to_the_end(_result_of(task))
        raise


async def _result_of(work: asyncio.Future[_T]) -> _T:
    return await asyncio.shield(work)


def _realm(answer: Response) -> str:
    return answer.headers.get("www-authenticate", "")


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _why(problem: OSError | UnicodeError) -> str:
    if isinstance(problem, ConnectionRefusedError):
        return N_("it refuses the connection")
    if isinstance(problem, (socket.gaierror, UnicodeError)):
        return N_("its name is not known")
    return N_("there is no connection")
