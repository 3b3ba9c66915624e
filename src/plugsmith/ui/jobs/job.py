"""One run of a verb for the page: it goes on by itself whether anybody listens."""

from __future__ import annotations

import os
import secrets
import traceback
from collections import deque
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, cast

from plugsmith.api.session import Session
from plugsmith.api.verb import told
from plugsmith.errors import Defect, ExitCode, Fact, PlugsmithError
from plugsmith.errors.own.ui import UiAnswer, UiAnswered, UiLine
from plugsmith.events import (
    Answered,
    Ask,
    AskKind,
    CancelToken,
    ErrorEvent,
    Progress,
)
from plugsmith.events import Result as ResultEvent
from plugsmith.messages import _, language, speaking
from plugsmith.secrets import KNOWN, SecretsOfRun
from plugsmith.ui.jobs.replay import Keep, Replay
from plugsmith.ui.jobs.runner import ThreadRunner
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.api.session import Answer
    from plugsmith.api.verb import Verb
    from plugsmith.events import Event
    from plugsmith.library.library import Library
    from plugsmith.records import Record
    from plugsmith.ui.files import Files
    from plugsmith.ui.jobs.runner import Runner, Running

_LONGEST_ANSWER = 65_536
_LONGEST_LINE, _MOST_LINES = 1024, 64
_ALWAYS = (Ask, Answered, ResultEvent, ErrorEvent)


class State(StrEnum):
    """Where a job is."""

    RUNNING = "running"
    ASKING = "asking"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TypedLines:
    """Lines that somebody types into a job while it runs, in their order; for two threads.

    They are no answers: nothing was asked, and the job waits for none of them.
    """

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()

    def put(self, line: object) -> None:
        """Take one line without its end; UiLine for anything else, and where nobody takes them."""
        if not isinstance(line, str) or not line.isprintable() or len(line) > _LONGEST_LINE:
            raise UiLine(problem=_("it must be one line of text, at most 1024 letters"))
        if len(self._waiting) >= _MOST_LINES:
            raise UiLine(problem=_("too many lines wait to be sent"))
        self._waiting.append(line)

    def take(self) -> str | None:
        """The next line, None while there is none."""
        return self._waiting.popleft() if self._waiting else None


