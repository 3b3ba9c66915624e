"""Lists of devices on disk: a file, or a folder of single profiles, as raw entries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import InputMissing, Malformed
from plugsmith.errors.catalogue import ListUnusable
from plugsmith.errors.content import InputError
from plugsmith.limited_read import read_regular
from plugsmith.messages import _
from plugsmith.openbeken.device_list import MAX_ENTRIES, MAX_LIST_LEN, read_list
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from pathlib import Path

_MAX_PROFILE_LEN = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """Entries as they were found; files that are no JSON come back in `unreadable`."""

    entries: tuple[object, ...]
    version: str
    sha256: str
    unreadable: tuple[str, ...] = ()


def list_from_bytes(data: bytes, *, name: str) -> FoundList:
    """The entries in the bytes of a list; ListUnusable where it is broken as a whole."""
    if len(data) > MAX_LIST_LEN:
        raise ListUnusable(name=name, problem=_("it has more than 64 MiB"))
    try:
        found = read_list(data.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise ListUnusable(name=name, problem=_("it is not a text")) from problem
    except Malformed as problem:
        raise ListUnusable(name=name, problem=str(problem.facts["problem"])) from problem
    digest = hashlib.sha256(data).hexdigest()
    return FoundList(entries=found.entries, version=found.version, sha256=digest)


def list_from_file(path: Path) -> FoundList:
    """The entries of a file."""
    return list_from_bytes(_read(path, MAX_LIST_LEN + 1), name=path.name)


def list_from_folder(folder: Path) -> FoundList:
    """The entries of all .json files in a folder (not in folders below it), by name.

    A file that cannot be read is named in `unreadable`; the others count.
    """
    entries: list[object] = []
    unreadable: list[str] = []
    digest = hashlib.sha256()
    paths = sorted(folder.glob("*.json"))
    if len(paths) > MAX_ENTRIES:
        raise ListUnusable(name=folder.name, problem=_("it holds too many files"))
    for path in paths:
        try:
            data = read_regular(path, limit=_MAX_PROFILE_LEN)
            found = list_from_bytes(data, name=path.name)
        except (ListUnusable, InputError):
            unreadable.append(path.name[:200])
            continue
        entries += [_named(item, path.stem) for item in found.entries]
        digest.update(found.sha256.encode())
    if not entries:
        raise ListUnusable(name=folder.name, problem=_("no file in it describes a device"))
    return FoundList(
        entries=tuple(entries),
        version="",
        sha256=digest.hexdigest(),
        unreadable=tuple(unreadable),
    )


def _named(entry: object, stem: str) -> object:
    """A profile that does not say its name gets that of its file."""
    if isinstance(entry, dict) and not (entry.get("name") or entry.get("manufacturer")):
        return {**entry, "name": stem[:200]}
    return entry


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(limit)
    except OSError as problem:
        reason = system_words(problem)
        raise InputMissing(name=str(path), problem=reason) from problem
