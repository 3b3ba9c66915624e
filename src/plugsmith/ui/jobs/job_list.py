"""The jobs of one server run: who holds which port, how many there may be, how they end."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast

from plugsmith.api.verb import Need
from plugsmith.errors.own.ui import UiNotForPage, UiPortBusy, UiTooMany, UiUnknown
from plugsmith.messages import _
from plugsmith.ui.fields import NOT_FOR_THE_PAGE
from plugsmith.ui.jobs.intake import read_request
from plugsmith.ui.jobs.job import Job, State
from plugsmith.ui.jobs.shown import shown_command, shown_request
from plugsmith.ui.port_names import checked_port, port_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from plugsmith.api.verb import Verb
    from plugsmith.errors import Fact
    from plugsmith.library.library import Library
    from plugsmith.records import Record
    from plugsmith.ui.files import Files
    from plugsmith.ui.jobs.runner import Runner

    class Desk(Protocol):
        """What stands behind ports: told when a job takes one and when it is free again."""

        def taken(self, ports: tuple[str, ...]) -> None:
            """A job begins."""

        def freed(self, ports: tuple[str, ...]) -> None:
            """It ended."""

        def is_practice(self, places: tuple[str, ...]) -> bool:
            """Whether one of these ports or hosts is simulated."""


MOST_AT_ONCE = 16
MOST_ENDED = 100
MOST_BYTES = 64 << 20  # of the lines of ended jobs
_RUNS = (State.RUNNING, State.ASKING)


class Jobs:
    """All jobs; every method may be called from any thread."""

    def __init__(
        self,
        files: Files,
        library: Library,
        desk: Desk,
        *,
        runner: Runner | None = None,
    ) -> None:
        self._files = files
        self._library = library
        self._desk = desk
        self._runner = runner
        self._jobs: dict[str, Job] = {}
        self._held: dict[str, str] = {}  # port -> job
        self._lock = threading.Lock()
        self._closing = False
        self.count = 0

    def start(
        self, verb: Verb, given: Mapping[str, object], secrets: Mapping[str, str] | None = None
    ) -> Job:
        """Begin a job. UiNotForPage, UiRequest, UiFileName, UiPortBusy, UiTooMany, NoPort ..."""
        import secrets as random  # noqa: PLC0415 - the name is taken

        if verb.name in NOT_FOR_THE_PAGE:
            raise UiNotForPage(verb=verb.name)
        name = random.token_hex(6)
        folder = self._files.job_folder(name)
        try:
            request = read_request(verb, given, files=self._files, folder=folder)
            request, ports = _with_ports(verb, request)
            job = Job(
                verb,
                request,
                shown=shown_request(given),
                given=given,
                ports=ports,
                files=self._files,
                library=self._library_for(ports, given),
                again=shown_command(verb, request),
                secret_words=secrets,
                ended=self._ended,
                name=name,
                runner=self._runner,
            )
            self._admit(job)
        except BaseException:
            folder.rmdir()
            raise
        self._desk.taken(ports)
        job.start()
        return job

    def _library_for(self, ports: tuple[str, ...], given: Mapping[str, object]) -> Library:
        """What is only practised leaves nothing in the user's own library."""
        hosts = (str(given.get(name)) for name in ("host", "where", "source", "target"))
        places = (*ports, *(part.strip() for host in hosts for part in host.split(",")))
        if not self._desk.is_practice(places):
            return self._library
        return type(self._library)(self._files.practice)

    def _admit(self, job: Job) -> None:
        with self._lock:
            running = [item for item in self._jobs.values() if item.state in _RUNS]
            if self._closing or len(running) >= MOST_AT_ONCE:
                raise UiTooMany(problem=_("{count} jobs run already", count=len(running)))
            for port in job.ports:
                if (holder := self._held.get(port_key(port))) is not None:
                    verb = self._jobs[holder].verb.name
                    raise UiPortBusy(port=port, job=holder, verb=verb)
            self._held |= {port_key(port): job.id for port in job.ports}
            self._jobs[job.id] = job
            self.count += 1
            self._tidy()

    def _ended(self, job: Job) -> None:
        """In the job's thread, before its last line is out."""
        try:
            with suppress(OSError):  # it made nothing
                self._files.job_folder(job.id).rmdir()
            for handle in _password_files(job.given):
                self._files.forget(handle)
            self._desk.freed(job.ports)
        finally:
            with self._lock:
                self._held = {port: held for port, held in self._held.items() if held != job.id}

    def _tidy(self) -> None:
        """Forget ended jobs beyond the limits: the oldest of the verb that has the most of them.

        A page that looks at a device every few seconds must not push out its own backup.
        """
        ended = [item for item in self._jobs.values() if item.replay.ended]
        size = sum(item.replay.size for item in ended)
        while ended and (len(ended) > MOST_ENDED or size > MOST_BYTES):
            name, _count = Counter(item.verb.name for item in ended).most_common(1)[0]
            oldest = next(item for item in ended if item.verb.name == name)
            ended.remove(oldest)
            size -= oldest.replay.size
            del self._jobs[oldest.id]

    def find(self, name: str) -> Job:
        """The job of that id; UiUnknown."""
        with self._lock:
            found = self._jobs.get(name)
        if found is None:
            raise UiUnknown(what=_("this job"))
        return found

    def rows(self) -> list[Fact]:
        """All jobs as the page gets them, the oldest first."""
        with self._lock:
            return [job.row() for job in self._jobs.values()]

    def holder(self, port: str) -> str | None:
        """The job that holds a port."""
        with self._lock:
            return self._held.get(port_key(port))

    def stop(self) -> None:
        """Ask all to stop, take no new ones, and return when every one has ended."""
        with self._lock:
            self._closing = True
            running = list(self._jobs.values())
        for job in running:
            job.cancel()
        for job in running:
            while job.running is not None and job.running.is_alive():
                job.running.join(0.1)  # short, so that a second Ctrl-C is seen on every system


def _password_files(given: Mapping[str, object]) -> list[str]:
    """Uploads that held a password for one job: they go with it."""
    named = (value for name, value in given.items() if name.endswith("password_file"))
    return [value for value in named if isinstance(value, str) and value.startswith("upload:")]


def _with_ports(verb: Verb, request: Record) -> tuple[Record, tuple[str, ...]]:
    """The request with its port named, and the ports that the job holds."""
    if verb.name == "ports":  # it only says which one would be taken
        return request, ()
    named = {item.name: getattr(request, item.name) for item in fields(cast("Any", request))}
    # a verb that can work on a file or a device instead needs none when it has one
    needs_one = Need.PORT in verb.needs and Need.NETWORK not in verb.needs
    needs_one = needs_one and not (verb.group == "rf" and (named.get("file") or named.get("host")))
    if needs_one and named.get("port") is None:
        from plugsmith.link.ports import pick_port  # noqa: PLC0415 - looks at the system

        request = replace(cast("Any", request), port=pick_port(None))
        named["port"] = cast("Any", request).port
    ports = (named.get("port"), named.get("log_port"))
    return request, tuple(checked_port(port) for port in ports if port)
