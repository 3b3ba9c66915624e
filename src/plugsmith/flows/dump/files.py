"""Work on dump files: read one, do one thing with it, write the result whole, say what it gave."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from plugsmith.dump.compare import compare
from plugsmith.dump.dump import Dump
from plugsmith.dump.extract import extract
from plugsmith.dump.listing import list_records
from plugsmith.dump.repair import repair
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import NothingFound
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import OutputExists
from plugsmith.flows.dump.facts import (
    damage_row,
    diff_result,
    info_of,
    stored_row,
    summary_text,
)
from plugsmith.flows.dump.file_results import (
    AreaSizes,
    DiffResult,
    ExtractedFile,
    ExtractResult,
    ProofRow,
    RemovedRow,
    RepairResult,
    SanitizeResult,
    UnreadRow,
)
from plugsmith.flows.dump.results import RecordsResult
from plugsmith.flows.file_kind import FLASHES
from plugsmith.flows.judged_file import judged, open_file, worked_on
from plugsmith.flows.many import ManyResult, over_files
from plugsmith.limited_read import read_limited
from plugsmith.messages import _
from plugsmith.private_files import make_private_folder, write_private
from plugsmith.secrets import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.dump.results import InfoResult

_LONGEST = 0x1_0000  # bytes of a list of secrets


def open_dump(path: Path) -> Dump:
    """The dump at `path`. Raises InputMissing, InputTooLarge or InputEmpty."""
    file = open_file(path)
    return Dump(data=file.data, name=file.name)


def dump_of(data: bytes, *, name: str) -> Dump:
    """A dump of bytes that came from elsewhere, packed or not. Raises InputEmpty."""
    return Dump(data=judged(data, name=name).data, name=name)


def info(dump: Dump) -> InfoResult:
    """What the file is."""
    return info_of(dump, survey(dump))


def info_many(
    paths: Sequence[Path],
    one: Callable[[Path], InfoResult],
    *,
    sink: EventSink,
    cancel: CancelToken,
) -> ManyResult:
    """The same for many files, an item each, as `one` tells it."""
    brief = ("chip", "looks_like")
    return over_files(paths, one, word="kind", brief=brief, sink=sink, cancel=cancel)


def records(dump: Dump, *, show_secrets: bool) -> RecordsResult:
    """Everything that is stored in it; NothingFound where that is nothing."""
    listed = list_records(dump, show_secrets=show_secrets)
    if not listed:
        with worked_on(dump.data, takes=FLASHES):
            raise NothingFound(what=_("A stored record or file"), name=dump.name)
    return RecordsResult(records=tuple(stored_row(item) for item in listed))


def repair_to(dump: Dump, output: Path, *, sanitized: bool = False) -> RepairResult:
    """Write the repaired copy.

    `sanitized`: the copy is also made safe to share; nothing is written without the proof of it.
    """
    with worked_on(dump.data, takes=FLASHES):
        fixed = repair(dump)
    data = sanitize(Dump(data=fixed.data, name=dump.name)).data if sanitized else fixed.data
    write_whole(output, data)
    return RepairResult(
        file=str(output),
        sha256=digest_of(data),
        size=len(data),
        sanitized=sanitized,
        done=fixed.done,
        left=tuple(damage_row(item) for item in fixed.left),
    )


def sanitize_to(
    dump: Dump,
    output: Path,
    *,
    keep_mac: bool,
    strict: bool = True,
    secret_file: Path | None = None,
) -> SanitizeResult:
    """Write the clean copy; nothing without the proof. `secret_file` holds a word a line."""
    secrets = secret_words(secret_file)
    with worked_on(dump.data, takes=FLASHES):
        clean = sanitize(dump, keep_mac=keep_mac, strict=strict, secrets=secrets)
    write_whole(output, clean.data)
    return SanitizeResult(
        file=str(output),
        sha256=digest_of(clean.data),
        removed=tuple(
            RemovedRow(what=item.what, where=item.where, count=item.count) for item in clean.removed
        ),
        proof=ProofRow(
            records_intact=clean.proof.records_intact,
            pin_text_identical=clean.proof.pin_text_identical,
            secrets_left=clean.proof.secrets_left,
        ),
        kept=("mac",) if keep_mac else (),
        unread=tuple(
            UnreadRow(start=span.start, end=span.end, state="blanked" if strict else "stays")
            for span in clean.unread
        ),
        areas=AreaSizes(**clean.ledger.sizes()),
        searches=clean.searches,
        summary=summary_text(clean),
    )


def secret_words(path: Path | None) -> list[bytes]:
    """The user's own words in a file, one a line; from now on this process masks them."""
    lines = read_limited(path, limit=_LONGEST).splitlines() if path else []
    secrets = [line.strip() for line in lines]
    KNOWN.note(*(line.decode("utf-8", "replace") for line in secrets))
    return secrets


def extract_to(dump: Dump, folder: Path, *, show_secrets: bool) -> ExtractResult:
    """Write every part below `folder`; OutputExists where something is in it already."""
    if is_filled(folder):
        raise OutputExists(name=str(folder))
    written: list[ExtractedFile] = []
    for part in extract(dump, show_secrets=show_secrets):
        target = folder / part.path
        make_folder(target.parent)
        write_whole(target, part.data)
        written.append(ExtractedFile(file=part.path, size=len(part.data), facts=part.facts))
    withheld = not any(item.file.startswith("partitions/") for item in written)
    return ExtractResult(
        folder=str(folder),
        files=tuple(written),
        secrets=show_secrets,
        withheld=("partitions", "code") if withheld and not show_secrets else (),
    )


def diff(first: Dump, second: Dump) -> DiffResult:
    """What differs, without secrets."""
    return diff_result(compare(first, second))


def write_whole(path: Path, data: bytes) -> None:
    """Write all or nothing, for the owner's eyes only; NoRightToWrite where that fails."""
    try:
        write_private(path, data)
    except OSError as problem:
        raise _no_right(path.parent, problem) from problem


def is_filled(folder: Path) -> bool:
    """Whether something would be overwritten or mixed in there."""
    try:
        return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as problem:
        raise _no_right(folder, problem) from problem


def make_folder(folder: Path) -> None:
    """Make it, for its owner alone; NoRightToWrite where that fails."""
    try:
        make_private_folder(folder)
    except OSError as problem:
        raise _no_right(folder, problem) from problem


def _no_right(folder: Path, problem: OSError) -> NoRightToWrite:
    from plugsmith.system_words import system_words  # noqa: PLC0415 - only where writing fails

    reason = system_words(problem)
    return NoRightToWrite(folder=str(folder), problem=reason)


def digest_of(data: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
