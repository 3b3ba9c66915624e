"""What the page can call about jobs and about the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from plugsmith.api.session import Session
from plugsmith.errors.own.ui import UiRequest
from plugsmith.messages import _, language
from plugsmith.ui.jobs import asked
from plugsmith.ui.replies import as_json, field, read_object

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from plugsmith.errors import Fact
    from plugsmith.ui.jobs.job_list import Jobs
    from plugsmith.ui.practice.desk import Desk
    from plugsmith.ui.stream import Streams


class Calls:
    """Handlers; each takes a request and gives an answer or raises an error of the tree."""

    def __init__(self, jobs: Jobs, streams: Streams, desk: Desk) -> None:
        self._jobs = jobs
        self._streams = streams
        self._desk = desk
        self._language = language()  # of the terminal that began the server

    async def about(self, request: Request) -> Response:
        """Version, language, extras, verbs."""
        del request
        from plugsmith.emu.runner import emulator_installed  # noqa: PLC0415 - looks for unicorn

        return as_json(asked.about({"emu": emulator_installed()}, self._language))

    async def texts(self, request: Request) -> Response:
        """The sentences of a language: English text -> its text; empty for English."""
        return as_json(asked.texts(request.query_params.get("lang", "")))

    async def handbook(self, request: Request) -> Response:
        """The pages of the documentation by name and title."""
        del request
        return as_json({"pages": asked.handbook()})

    async def page(self, request: Request) -> Response:
        """One page of the documentation, as Markdown. UiUnknown."""
        name = request.path_params["page"]
        return as_json({"name": name, "text": asked.handbook_page(name)})

    async def ports(self, request: Request) -> Response:
        """The ports of this computer and of the practice desk, and which jobs hold them."""
        del request
        found = await run_in_threadpool(self._ports)
        return as_json(found)

    def _ports(self) -> Fact:
        return asked.port_rows(Session(), self._desk.port_rows(), self._jobs.holder)

    async def start(self, request: Request) -> Response:
        """Begin a job."""
        body = await read_object(request)
        verb = asked.verb_named(field(body, "verb", str))
        given = field(body, "request", dict) if "request" in body else {}
        words = asked.secret_words(body.get("secrets"))
        job = await run_in_threadpool(self._jobs.start, verb, given, words)
        self._streams.expect(job)
        return as_json({"id": job.id}, status=201)

    async def jobs(self, request: Request) -> Response:
        """All jobs of this run of the server."""
        del request
        return as_json({"jobs": self._jobs.rows()})

    async def events(self, request: Request) -> Any:  # noqa: ANN401 - an ASGI answer
        """The events of a job as they come."""
        job = self._jobs.find(request.path_params["job"])
        given = request.headers.get("last-event-id", "").strip()
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
        return self._streams.answer(job, number)

    async def answer(self, request: Request) -> Response:
        """Answer a question of a job."""
        job = self._jobs.find(request.path_params["job"])
        body = await read_object(request)
        if "answer" not in body:
            raise UiRequest(problem=_("the field {name} is missing or wrong", name="answer"))
        job.answer(field(body, "id", str), body["answer"])
        return as_json({})

    async def line(self, request: Request) -> Response:
        """Send a line to a job that takes them."""
        job = self._jobs.find(request.path_params["job"])
        body = await read_object(request)
        job.type(field(body, "line", str))
        return as_json({})

    async def cancel(self, request: Request) -> Response:
        """Ask a job to stop."""
        self._jobs.find(request.path_params["job"]).cancel()
        return as_json({})
