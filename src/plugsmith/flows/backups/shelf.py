"""`backups list`, `label`, `export`, `prune`: the library as its owner sees it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import BackupChanged
from plugsmith.flows.backups.results import (
    BackupsResult,
    ExportedBackup,
    ExportResult,
    LabelResult,
    PrunedBackup,
    PruneResult,
    StoredBackup,
)
from plugsmith.flows.bridge.saved import SavedRead
from plugsmith.library.backups.labels import Label, label_file, read_label, write_label
from plugsmith.library.backups.names import find, matching
from plugsmith.library.backups.pruning import PruneRule, superfluous
from plugsmith.library.backups.store import (
    Backup,
    claim_named,
    open_backup,
    sidecars,
    take_back,
    write_files,
)
from plugsmith.library.home import check_room
from plugsmith.messages import _
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from plugsmith.library.backups.index import IndexEntry
    from plugsmith.library.library import Library


def list_backups(library: Library, words: Sequence[str], *, check: bool = False) -> BackupsResult:
    """The backups in which every word occurs; `check` reads each whole."""
    entries = library.backups.entries()
    first = _first_of_each(entries)
    rows = [
        StoredBackup(
            name=entry.file.stem,
            file=str(entry.file),
            created=entry.created,
            chip=entry.device.chip,
            size=entry.device.flash_size,
            mac=entry.device.mac,
            label=read_label(entry.file).label or entry.label,
            note=read_label(entry.file).note,
            state=_checked(entry) if check else _state(entry),
            first=entry in first,
        )
        for entry in matching(entries, words)
    ]
    return BackupsResult(backups=(*rows, *_by_others(library, words, check=check)), checked=check)


def label_backup(
    library: Library, name: str, *, label: str | None, note: str | None
) -> LabelResult:
    """Give a backup a label, a note, or both; an empty text takes one away, None leaves it."""
    if label is None and note is None:
        raise UsageError(problem=_("give a LABEL, or --note"))
    entry = find(library.backups.entries(), name)
    before = read_label(entry.file)
    kept = write_label(
        entry.file,
        Label(
            label=before.label if label is None else label,
            note=before.note if note is None else note,
        ),
    )
    return LabelResult(name=entry.file.stem, label=kept.label, note=kept.note)


def export_backups(library: Library, names: Sequence[str], folder: Path) -> ExportResult:
    """Copy backups with all that belongs to them, each compared with its passport first.

    Nothing is overwritten. Raises BackupUnknown, BackupChanged, OutputExists, NoRightToWrite.
    """
    entries = library.backups.entries()
    chosen = [find(entries, name) for name in names] if names else list(entries)
    backups = {entry.file.stem: open_backup(entry.file) for entry in chosen}
    check_room(folder, sum(item.passport.flash_size for item in backups.values()))
    done = [_copied(backup, folder) for backup in backups.values()]
    return ExportResult(folder=str(folder), exported=tuple(done))


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneWish:
    """How many of each device stay, and how old (in days) the others must be to go."""

    keep: int
    older_than: float | None
    dry_run: bool


def prune_backups(
    library: Library, wish: PruneWish, *, consent: Callable[[str, str], None]
) -> PruneResult:
    """Remove what the rules give up, after consent; see `superfluous` for what always stays."""
    library.jobs.refuse_unreadable()
    entries = library.backups.entries()
    in_use = {job.header.backup for job in library.jobs.open_jobs() if job.header.backup}
    rule = PruneRule(keep=wish.keep, before=_before(wish.older_than))
    gone = superfluous(entries, rule, folder=library.backups.folder, in_use=in_use)
    rows = [
        PrunedBackup(
            name=entry.file.stem,
            created=entry.created,
            mac=entry.device.mac,
            size=sum(_size(path) for path in _files(entry.file)),
        )
        for entry in gone
    ]
    if gone and not wish.dry_run:
        names = ", ".join(row.name for row in rows)
        consent(
            _(
                "Remove {count} {count:backup|backups} for good: {names}?",
                count=len(rows),
                names=names,
            ),
            _("removing {count} {count:backup|backups}", count=len(rows)),
        )
        for entry in gone:
            _remove(entry.file)
    return PruneResult(
        removed=tuple(rows),
        kept=len(entries) - len(rows),
        freed=sum(row.size for row in rows),
        dry_run=wish.dry_run,
    )


def _by_others(library: Library, words: Sequence[str], *, check: bool) -> list[StoredBackup]:
    """The reads of other programs in which every word occurs."""
    reads = [SavedRead(file=file, passport=passport) for file, passport in library.via.reads()]
    return [
        StoredBackup(
            name=read.file.stem,
            file=str(read.file),
            created=read.passport.created,
            chip=read.chip or "?",
            size=read.passport.size,
            mac=read.passport.mac,
            label=None,
            note=None,
            state=read.state(whole=check),
            first=False,
            program=read.passport.program,
            proof=read.passport.proof,
        )
        for read in reads
        if all(read.has(word) for word in words)
    ]


def _first_of_each(entries: Sequence[IndexEntry]) -> list[IndexEntry]:
    oldest = {
        (entry.device.chip, entry.device.mac): entry
        for entry in sorted(entries, key=lambda item: item.order, reverse=True)
        if entry.device.mac is not None
    }
    return list(oldest.values())


def _state(entry: IndexEntry) -> str:
    try:
        size = entry.file.stat().st_size
    except OSError:
        return "missing"
    return "present" if size == entry.device.flash_size else "other-size"


def _checked(entry: IndexEntry) -> str:
    try:
        open_backup(entry.file)
    except BackupChanged:
        return "changed"
    except PlugsmithError:
        return "missing"
    return "sound"


def _copied(backup: Backup, folder: Path) -> ExportedBackup:
    target = claim_named(folder / backup.file.name)
    copy = Backup(file=target, passport_file=target.with_suffix(".json"), passport=backup.passport)
    try:
        write_files(copy, backup.read())
    except OSError as problem:
        take_back(copy)
        raise NoRightToWrite(folder=str(folder), problem=system_words(problem)) from problem
    label = read_label(backup.file)
    if label != Label():
        write_label(target, label)
    files = [path for path in _files(target) if path.is_file()]
    return ExportedBackup(
        name=target.stem,
        files=tuple(path.name for path in files),
        sha256=backup.passport.sha256,
    )


def _files(backup: Path) -> list[Path]:
    return [backup, *sidecars(backup), label_file(backup)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _remove(backup: Path) -> None:
    """The passport goes first: what a crash leaves of the others is no backup."""
    try:
        backup.with_suffix(".json").unlink(missing_ok=True)
    except OSError as problem:
        folder = str(backup.parent)
        raise NoRightToWrite(folder=folder, problem=system_words(problem)) from problem
    for path in _files(backup):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _before(older_than: float | None) -> str | None:
    if older_than is None:
        return None
    return (datetime.now(UTC) - timedelta(days=older_than)).isoformat(timespec="seconds")
