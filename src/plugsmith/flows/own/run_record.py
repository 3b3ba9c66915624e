"""What one run said and did, cleaned while it is written down."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors import Fact, PlugsmithError
from plugsmith.errors.own.reports import NoLastRun
from plugsmith.events import ErrorEvent
from plugsmith.library.home import write_whole
from plugsmith.limited_read import read_regular
from plugsmith.nested_json import read_nested
from plugsmith.private_files import make_private_folder
from plugsmith.secrets import MASK, redact, secret_spans

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from plugsmith.events import Event, EventSink

LAST_RUN = "last-run.json"
SCHEMA = "plugsmith-run/1"
_LONGEST = 1 << 24
_MOST_EVENTS = 20_000
# what a bundle never tells, whatever its value is
_PRIVATE = {
    *("mac", "serial", "sha256", "text", "config", "template", "settings", "files", "value"),
    *("ssid", "wifi_ssid", "name", "short_name", "long_name", "host", "answer", "url", "mqtt"),
    *("text_sha256", "log", "again", "undo", "config_sha256"),
}
_QUIET = frozenset({"progress"})


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A run without anything private in it. `trace`: the wire, as JSON lines, or None."""

    verb: str
    command: tuple[str, ...]
    exit_code: int
    error: dict[str, Fact] | None
    result: Fact
    events: tuple[dict[str, Fact], ...] = ()
    trace: str | None = field(default=None, repr=False)


class Recorder:
    """A sink that keeps what passes to the real one."""

    def __init__(self, sink: EventSink, *, command: Sequence[str], verb: str) -> None:
        self._sink = sink
        self._command, self._verb = tuple(command), verb
        self._events: list[dict[str, Fact]] = []
        self.result: Fact = None
        self.error: PlugsmithError | None = None

    def emit(self, event: Event) -> None:
        """Pass it on, and keep it."""
        self._sink.emit(event)
        if event.kind not in _QUIET and len(self._events) < _MOST_EVENTS:
            self._events.append(event.as_json())

    def record(self, private: Collection[str], *, trace: Path | None = None) -> RunRecord:
        """All of it, cleaned; `private` are the options whose values it must not tell."""
        text: str | None = None
        if trace is not None and trace.is_file():
            text = trace.read_text(encoding="utf-8")
        error = ErrorEvent.of(self.error).as_json() if self.error is not None else None
        return RunRecord(
            verb=self._verb,
            command=tuple(clean_command(self._command, private)),
            exit_code=int(self.error.exit_code) if self.error is not None else 0,
            error=_object(clean(error)) if error is not None else None,
            result=clean(self.result),
            events=tuple(_object(clean(event)) for event in self._events),
            trace=text,
        )


def _object(value: Fact) -> dict[str, Fact]:
    return value if isinstance(value, dict) else {}


def clean(value: Fact, key: str = "") -> Fact:
    """JSON data without private values: masked by name, or by what they look like."""
    if isinstance(value, dict):
        public = {"name"} if key in {"boot", "firmware"} else set()
        return {name: clean(entry, "" if name in public else name) for name, entry in value.items()}
    if isinstance(value, list):
        return [clean(entry, key) for entry in value]
    if key.lower() in _PRIVATE and value not in (None, "", 0, False, True):
        return MASK
    return clean_text(value) if isinstance(value, str) else value


def clean_text(text: str) -> str:
    """`text` without what looks private, homes of users included, until nothing more is found."""
    from pathlib import Path  # noqa: PLC0415 - at run time only here

    with suppress(RuntimeError):
        text = text.replace(str(Path.home()), "~")
    for _turn in range(4):
        text = redact(text)
        if not is_private(text):
            break
    return text if not is_private(text) else MASK


def is_private(text: str) -> bool:
    """Whether the redactor still finds something in it."""
    return next(secret_spans(text), None) is not None or redact(text) != text


def clean_command(words: Sequence[str], private: Collection[str]) -> list[str]:
    """A command line in which the values of the options `private` are masked."""
    found: list[str] = []
    hide = False
    for word in words:
        name, equals, _value = word.partition("=")
        if hide:
            found.append(MASK)
        elif name in private and equals:
            found.append(f"{name}={MASK}")
        else:
            found.append(clean_text(word))
        hide = word in private
    return found


def keep_last_run(root: Path, record: RunRecord) -> None:
    """Remember a run that failed, for `support`; a library that takes nothing is no fault."""
    body: dict[str, Fact] = {
        "schema": SCHEMA, "verb": record.verb, "command": list(record.command),
        "exit_code": record.exit_code, "error": record.error, "events": list(record.events),
    }  # fmt: skip
    with suppress(OSError, PlugsmithError):
        make_private_folder(root)
        write_whole(root / LAST_RUN, (json.dumps(body) + "\n").encode(), keep_existing=False)


def read_last_run(root: Path) -> RunRecord:
    """The run that failed last; NoLastRun where none was kept."""
    try:
        body = read_nested(read_regular(root / LAST_RUN, limit=_LONGEST).decode("utf-8"))
    except (PlugsmithError, OSError, ValueError, RecursionError) as problem:
        raise NoLastRun from problem
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise NoLastRun
    command, events, code = body.get("command"), body.get("events"), body.get("exit_code")
    return RunRecord(
        verb=str(body.get("verb")),
        command=tuple(str(word) for word in command) if isinstance(command, list) else (),
        exit_code=code if isinstance(code, int) else 1,
        error=_object(clean(body.get("error"))) or None,
        result=None,
        events=tuple(_object(clean(item)) for item in events) if isinstance(events, list) else (),
    )
