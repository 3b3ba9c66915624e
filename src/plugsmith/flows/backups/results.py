"""What the verbs about the library's backups give back."""

from __future__ import annotations

from plugsmith.records import Record, Result, record, sparse


@record
class StoredBackup(Record):
    """A backup of the library.

    `state`: `present`, `missing`, `other-size`; after a check `sound` or `changed`. `first`: the
    oldest of its device, most often the one with the vendor's firmware. `program` and `proof` are
    those of a read by another program: it puts it back, too.
    """

    name: str
    file: str
    created: str
    chip: str
    size: int
    mac: str | None
    label: str | None
    note: str | None
    state: str
    first: bool
    program: str | None = sparse(default=None)
    proof: str | None = sparse(default=None)


@record
class BackupsResult(Result):
    """Backups, the latest first, and behind them those that other programs read.

    `checked`: every byte was compared with its passport.
    """

    backups: tuple[StoredBackup, ...]
    checked: bool


@record
class LabelResult(Result):
    """The backup with the label and note that it has now."""

    name: str
    label: str | None
    note: str | None


@record
class ExportedBackup(Record):
    """A copy of a backup and the files that belong to it."""

    name: str
    files: tuple[str, ...]
    sha256: str


@record
class ExportResult(Result):
    """What was copied where."""

    folder: str
    exported: tuple[ExportedBackup, ...]


@record
class PrunedBackup(Record):
    """A backup that the rules give up; `size` in bytes of all its files."""

    name: str
    created: str
    mac: str | None
    size: int


@record
class PruneResult(Result):
    """What went, or with a dry run would go; `freed` in bytes."""

    removed: tuple[PrunedBackup, ...]
    kept: int
    freed: int
    dry_run: bool
