"""The verbs about the user's own backups: requests and runners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.options import argument, option, request
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.backups.results import (
        BackupsResult,
        ExportResult,
        LabelResult,
        PruneResult,
    )

_NAME = N_("A backup by its name, its label, or the MAC of its device.")


@request
class BackupsListRequest(Record):
    """Which backups, and whether each is read and compared with its passport."""

    words: tuple[str, ...] = argument(
        default=(),
        metavar="WORD",
        help=N_("Words of the name, chip, MAC, date, label or note; all must occur."),
    )
    check: bool = option(
        default=False, help=N_("Read every backup and compare it with its passport.")
    )


@request
class BackupsLabelRequest(Record):
    """What a backup is to be called; an empty text takes the label or note away."""

    name: str = argument(metavar="NAME", help=_NAME)
    label: str | None = argument(
        default=None, metavar="LABEL", help=N_("What to call it; empty: no label any more.")
    )
    note: str | None = option(
        default=None, metavar="TEXT", help=N_("A remark to keep with it; empty: none any more.")
    )


@request
class BackupsExportRequest(Record):
    """Which backups go where."""

    names: tuple[str, ...] = argument(default=(), metavar="NAME", help=_NAME)
    output: Path = option(
        "--output", "-o", metavar="FOLDER", help=N_("The folder for the copies; made if need be.")
    )
    everything: bool = option("--all", default=False, help=N_("Every backup of the library."))


@request
class BackupsPruneRequest(Record):
    """How many backups of each device stay, and how old those must be that go."""

    keep: int = option(
        default=3, least=1, most=1000, metavar="N", help=N_("How many of each device stay.")
    )
    older_than: float | None = option(
        default=None, least=0, metavar="DAYS", help=N_("Remove only what is older than this.")
    )
    dry_run: bool = option(default=False, help=N_("Show what would go, and remove nothing."))


def list_backups(session: Session, request: BackupsListRequest) -> BackupsResult:
    """`backups list`."""
    from plugsmith.flows.backups import shelf

    return shelf.list_backups(session.library, request.words, check=request.check)


def label(session: Session, request: BackupsLabelRequest) -> LabelResult:
    """`backups label`."""
    from plugsmith.flows.backups import shelf

    return shelf.label_backup(session.library, request.name, label=request.label, note=request.note)


def export(session: Session, request: BackupsExportRequest) -> ExportResult:
    """`backups export`."""
    from plugsmith.flows.backups import shelf

    if bool(request.names) == request.everything:
        raise UsageError(problem=_("give the names of backups, or --all"))
    return shelf.export_backups(session.library, request.names, request.output)


def prune(session: Session, request: BackupsPruneRequest) -> PruneResult:
    """`backups prune`."""
    from plugsmith.flows.backups import shelf

    def consent(question: str, step: str) -> None:
        session.confirm(question, step=step)

    wish = shelf.PruneWish(
        keep=request.keep, older_than=request.older_than, dry_run=request.dry_run
    )
    return shelf.prune_backups(session.library, wish, consent=consent)
