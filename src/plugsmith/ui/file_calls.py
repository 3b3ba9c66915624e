"""Putting files onto the page, and getting those that its jobs made."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from plugsmith.errors.own.ui import UiTooLarge
from plugsmith.limited_read import read_regular
from plugsmith.ui.files import MOST_BYTES, plain_name
from plugsmith.ui.replies import as_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from plugsmith.ui.files import Files


class FileCalls:
    """Handlers for files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def put(self, request: Request) -> Response:
        """Store the body as it comes; cut off at the limit, and then nothing of it stays."""
        name = plain_name(request.query_params.get("name", ""))
        told = request.headers.get("content-length", "")
        if told.isascii() and told.isdigit() and int(told[:20]) > MOST_BYTES:
            raise UiTooLarge(name=name, limit=MOST_BYTES)
        incoming = await run_in_threadpool(self._files.receive, name)
        try:
            async for chunk in request.stream():
                await run_in_threadpool(incoming.write, chunk)
            stored = await run_in_threadpool(incoming.finish)
        except BaseException:
            incoming.drop()
            raise
        return as_json(
            {"file": stored.file, "size": stored.size, "sha256": stored.sha256}, status=201
        )

    async def get(self, request: Request) -> Response:
        """The bytes behind a handle, as something to save and never to show."""
        path = self._files.path(request.query_params.get("file", ""))
        data = await run_in_threadpool(read_regular, path, limit=MOST_BYTES)
        name = quote(path.name, safe="")
        return Response(
            data,
            media_type="application/octet-stream",
            headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
        )
