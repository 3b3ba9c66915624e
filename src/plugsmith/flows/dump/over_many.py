"""The `dump` verbs over many files: an item each, and where files are made, all in one folder."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.errors.library import OutputExists
from plugsmith.flows.dump.files import (
    extract_to,
    is_filled,
    make_folder,
    open_dump,
    records,
    repair_to,
    sanitize_to,
    secret_words,
)
from plugsmith.flows.dump.results import RecordsResult
from plugsmith.flows.many import ManyResult, over_files
from plugsmith.messages import _
from plugsmith.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.dump.file_results import ExtractResult, RepairResult, SanitizeResult

_PACKED = {".zip", ".gz", ".xz"}


def records_many(
    paths: Sequence[Path], *, show_secrets: bool, sink: EventSink, cancel: CancelToken
) -> ManyResult:
    """`dump records` of each."""
    work = partial(_records_one, show_secrets=show_secrets)
    return over_files(paths, work, brief=("count",), sink=sink, cancel=cancel)


def extract_many(
    paths: Sequence[Path],
    folder: Path,
    *,
    show_secrets: bool,
    sink: EventSink,
    cancel: CancelToken,
) -> ManyResult:
    """`dump extract` of each, into a folder of its own below `folder`."""
    if is_filled(folder):
        raise OutputExists(name=str(folder))
    _names_apart(paths)
    work = partial(_extract_one, folder=folder, show_secrets=show_secrets)
    return over_files(paths, work, brief=("folder",), sink=sink, cancel=cancel)


def repair_many(
    paths: Sequence[Path],
    folder: Path,
    *,
    sanitized: frozenset[Path],
    sink: EventSink,
    cancel: CancelToken,
) -> ManyResult:
    """`dump repair` of each, into `folder`; the copies of those in `sanitized` are cleaned too."""
    _room_for(paths, folder)
    work = partial(_repair_one, folder=folder, sanitized=sanitized)
    return over_files(paths, work, brief=("file",), sink=sink, cancel=cancel)


def sanitize_many(
    paths: Sequence[Path],
    folder: Path,
    *,
    keep_mac: bool,
    strict: bool,
    secret_file: Path | None,
    sink: EventSink,
    cancel: CancelToken,
) -> ManyResult:
    """`dump sanitize` of each, into `folder`."""
    _room_for(paths, folder)
    secret_words(secret_file)  # this process shall mask them too, and a missing file ends it now
    work = partial(
        _sanitize_one, folder=folder, keep_mac=keep_mac, strict=strict, secret_file=secret_file
    )
    return over_files(paths, work, brief=("file",), sink=sink, cancel=cancel)


def copy_name(path: Path) -> str:
    """What the copy of a file is called: its own name, for a packed one that of a plain file."""
    if path.suffix.lower() not in _PACKED:
        return path.name
    return path.stem if "." in path.stem else f"{path.stem}.bin"


@record
class CountedRecords(RecordsResult):
    """The records of one of many files, and how many they are."""

    count: int


def _records_one(path: Path, *, show_secrets: bool) -> CountedRecords:
    found = records(open_dump(path), show_secrets=show_secrets)
    return CountedRecords(records=found.records, count=len(found.records))


def _extract_one(path: Path, *, folder: Path, show_secrets: bool) -> ExtractResult:
    return extract_to(open_dump(path), folder / copy_name(path), show_secrets=show_secrets)


def _repair_one(path: Path, *, folder: Path, sanitized: frozenset[Path]) -> RepairResult:
    return repair_to(open_dump(path), folder / copy_name(path), sanitized=path in sanitized)


def _sanitize_one(
    path: Path, *, folder: Path, keep_mac: bool, strict: bool, secret_file: Path | None
) -> SanitizeResult:
    target = folder / copy_name(path)
    return sanitize_to(
        open_dump(path), target, keep_mac=keep_mac, strict=strict, secret_file=secret_file
    )


def _room_for(paths: Sequence[Path], folder: Path) -> None:
    """The folder, made where it is missing. Raises OutputExists, NoRightToWrite, UsageError."""
    if folder.exists() and not folder.is_dir():
        raise OutputExists(name=str(folder))
    _names_apart(paths)
    for path in paths:
        if (taken := folder / copy_name(path)).exists():
            raise OutputExists(name=str(taken))
    make_folder(folder)


def _names_apart(paths: Sequence[Path]) -> None:
    seen: set[str] = set()
    for path in paths:
        name = copy_name(path).casefold()
        if name in seen:
            raise UsageError(
                problem=_(
                    "two of the files would give {name} in one folder; take them one by one",
                    name=copy_name(path),
                )
            )
        seen.add(name)
