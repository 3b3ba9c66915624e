"""Files that the user gives, also out of archives: `dumps.zip`, `dumps.zip/plug.bin`.

A ZIP with one usable member stands for it; several are several inputs, and where only one can be
worked on, the user is told their names.
"""

from __future__ import annotations

import io
from dataclasses import field
from typing import TYPE_CHECKING

from plugsmith.errors import InputError, InputMissing, InputTooLarge
from plugsmith.errors.content import SeveralInside
from plugsmith.image.archive import ZIP_MAGIC, member_names, read_member, unpack_stream
from plugsmith.limited_read import read_limited
from plugsmith.messages import _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_FILE_LEN = 0x100_0000  # twice the largest flash of any chip: UF2 files are double their data
MAX_ARCHIVE_LEN = 0x2000_0000
_SHOWN = 12


@frozen
class InputFile:
    """The bytes that are meant, and the name to call them by."""

    name: str
    data: bytes = field(repr=False)


def read_input(path: Path) -> InputFile:
    """The file at `path`, a member of an archive, or the only member of one.

    Raises InputMissing, InputTooLarge, Malformed, InputUnusable, SeveralInside.
    """
    inside = _split(path)
    if inside is not None:
        archive, member = inside
        with _opened(archive) as stream:
            data = read_member(stream, member, name=archive.name, limit=MAX_FILE_LEN)
        return InputFile(name=f"{archive.name}/{_label(member)}", data=data)
    if _is_zip(path):
        names = _members(path)
        if len(names) != 1:
            raise SeveralInside(name=path.name, count=len(names), names=_listed(path, names))
        return read_input(path / names[0])
    data = unpack_stream(_read(path), name=path.name, limit=MAX_FILE_LEN)
    return InputFile(name=path.name, data=data)


def input_of(data: bytes, *, name: str) -> InputFile:
    """The same for bytes that came over a pipe."""
    if len(data) > MAX_FILE_LEN:
        raise InputTooLarge(name=name, size=len(data), limit=MAX_FILE_LEN)
    if not data.startswith(ZIP_MAGIC):
        return InputFile(name=name, data=unpack_stream(data, name=name, limit=MAX_FILE_LEN))
    names = member_names(io.BytesIO(data), name=name)
    if len(names) != 1:
        shown = ", ".join(map(_label, names[:_SHOWN]))
        raise SeveralInside(name=name, count=len(names), names=shown)
    found = read_member(io.BytesIO(data), names[0], name=name, limit=MAX_FILE_LEN)
    return InputFile(name=name, data=found)


def expand(paths: Iterable[Path]) -> list[Path]:
    """Folders and archives replaced by the files in them, sorted; hidden files are left out."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.iterdir() if item.is_file())
            files += expand(item for item in inside if not item.name.startswith("."))
        elif _is_zip(path) and len(names := _members_or_none(path)) > 1:
            files += [path / name for name in sorted(names)]
        else:
            files.append(path)
    return files


def several_in(path: Path) -> list[Path] | None:
    """The files in a folder or in an archive with several; None where one file is meant.

    Raises InputMissing for a folder without files.
    """
    found = expand([path])
    if path.is_dir() and not found:
        raise InputMissing(name=str(path), problem=_("there is no file in it"))
    return found if path.is_dir() or len(found) > 1 else None


def is_same_file(source: Path, output: Path) -> bool:
    """Whether `output` is the file, or the archive, that `source` is read from."""
    inside = _split(source)
    try:
        return output.samefile(inside[0] if inside is not None else source)
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Whether there is such a file, folder, or member of an archive."""
    return _is_there(path) or _split(path) is not None


def _split(path: Path) -> tuple[Path, str] | None:
    """The archive and the member that a path like `dumps.zip/plug.bin` names."""
    if _is_there(path):
        return None
    for parent in path.parents:
        if _is_there(parent) and parent.is_file():
            return (parent, path.relative_to(parent).as_posix()) if _is_zip(parent) else None
    return None


def _is_there(path: Path) -> bool:
    """Whether it can be looked at; why not (a name too long, no right) is said when it is read."""
    try:
        return path.exists()
    except OSError:
        return False


def _is_zip(path: Path) -> bool:
    try:
        if not path.is_file():  # opening a pipe would wait for its writer
            return False
        with path.open("rb") as stream:
            return stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    except OSError:
        return False


def _members(path: Path) -> list[str]:
    with _opened(path) as stream:
        return member_names(stream, name=path.name)


def _members_or_none(path: Path) -> list[str]:
    """The members; none for a broken archive, which then fails as the one input that it is."""
    try:
        return _members(path)
    except InputError:
        return []


def _opened(path: Path) -> io.BufferedReader:
    try:
        size = path.stat().st_size
        if size > MAX_ARCHIVE_LEN:
            raise InputTooLarge(name=path.name, size=size, limit=MAX_ARCHIVE_LEN)
        return path.open("rb")
    except OSError as problem:
        raise _missing(path, problem) from problem


def _read(path: Path) -> bytes:
    return read_limited(path, limit=MAX_FILE_LEN)


def _missing(path: Path, problem: OSError) -> InputMissing:
    from plugsmith.system_words import system_words  # noqa: PLC0415 - only where reading fails

    return InputMissing(name=str(path), problem=system_words(problem))


def _listed(path: Path, names: list[str]) -> str:
    return ", ".join(f"{path.name}/{_label(name)}" for name in names[:_SHOWN]) or _("nothing")


def _label(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)
