"""A running server of the page on loopback, and a browser's hands: plain HTTP over real sockets."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("uvicorn", reason="the extra `ui` is not installed")

import uvicorn.server

from plugsmith.library.library import Library
from plugsmith.records import Record, Result, record
from plugsmith.ui.server import PageServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from plugsmith.api.session import Session

PATIENCE_S = 60.0  # only ever waited for by a test that fails


class _Soon:
    """asyncio for uvicorn, which looks ten times a second whether it is to end."""

    @staticmethod
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


uvicorn.server.asyncio = _Soon()


class Reply:
    """One answer."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.bytes = answer.read()

    @property
    def json(self) -> Any:
        return json.loads(self.bytes)

    @property
    def code(self) -> str:
        return self.json["code"]


class Page:
    """What a tab of the browser can do."""

    def __init__(self, server: PageServer) -> None:
        self.server = server
        self.host = f"127.0.0.1:{server.door.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.door.port, timeout=PATIENCE_S)

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.server.door.token}"}

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        key: bool = True,
    ) -> Reply:
        """One request; a dict is sent as JSON, bytes as they are."""
        sent = dict(self.key) if key else {}
        data = body
        if isinstance(body, (dict, list)):
            data = json.dumps(body)
            sent["Content-Type"] = "application/json"
        link = self.connect()
        try:
            link.request(method, path, body=data, headers=sent | (headers or {}))
            return Reply(link.getresponse())
        finally:
            link.close()

    def put(self, name: str, data: bytes) -> str:
        """The handle of a file that is put onto the page."""
        from urllib.parse import quote

        answer = self.call("PUT", f"/api/files?name={quote(name)}", data)
        assert answer.status == 201, answer.bytes
        return answer.json["file"]

    def start(self, verb: str, **request: Any) -> str:
        answer = self.call("POST", "/api/jobs", {"verb": verb, "request": request})
        assert answer.status == 201, answer.bytes
        return answer.json["id"]

    @contextmanager
    def listen(self, job: str, after: str | int | None = None) -> Iterator[Iterator[tuple]]:
        """(number, event) of a job as they come; leaving closes the connection."""
        link = self.connect()
        headers = dict(self.key)
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        try:
            link.request("GET", f"/api/jobs/{job}/events", headers=headers)
            answer = link.getresponse()
            assert answer.status == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield lines_of(answer)
        finally:
            link.close()

    def events(self, job: str, after: str | int | None = None) -> list[dict[str, Any]]:
        """All events of a job up to its end."""
        with self.listen(job, after) as lines:
            return [event for _number, event in lines]

    def run(self, verb: str, **request: Any) -> dict[str, Any]:
        """The last line of a job."""
        return self.events(self.start(verb, **request))[-1]

    def row(self, job: str) -> dict[str, Any]:
        rows = self.call("GET", "/api/jobs").json["jobs"]
        return next(row for row in rows if row["id"] == job)


def lines_of(answer: http.client.HTTPResponse) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events of a stream."""
    number = 0
    while line := answer.readline():
        text = line.decode().rstrip("\n")
        if text.startswith("id: "):
            number = int(text.removeprefix("id: "))
        elif text.startswith("data: "):
            yield number, json.loads(text.removeprefix("data: "))


@contextmanager
def served(folder: Path) -> Iterator[Page]:
    server = PageServer(Library(folder / "library"), host="127.0.0.1", port=0)
    server.start()
    try:
        yield Page(server)
    finally:
        server.stop()


@record
class Acted(Result):
    """What a made-up verb gives."""

    told: str


class MadeUp:
    """A verb that a test writes: same shape as `Verb`, its work is a function of the test."""

    def __init__(
        self,
        work: Callable[[Session, Any], str],
        request_type: type[Record],
        *,
        name: str = "made up",
        needs: tuple[Any, ...] = (),
        types: bool = False,
    ) -> None:
        self.work = work
        self.name = name
        self.summary = "A verb of a test."
        self.needs = needs
        self.asks = True
        self.types = types
        self.request_type = request_type

    def run(self, session: Session, request: Any) -> Acted:
        return Acted(told=self.work(session, request))


class Gate:
    """Something that a job waits for, and a test opens."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.reached = threading.Event()

    def wait(self) -> None:
        self.reached.set()
        assert self._open.wait(PATIENCE_S)

    def open(self) -> None:
        self._open.set()
