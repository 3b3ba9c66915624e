"""What the page can call about jobs and about the server."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

import plugsmith
from plugsmith.api.session import Session
from plugsmith.errors.ui import UiRequest, UiUnknown
from plugsmith.events import SCHEMA
from plugsmith.messages import _, language, languages, sentences
from plugsmith.records import data_of
from plugsmith.ui.fields import NOT_FOR_THE_PAGE
from plugsmith.ui.replies import as_json, field, read_object

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from plugsmith.api.verb import Verb
    from plugsmith.errors import Fact
    from plugsmith.ui.job_list import Jobs
    from plugsmith.ui.practice.desk import Desk
    from plugsmith.ui.stream import Streams

_SECRETS = ("wifi_password", "mqtt_password", "device_password")
_LONGEST_SECRET = 1024
_SERVER = secrets.token_hex(8)  # of this run: a page sees that the server was started anew


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

        return as_json(
            {
                "version": plugsmith.__version__,
                "schema": SCHEMA,
                "language": self._language,
                "languages": list(languages()),
                "extras": {"emu": emulator_installed()},
                "verbs": [
                    {
                        "name": verb.name,
                        "summary": _(verb.summary),
                        "needs": [need.value for need in verb.needs],
                        "asks": verb.asks,
                    }
                    for verb in plugsmith.verbs()
                    if verb.name not in NOT_FOR_THE_PAGE
                ],
                "server": _SERVER,
            }
        )

    async def texts(self, request: Request) -> Response:
        """The sentences of a language: English text -> its text; empty for English."""
        wanted = request.query_params.get("lang", "")
        return as_json(dict(sentences(wanted)) if wanted in languages() else {})

    async def ports(self, request: Request) -> Response:
        """The ports of this computer and of the practice desk, and which jobs hold them."""
        del request
        found = await run_in_threadpool(self._ports)
        return as_json(found)

    def _ports(self) -> Fact:
        verb = plugsmith.verb("ports")
        result: Any = verb.run(Session(), verb.request_type())
        body: dict[str, Any] = dict(result.as_data())
        practice = self._desk.port_rows()
        rows = [{**row, "practice": False} for row in body["ports"]] + practice
        body["ports"] = [{**row, "job": self._jobs.holder(row["device"])} for row in rows]
        return data_of(body)

    async def start(self, request: Request) -> Response:
        """Begin a job."""
        body = await read_object(request)
        verb = _verb(field(body, "verb", str))
        given = field(body, "request", dict) if "request" in body else {}
        words = _secret_words(body.get("secrets"))
        job = await run_in_threadpool(self._jobs.start, verb, given, words)
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

    async def cancel(self, request: Request) -> Response:
        """Ask a job to stop."""
        self._jobs.find(request.path_params["job"]).cancel()
        return as_json({})


def _verb(name: str) -> Verb:
    try:
        return plugsmith.verb(name)
    except KeyError as problem:
        raise UiUnknown(what=_("this verb")) from problem


def _secret_words(given: object) -> dict[str, str]:
    """Passwords for this job alone; they are forgotten when it ends."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise UiRequest(problem=_("the field {name} is missing or wrong", name="secrets"))
    for name, word in given.items():
        fits = isinstance(word, str) and len(word) <= _LONGEST_SECRET and "\0" not in word
        if name not in _SECRETS or not fits:
            raise UiRequest(problem=_("the field {name} is missing or wrong", name="secrets"))
    return dict(given)
