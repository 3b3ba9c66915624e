"""The routes: which call is answered by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from plugsmith.errors.own.ui import UiUnknown
from plugsmith.messages import _
from plugsmith.ui.calls import Calls
from plugsmith.ui.file_calls import FileCalls
from plugsmith.ui.guard import Guard
from plugsmith.ui.practice.calls import PracticeCalls
from plugsmith.ui.replies import told
from plugsmith.ui.static_files import StaticFiles

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from plugsmith.ui.files import Files
    from plugsmith.ui.guard import Door
    from plugsmith.ui.jobs.job_list import Jobs
    from plugsmith.ui.practice.desk import Desk
    from plugsmith.ui.stream import Streams


def build_app(*, door: Door, jobs: Jobs, files: Files, desk: Desk, streams: Streams) -> Guard:
    """The whole server as an ASGI application."""
    calls, file_calls, practice = Calls(jobs, streams, desk), FileCalls(files), PracticeCalls(desk)
    routes = [
        Route("/api/about", told(calls.about), methods=["GET"]),
        Route("/api/texts", told(calls.texts), methods=["GET"]),
        Route("/api/handbook", told(calls.handbook), methods=["GET"]),
        Route("/api/handbook/{page}", told(calls.page), methods=["GET"]),
        Route("/api/ports", told(calls.ports), methods=["GET"]),
        Route("/api/jobs", told(calls.jobs), methods=["GET"]),
        Route("/api/jobs", told(calls.start), methods=["POST"]),
        Route("/api/jobs/{job}/events", told(calls.events), methods=["GET"]),
        Route("/api/jobs/{job}/answers", told(calls.answer), methods=["POST"]),
        Route("/api/jobs/{job}/lines", told(calls.line), methods=["POST"]),
        Route("/api/jobs/{job}/cancel", told(calls.cancel), methods=["POST"]),
        Route("/api/files", told(file_calls.put), methods=["PUT"]),
        Route("/api/files", told(file_calls.get), methods=["GET"]),
        Route("/api/practice", told(practice.rows), methods=["GET"]),
        Route("/api/practice", told(practice.start), methods=["POST"]),
        Route("/api/practice", told(practice.end), methods=["DELETE"]),
        Route("/api/practice/press", told(practice.press), methods=["POST"]),
        Route("/api/{rest:path}", told(_unknown)),
        Route("/{rest:path}", told(StaticFiles().answer), methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes), door)


async def _unknown(request: Request) -> Response:
    del request
    raise UiUnknown(what=_("this address"))
