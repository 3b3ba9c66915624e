"""A secret that stands elsewhere: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`."""

from __future__ import annotations

import os
from pathlib import Path

from plugsmith.errors import UsageError
from plugsmith.flows.settings.file import read_text
from plugsmith.installed import how_to_add
from plugsmith.messages import _
from plugsmith.secrets import KNOWN

SECRET_PLACES = ("env", "file", "keyring")


def names_a_place(text: str) -> bool:
    """Whether a text says where a secret is, instead of being one."""
    kind, colon, rest = text.partition(":")
    return bool(colon and rest) and kind in SECRET_PLACES


def secret_at(place: str, folder: Path) -> str:
    """The secret behind a place; files are looked for from `folder`. UsageError where none is.

    From here on nothing tells it.
    """
    kind, _colon, rest = place.partition(":")
    read = {"env": _of_variable, "keyring": _of_keyring}.get(kind)
    found = read(rest) if read is not None else _of_file(folder / Path(rest).expanduser())
    KNOWN.note(found)
    return found


def _of_variable(name: str) -> str:
    if name not in os.environ:
        raise UsageError(problem=_("the variable {name} is not set", name=name))
    return os.environ[name]


def _of_file(path: Path) -> str:
    lines = read_text(path).splitlines()
    if not lines or not lines[0].strip():
        raise UsageError(problem=_("the first line of {name} is empty", name=str(path)))
    return lines[0].strip()


def _of_keyring(rest: str) -> str:
    service, slash, user = rest.partition("/")
    if not (service and slash and user):
        raise UsageError(problem=_("{place!r} is not keyring:SERVICE/USER", place=rest[:40]))
    try:
        import keyring  # noqa: PLC0415 - an optional extra
    except ImportError as problem:
        raise UsageError(
            problem=_("the keyring needs a package: {install}", install=how_to_add("keyring"))
        ) from problem
    troubles = getattr(keyring, "errors", None)  # locked, refused, none there
    kind: type[Exception] = getattr(troubles, "KeyringError", OSError)
    try:
        found = keyring.get_password(service, user)
    except (kind, OSError, RuntimeError) as problem:
        raise UsageError(
            problem=_("the keyring does not open: {problem}", problem=type(problem).__name__)
        ) from problem
    if not found:
        raise UsageError(problem=_("the keyring holds nothing for {place}", place=rest))
    return str(found)


__all__ = ["SECRET_PLACES", "names_a_place", "secret_at"]
