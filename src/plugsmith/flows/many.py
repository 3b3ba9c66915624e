"""One verb over many files: an item each, in input order, on all cores, with bounded memory."""

from __future__ import annotations

import os
import signal
from collections import deque
from typing import TYPE_CHECKING, Any

from plugsmith.errors import ExitCode, Fact, InputMissing, PlugsmithError
from plugsmith.events import ErrorEvent, Item
from plugsmith.messages import _, language, speak
from plugsmith.records import Record, Result, fields_of, frozen, record, sparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor
    from pathlib import Path

    from plugsmith.events import CancelToken, EventSink

    Work = Callable[[Path], Result]

_AHEAD = 2  # inputs in work or done but not yet reported, per worker: bounds the memory


@frozen
class Outcome:
    """What one input gave: `data` or `error`, and the exit code that it alone would have."""

    name: str
    exit_code: int
    data: dict[str, Fact] | None = None
    error: dict[str, Fact] | None = None

    def item(self) -> Item:
        """The event of one of many inputs."""
        return Item(name=self.name, data=self.data, error=self.error)


@record
class FileLine(Record):
    """One of many files in a line: which of these are there depends on the verb.

    One of `state` to `crc` is the word by which the files are counted, or "unusable".
    """

    name: str
    state: str | None = sparse(default=None)
    status: str | None = sparse(default=None)
    kind: str | None = sparse(default=None)
    verdict: str | None = sparse(default=None)
    crc: str | None = sparse(default=None)
    confidence: str | None = sparse(default=None)
    module: str | None = sparse(default=None)
    chip: str | None = sparse(default=None)
    reason: str | None = sparse(default=None)
    looks_like: str | None = sparse(default=None)
    firmware: str | None = sparse(default=None)
    version: str | int | None = sparse(default=None)
    count: int | None = sparse(default=None)
    folder: str | None = sparse(default=None)
    file: str | None = sparse(default=None)
    rules: str | None = sparse(default=None)


@record
class ManyResult(Result):
    """How many files gave what; one line each. `exit_code` is the highest among them."""

    files: int
    counts: dict[str, int]
    items: tuple[FileLine, ...]
    exit_code: int

    @property
    def exit_status(self) -> ExitCode:
        """The exit code of the worst file."""
        return ExitCode(self.exit_code)


def over_files(
    paths: Sequence[Path],
    work: Work,
    *,
    word: str | None = None,
    brief: tuple[str, ...] = (),
    sink: EventSink,
    cancel: CancelToken,
    workers: int | None = None,
) -> ManyResult:
    """Run `work` (a function of a module, for it goes to other processes) on every path.

    Files are counted by the field `word` of their results, without one as done or unusable; `brief`
    names the fields of one line. Both are fields of `FileLine` too.
    """
    counts: dict[str, int] = {}
    items: list[FileLine] = []
    highest = int(ExitCode.DONE)
    for outcome in _outcomes(paths, work, cancel=cancel, workers=workers):
        sink.emit(outcome.item())
        data = outcome.data
        name = "unusable" if data is None else str(data.get(word)) if word else "done"
        counts[name] = counts.get(name, 0) + 1
        shown: dict[str, Any] = {key: data.get(key) for key in brief} if data else {}
        shown[word or "state"] = name
        items.append(FileLine(name=outcome.name, **shown))
        highest = max(highest, outcome.exit_code)
    return ManyResult(
        files=len(paths),
        counts={name: counts[name] for name in sorted(counts)},
        items=tuple(items),
        exit_code=highest,
    )


def _outcomes(
    paths: Sequence[Path], work: Work, *, cancel: CancelToken, workers: int | None
) -> Iterator[Outcome]:
    count = min(len(paths), workers or os.cpu_count() or 1)
    made = _pool(count) if count > 1 else None
    if made is None:
        for path in paths:
            cancel.check()
            yield outcome_of(work, path)
        return
    with made as pool:
        running: deque[Future[Outcome]] = deque()
        try:
            for path in paths:
                running.append(pool.submit(outcome_of, work, path))
                while len(running) >= _AHEAD * count:
                    cancel.check()
                    yield running.popleft().result()
            while running:
                cancel.check()
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def _pool(count: int) -> ProcessPoolExecutor | None:
    """Worker processes, or None where the system has no shared semaphores (no /dev/shm)."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - one file needs none

    try:
        return ProcessPoolExecutor(count, initializer=_begin, initargs=(language(),))
    except (OSError, ImportError, NotImplementedError):
        return None


def _begin(language: str) -> None:
    """Ctrl-C reaches the whole process group; only the parent decides what it means."""
    speak(language)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def outcome_of(work: Work, path: Path) -> Outcome:
    """The outcome of one file; errors of the tree become part of it."""
    try:
        found = work(path)
    except PlugsmithError as error:
        event = ErrorEvent.of(error)
        facts: dict[str, Fact] = {
            "code": event.code,
            "exit": event.exit,
            "message": event.message,
            "hint": event.hint,
            "data": event.data,
        }
        return Outcome(name=path.name, exit_code=int(error.exit_code), error=facts)
    return Outcome(name=path.name, exit_code=int(found.exit_status), data=fields_of(found))


def no_files(paths: Iterable[Path]) -> InputMissing:
    """The error for folders without a file in them."""
    names = ", ".join(str(path) for path in paths)
    return InputMissing(name=names, problem=_("there is no file in it"))
