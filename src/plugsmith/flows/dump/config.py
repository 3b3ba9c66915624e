"""Recover vendor configurations from files, backups, folders of dumps, and live chips."""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.letters import is_plain_text
from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.dump.recovery.live import recover_from
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.recovery.usable import MAX_LEN
from plugsmith.errors import ExitCode, InputMissing, InputTooLarge, PlugsmithError
from plugsmith.errors.content import InputUnusable, TextWithoutPins
from plugsmith.events import ErrorEvent, Item
from plugsmith.flows.dump.results import BriefRow, ConfigCounts
from plugsmith.interpret.from_paste import pasted_result
from plugsmith.interpret.recovered import config_result
from plugsmith.messages import _
from plugsmith.records import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from plugsmith.dump.recovery.live import SpanReader
    from plugsmith.errors import Fact
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.interpret.config_result import ConfigResult

_AHEAD = 2  # inputs in work or done but not yet reported, per worker: bounds the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigOutcome:
    """What one input gave: `data` or `error`, and the exit code that it alone would have."""

    name: str
    exit_code: int
    data: ConfigResult | None = None
    error: dict[str, Fact] | None = None

    def item(self) -> Item:
        """The event of one of many inputs."""
        data = fields_of(self.data) if self.data is not None else None
        return Item(name=self.name, data=data, error=self.error)


def recover_bytes(data: bytes, *, name: str) -> ConfigResult:
    """The result for the bytes of a dump or of a text; InputError where they are neither."""
    pasted = read_pasted(data)
    if pasted is None and is_plain_text(data):
        raise TextWithoutPins(name=name)
    if pasted is None:
        return config_result(recover(data, name=name))
    if pasted.best.holdings.template:
        raise InputUnusable(
            name=name,
            kind=_("an OpenBeken template"),
            reason=_(
                "It names the pins already: `plugsmith template lint` checks it, and `plugsmith "
                "template export` writes it in other forms."
            ),
        )
    return pasted_result(pasted)


def recover_file(path: Path, *, name: str | None = None) -> ConfigResult:
    """The result for a file; InputMissing or InputTooLarge before anything is read."""
    return recover_bytes(read_dump(path), name=name or path.name)


def recover_chip(reader: SpanReader, *, name: str, chip: str | None = None) -> ConfigResult:
    """The result for a chip, of which only the needed sectors are read."""
    return config_result(recover_from(reader, name=name), chip=chip)


def read_dump(path: Path) -> bytes:
    """The bytes of a dump file."""
    try:
        size = path.stat().st_size
        if size > MAX_LEN:
            raise InputTooLarge(name=path.name, size=size, limit=MAX_LEN)
        return path.read_bytes()
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise InputMissing(name=str(path), problem=reason) from problem


def read_stream(stream: BinaryIO) -> bytes:
    """The bytes of a stream, at most one more than the largest flash has."""
    return stream.read(MAX_LEN + 1)


def expand(paths: Iterable[Path]) -> list[Path]:
    """Folders replaced by the files in them, sorted by name; hidden files are left out."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.iterdir() if item.is_file())
            files += [item for item in inside if not item.name.startswith(".")]
        else:
            files.append(path)
    return files


def recover_many(
    paths: Sequence[Path], *, sink: EventSink, cancel: CancelToken, workers: int | None = None
) -> ConfigCounts:
    """One item for each file, in input order, on all cores; the counts as the result.

    `exit_code` of the counts is the highest among the items.
    """
    counts: dict[str, int] = {}
    items: list[BriefRow] = []
    highest = int(ExitCode.DONE)
    for outcome in _outcomes(paths, cancel=cancel, workers=workers):
        sink.emit(outcome.item())
        row = _brief(outcome)
        counts[row.status] = counts.get(row.status, 0) + 1
        items.append(row)
        highest = max(highest, outcome.exit_code)
    return ConfigCounts(
        files=len(paths),
        counts={word: counts[word] for word in sorted(counts)},
        items=tuple(items),
        exit_code=highest,
    )


def _brief(outcome: ConfigOutcome) -> BriefRow:
    """One line of the summary."""
    data = outcome.data
    if data is None:
        return BriefRow(name=outcome.name, status="unusable")
    return BriefRow(
        name=outcome.name,
        status=data.status.value,
        confidence=data.confidence,
        module=data.module,
        chip=data.chip,
        reason=data.reason,
    )


def _outcomes(
    paths: Sequence[Path], *, cancel: CancelToken, workers: int | None
) -> Iterator[ConfigOutcome]:
    count = min(len(paths), workers or os.cpu_count() or 1)
    made = _pool(count) if count > 1 else None
    if made is None:
        for path in paths:
            cancel.check()
            yield recover_outcome(path)
        return
    with made as pool:
        running: deque[Future[ConfigOutcome]] = deque()
        try:
            for path in paths:
                running.append(pool.submit(recover_outcome, path))
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
    try:
        return ProcessPoolExecutor(max_workers=count, initializer=_ignore_interrupt)
    except (OSError, ImportError, NotImplementedError):
        return None


def _ignore_interrupt() -> None:
    """Ctrl-C reaches the whole process group; only the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def recover_outcome(path: Path) -> ConfigOutcome:
    """The outcome of one file; errors of the tree become part of it."""
    name = path.name
    try:
        data = recover_file(path)
    except PlugsmithError as error:
        event = ErrorEvent.of(error)
        facts: dict[str, Fact] = {
            "code": event.code,
            "exit": event.exit,
            "message": event.message,
            "hint": event.hint,
            "data": event.data,
        }
        return ConfigOutcome(name=name, exit_code=int(error.exit_code), error=facts)
    return ConfigOutcome(name=name, exit_code=int(data.exit_status), data=data)


def no_files(paths: Iterable[Path]) -> InputMissing:
    """The error for folders without a file in them."""
    names = ", ".join(str(path) for path in paths)
    return InputMissing(name=names, problem=_("there is no file in it"))
