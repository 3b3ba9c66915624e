"""The server in a thread of its own: bound before anything is announced, stopped in order."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from plugsmith.errors.own.ui import UiCannotListen
from plugsmith.messages import _
from plugsmith.system_words import system_words
from plugsmith.ui.app import build_app
from plugsmith.ui.files import Files
from plugsmith.ui.guard import Door
from plugsmith.ui.jobs.job_list import Jobs
from plugsmith.ui.practice.desk import Desk
from plugsmith.ui.stream import Streams

if TYPE_CHECKING:
    from plugsmith.library.library import Library

_TOKEN_BYTES = 24
_MOST_CONNECTIONS = 600
_GRACE_S = 2


class PageServer:
    """Serves the page until `stop`; `door` says where, `url` is the link with the token."""

    def __init__(self, library: Library, *, host: str, port: int) -> None:
        self._listener = _bound(host, port)
        bound = int(self._listener.getsockname()[1])
        self.door = Door(host=host, port=bound, token=secrets.token_urlsafe(_TOKEN_BYTES))
        self.files = Files(library.root)
        self.desk = Desk(self.files)
        self.jobs = Jobs(self.files, library, self.desk)
        self._server: uvicorn.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="page-server", daemon=True)

    @property
    def address(self) -> str:
        """Where the server is, as a browser takes it."""
        host = f"[{self.door.host}]" if ":" in self.door.host else self.door.host
        return f"http://{host}:{self.door.port}/"

    @property
    def url(self) -> str:
        """The link that opens the page: the token stands behind the #, which no browser sends."""
        return f"{self.address}#token={self.door.token}"

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Return when requests are answered."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End every job (a write stops at a safe place), then the answers, then the files.

        A listener gets the last line of its job before the connection ends.
        """
        self.jobs.stop()
        self.desk.close()
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join()
        self._listener.close()
        self.files.close()

    def _serve(self) -> None:
        try:
            asyncio.run(self._answer())
        finally:
            self._ready.set()

    async def _answer(self) -> None:
        app = build_app(
            door=self.door,
            jobs=self.jobs,
            files=self.files,
            desk=self.desk,
            streams=Streams(),
        )
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            http="h11",
            ws="none",
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = uvicorn.Server(config)
        self._listener.listen(128)
        self._ready.set()
        await self._server.serve(sockets=[self._listener])


def _bound(host: str, port: int) -> socket.socket:
    """A listening place; UiCannotListen."""
    try:
        family = socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        family = socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: nobody else may bind the same port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as problem:
        listener.close()
        raise UiCannotListen(
            address=f"{host}:{port}",
            problem=system_words(problem) if isinstance(problem, OSError) else _("no such address"),
        ) from problem
    return listener
