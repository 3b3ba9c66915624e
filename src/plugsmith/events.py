"""The one event stream: what `--json` prints, what the terminal renders, what tests assert.

A flow emits TaskBegin, any number of Progress, then TaskEnd for each task; Warning, Log and Item
may come at any time. The command line adds exactly one Result or ErrorEvent at the end.
"""

from __future__ import annotations

import threading
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol

from plugsmith.errors import Cancelled, Fact, PlugsmithError
from plugsmith.records import fields_of, frozen
from plugsmith.secrets import KNOWN, redact_fact, redact_told

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "plugsmith/1"


@frozen
class Event:
    """Base of all events; `kind` is the `type` field in JSON."""

    kind: ClassVar[str] = "event"

    def as_json(self) -> dict[str, Fact]:
        """The object for one JSON line; fields that are None are left out."""
        body = {name: value for name, value in fields_of(self).items() if value is not None}
        return {"schema": SCHEMA, "type": self.kind, **body}


@frozen
class TaskBegin(Event):
    """A piece of work starts; `total` in `unit` (usually bytes), None if unknown."""

    kind: ClassVar[str] = "task_begin"
    task: str
    title: str
    total: int | None = None
    unit: str = "bytes"

    def __post_init__(self) -> None:
        _mask_known(self, "task", "title")


@frozen
class Progress(Event):
    """`done` of `total`; `rate` in units a second and `left_s` seconds where they are known.

    The task "link" counts link checks: answered of sent. Its `data`: what is heard `now`, the
    verdict so far (`heard`, `heard_text`, `causes`), `sent`, `answered`, `resets`, bytes
    `received` that were no answer.
    """

    kind: ClassVar[str] = "progress"
    task: str
    done: int
    total: int | None = None
    rate: float | None = None
    left_s: float | None = None
    data: dict[str, Fact] | None = None

    def __post_init__(self) -> None:
        _mask_known(self, "task")


@frozen
class TaskEnd(Event):
    """The work of `task` ended; `summary` is a sentence for people."""

    kind: ClassVar[str] = "task_end"
    task: str
    ok: bool
    seconds: float
    summary: str = ""

    def __post_init__(self) -> None:
        _mask_known(self, "task", "summary")


@frozen
class Warning_(Event):  # noqa: N801 - `Warning` is a builtin
    """Something the user should know that does not stop the work."""

    kind: ClassVar[str] = "warning"
    code: str
    message: str
    hint: str = ""
    data: dict[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", redact_told(self.message))
        object.__setattr__(self, "hint", redact_told(self.hint))
        object.__setattr__(self, "data", redact_fact(self.data))


@frozen
class Log(Event):
    """A remark for people; `level` is info, detail, or device for a line that one printed."""

    kind: ClassVar[str] = "log"
    message: str
    level: str = "info"

    def __post_init__(self) -> None:
        _mask_known(self, "message")


@frozen
class Item(Event):
    """The outcome for one of many inputs: its own `data` or `error`."""

    kind: ClassVar[str] = "item"
    name: str
    data: dict[str, Fact] | None = None
    error: dict[str, Fact] | None = None

    def __post_init__(self) -> None:
        _mask_known(self, "name")


@frozen
class Ready(Event):
    """A service can be used now; `url` is the link of a page, with its key in the fragment.

    `uart_port` is the download UART where `port` is the same chip's SPI.
    """

    kind: ClassVar[str] = "ready"
    port: str
    uart_port: str | None = None
    log_port: str | None = None
    boot: str | None = None
    url: str | None = None


class AskKind(StrEnum):
    """What kind of answer a question wants."""

    CONFIRM = "confirm"
    CHOICE = "choice"
    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of question
    FILE = "file"


@frozen
class Ask(Event):
    """A question to the user (`form` is its `kind`); the face answers through the session.

    `choices`: one of them is the answer to `choice`; the answer to `text` is made of any number of
    them with spaces between, and where the only one is empty, any line says "go on".
    """

    kind: ClassVar[str] = "ask"
    id: str
    form: AskKind = field(metadata={"json": "kind"})
    question: str
    choices: tuple[str, ...] | None = None
    file: str | None = None  # which the user must have before the answer is yes

    def __post_init__(self) -> None:
        _mask_known(self, "question")


@frozen
class Answered(Event):
    """The question `id` is no longer open: somebody answered it."""

    kind: ClassVar[str] = "answered"
    id: str


@frozen
class Result(Event):
    """The last line of a command that ended well."""

    kind: ClassVar[str] = "result"
    command: str
    data: dict[str, Fact]


@frozen
class ErrorEvent(Event):
    """The last line of a command that failed."""

    kind: ClassVar[str] = "error"
    code: str
    exit: int
    message: str
    hint: str
    data: dict[str, Fact]

    @classmethod
    def of(cls, error: PlugsmithError) -> ErrorEvent:
        """The event that describes `error`."""
        return cls(
            code=error.code,
            exit=int(error.exit_code),
            message=error.message,
            hint=error.hint,
            data=error.told,
        )


def _mask_known(event: Event, *names: str) -> None:
    """Mask the secrets of this run in texts of an event, whoever put them there."""
    for name in names:
        object.__setattr__(event, name, KNOWN.mask(getattr(event, name)))


class EventSink(Protocol):
    """Whoever listens: terminal, JSON lines, web page, test."""

    def emit(self, event: Event) -> None:
        """Take one event; must not raise and must not block for long."""


class EventLog:
    """A sink that keeps everything, for tests and for callers that render later."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        """Remember the event."""
        self.events.append(event)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)


class CancelToken:
    """Set by the user's Ctrl-C; flows look at it between steps that must not be torn.

    `watched`: somebody has looked at it. Until then nothing is in flight that would have to end.
    """

    def __init__(self) -> None:
        self._set = threading.Event()
        self.watched = False

    def cancel(self) -> None:
        """Ask the work to stop at the next safe place."""
        self._set.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        self.watched = True
        return self._set.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self.cancelled:
            raise Cancelled

    def __repr__(self) -> str:
        return f"CancelToken(cancelled={self._set.is_set()})"


__all__ = [
    "Answered",
    "Ask",
    "AskKind",
    "CancelToken",
    "ErrorEvent",
    "Event",
    "EventLog",
    "EventSink",
    "Item",
    "Log",
    "Progress",
    "Ready",
    "Result",
    "TaskBegin",
    "TaskEnd",
    "Warning_",
]
