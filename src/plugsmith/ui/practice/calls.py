"""What the page can call about practice plugs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from plugsmith.errors.own.ui import UiRequest
from plugsmith.messages import _
from plugsmith.ui.replies import as_json, field, read_object

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from plugsmith.ui.practice.desk import Desk


class PracticeCalls:
    """Handlers for the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def rows(self, request: Request) -> Response:
        """The plugs, and what an onlooker sees."""
        del request
        return as_json({"chips": await run_in_threadpool(self._desk.rows)})

    async def start(self, request: Request) -> Response:
        """A new plug: `board`, `fast` (no waiting), `auto_reset` (RTS wired to CEN)."""
        body = await read_object(request)
        unknown = set(body) - {"board", "fast", "auto_reset"}
        if unknown:
            raise UiRequest(problem=_("there is no field {name}", name=min(unknown)))
        flags = {name: field({name: False} | body, name, bool) for name in ("fast", "auto_reset")}
        board = field({"board": "WB2S"} | body, "board", str)
        found = await run_in_threadpool(lambda: self._desk.start(board, **flags))
        return as_json(found, status=201)

    async def end(self, request: Request) -> Response:
        """Take a plug off the desk."""
        await run_in_threadpool(self._desk.end, request.query_params.get("port", ""))
        return as_json({})

    async def press(self, request: Request) -> Response:
        """Play the owner's hands."""
        body = await read_object(request)
        port, what = field(body, "port", str), field(body, "what", str)
        await run_in_threadpool(self._desk.press, port, what)
        return as_json({})
