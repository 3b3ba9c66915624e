"""The whole library as one file (ZIP), and such a file put back: nothing that is there changes."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugsmith.errors.own.ui import UiFileName, UiNoLibrary
from plugsmith.messages import _
from plugsmith.private_files import make_private_folder
from plugsmith.ui.files import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARK = "plugsmith-library/1"  # the comment of the archive
_SHELVES = ("backups", "jobs", "rescued", "devices", "undo")
_SINGLE = ("adapters.json", "devices.json")  # the index of backups makes itself
_MOST_BYTES = 1 << 30
_MOST_FILES = 20_000
_DEEPEST = 4


@dataclass(slots=True)
class Taken:
    """What came of a file that was put back.

    `added` are new files, `same` were there already, `differs` are there with other content and
    were left alone.
    """

    added: list[Path] = field(default_factory=list)
    same: int = 0
    differs: list[str] = field(default_factory=list)


def pack_library(root: Path) -> bytes:
    """All that cannot be had again: backups, journals, what was rescued, undo points, labels."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.comment = _MARK.encode()
        for path in _files(root):
            archive.write(path, path.relative_to(root).as_posix())
    return out.getvalue()


def take_library(root: Path, data: bytes) -> Taken:
    """Put a packed library back; UiNoLibrary, before anything is written, if it is none.

    An OSError leaves nothing of it behind.
    """
    content = _read(data)
    taken = Taken()
    try:
        for name, held in content.items():
            path = root.joinpath(*PurePosixPath(name).parts)
            if path.exists() or any(above.is_file() for above in path.parents):
                if path.is_file() and path.read_bytes() == held:
                    taken.same += 1
                else:
                    taken.differs.append(name)
                continue
            make_private_folder(path.parent)
            taken.added.append(path)
            path.write_bytes(held)
    except OSError:
        drop(taken)
        raise
    return taken


def drop(taken: Taken) -> None:
    """Remove again what was added."""
    for path in taken.added:
        with suppress(OSError):
            path.unlink()


def _files(root: Path) -> Iterator[Path]:
    for shelf in _SHELVES:
        yield from sorted(path for path in (root / shelf).rglob("*") if path.is_file())
    yield from (root / name for name in _SINGLE if (root / name).is_file())


def _read(data: bytes) -> dict[str, bytes]:
    """Names and contents, all of them fit for a library."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.comment != _MARK.encode():
                raise UiNoLibrary(problem=_("it was not made by Plugsmith"))
            entries = archive.infolist()
            if len(entries) > _MOST_FILES or sum(one.file_size for one in entries) > _MOST_BYTES:
                raise UiNoLibrary(problem=_("it is too large"))
            _check_names([_fit(one.filename) for one in entries])
            return {one.filename: archive.read(one) for one in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as bad:
        raise UiNoLibrary(problem=_("it is damaged or no ZIP file")) from bad


def _check_names(names: list[str]) -> None:
    """Each once, and none of them a folder for another."""
    above = {str(folder) for name in names for folder in PurePosixPath(name).parents}
    if len(set(names)) < len(names) or above & set(names):
        raise UiNoLibrary(problem=_("it holds a file with an odd name"))


def _fit(name: str) -> str:
    parts = name.split("/")
    shelved = parts[0] in _SHELVES and 2 <= len(parts) <= _DEEPEST
    try:
        for part in parts:
            plain_name(part)
    except UiFileName as bad:
        raise UiNoLibrary(problem=_("it holds a file with an odd name")) from bad
    if not shelved and name not in _SINGLE:
        raise UiNoLibrary(problem=_("it holds a file that no library has"))
    return name