def now_text() -> str:
    """The time as the page gets it, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Job:
    """A verb at work. `shown` is its request as it may be seen again: without secrets."""

    def __init__(
        self,
        verb: Verb,
        request: Record,
        *,
        shown: dict[str, Fact],
        given: Mapping[str, object],
        ports: tuple[str, ...],
        files: Files,
        library: Library,
        again: str = "",
        secret_words: Mapping[str, str] | None = None,
        ended: Callable[[Job], None] = lambda _job: None,
        name: str | None = None,
        runner: Runner | None = None,
    ) -> None:
        self.id = name or secrets.token_hex(6)
        self.verb = verb
        self.request = request
        self.shown = shown
        self.given = given
        self.ports = ports
        self.replay = Replay()
        self.began = now_text()
        self.ended: str | None = None
        self.exit: int | None = None
        self._files = files
        self._open: dict[str, Ask] = {}
        self._answers: dict[str, Answer] = {}
        self._runner = runner or ThreadRunner()
        self._turn = self._runner.turn()
        self.running: Running | None = None
        self._over = ended
        self._language = language()  # of the page that began it
        self.cancel_token = CancelToken()
        self._secrets = SecretsOfRun()
        with KNOWN.run(self._secrets):
            self.session = Session(
                sink=self,
                answer=self._answered,
                cancel=self.cancel_token,
                library=library,
                again=again,
                secrets=dict(secret_words or {}),
                **self._runner.session_parts,
            )
        self._typed = TypedLines()
        if verb.types:
            self.session.typed = self._typed.take

    def start(self) -> None:
        """Begin the work; once."""
        self.running = self._runner.start(self._run, f"job-{self.id}")

    @property
    def state(self) -> State:
        """Running until its last line is out."""
        if self.exit is None:
            return State.ASKING if self._open else State.RUNNING
        if self.exit == ExitCode.INTERRUPTED:
            return State.CANCELLED
        return State.DONE if self._good else State.FAILED

    _good = False

    def row(self) -> dict[str, Fact]:
        """The job as `GET /api/jobs` tells it."""
        return {
            "id": self.id,
            "verb": self.verb.name,
            "request": self.shown,
            "port": self.ports[0] if self.ports else None,
            "state": self.state.value,
            "exit": self.exit,
            "began": self.began,
            "ended": self.ended,
            "last": self.replay.last,
        }

    def emit(self, event: Event) -> None:
        """Keep an event; what the command line would print, with handles for paths.

        A question is open before anybody can see it: the answer may come at once.
        """
        if isinstance(event, Ask):
            with self._turn:
                self._open[event.id] = event
        body = self._with_handles(event.as_json())
        line = json_text(body, separators=(", ", ": "))
        if isinstance(event, _ALWAYS):
            keep = Keep.ALWAYS
        else:
            keep = Keep.THIN if isinstance(event, Progress) else Keep.LONG
        self.replay.add(line, keep, final=isinstance(event, (ResultEvent, ErrorEvent)))

    def _with_handles(self, value: Fact) -> Fact:
        if isinstance(value, str):
            return self._files.shown(value)
        if isinstance(value, dict):
            return {name: self._with_handles(entry) for name, entry in value.items()}
        if isinstance(value, list):
            return [self._with_handles(entry) for entry in value]
        return value

    def cancel(self) -> None:
        """Ask it to stop at the next safe place; an open question is over at once."""
        self.cancel_token.cancel()
        with self._turn:
            self._turn.notify_all()

    def answer(self, ask: str, given: object) -> None:
        """Take the answer to a question; UiAnswered where it is not open, UiAnswer if unfit."""
        with self._turn:
            if ask not in self._open:
                raise UiAnswered(ask=ask)
            self._answers[ask] = self._fitting(self._open[ask], given)
            del self._open[ask]
            self.emit(Answered(id=ask))
            self._turn.notify_all()

    def type(self, line: object) -> None:
        """Send a line to a verb that takes them while it runs; UiLine."""
        if not self.verb.types or self.exit is not None or self.cancel_token.cancelled:
            raise UiLine(problem=_("nothing listens for it"))
        self._typed.put(line)

    def _fitting(self, ask: Ask, given: object) -> Answer:
        if ask.form is AskKind.CONFIRM:
            if not isinstance(given, bool):
                raise UiAnswer(problem=_("it wants yes or no"))
            return given
        if not isinstance(given, str) or len(given) > _LONGEST_ANSWER or "\0" in given:
            raise UiAnswer(problem=_("it wants a text"))
        if ask.form is AskKind.CHOICE and given not in (ask.choices or ()):
            raise UiAnswer(problem=_("it is none of the choices"))
        return str(self._files.path(given)) if ask.form is AskKind.FILE else given

    def _answered(self, ask: Ask) -> Answer:
        """Wait for the page; what the session asks when a flow has a question."""
        with self._turn:
            while ask.id not in self._answers and not self.cancel_token.cancelled:
                self._turn.wait()
            self._open.pop(ask.id, None)
            return self._answers.pop(ask.id, None)

    def _run(self) -> None:
        with speaking(self._language), KNOWN.run(self._secrets):
            self._work()

    def _work(self) -> None:
        try:
            result = self.verb.run(self.session, self.request)
            data = cast("dict[str, Fact]", told(self.request, result))
            last: Event = ResultEvent(command=self.verb.name, data=data)
            code, self._good = int(result.exit_status), True
        except PlugsmithError as error:
            last, code = ErrorEvent.of(error), int(error.exit_code)
        except BaseException as bug:  # noqa: BLE001 - the outermost layer of this job
            last, code = ErrorEvent.of(_defect(bug)), int(ExitCode.DEFECT)
        self.session.secrets.clear()
        self.ended, self.exit = now_text(), code
        try:
            self._over(self)
        finally:
            self.emit(last)


def _defect(bug: BaseException) -> Defect:
    if os.environ.get("PLUGSMITH_DEBUG"):
        traceback.print_exception(bug)
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return Defect(kind=type(bug).__name__, where=f"{Path(frame.filename).name}:{frame.lineno}")
