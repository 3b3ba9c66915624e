"""What the user calls a file: a path, or a backup of the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.api.session import Session


def named_file(session: Session, name: str) -> Path:
    """The path, or the backup that is meant by `name` in the library if there is no such path.

    Raises SeveralBackups where a label or a MAC fits more than one.
    """
    from plugsmith.flows.input_file import exists
    from plugsmith.library.backups.names import called

    path = Path(name)
    if exists(path):
        return path
    entry = called(session.library.backups.entries(), name)
    if entry is not None:
        return entry.file
    return (session.library.via.called(name) if path.name == name else None) or path


def named_backup(session: Session, name: str) -> Path:
    """The same; BackupUnknown for a plain word that is neither a file nor a backup."""
    from plugsmith.errors.library import BackupUnknown

    path = named_file(session, name)
    if str(path) == name and path.name == name and not path.suffix and not path.exists():
        raise BackupUnknown(name=name)
    return path
