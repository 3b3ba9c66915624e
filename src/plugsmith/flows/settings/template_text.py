"""The template that a file holds, as text; a binary dump is searched for its pins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.errors import InputError, NothingFound
from plugsmith.errors.device import TemplateUnusable
from plugsmith.flows.settings.file import read_text
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 4096


def template_text(path: Path) -> str:
    """The text of a template file, or the template that follows from a dump.

    Raises InputMissing, and TemplateUnusable for a binary file without pins in it.
    """
    if str(path) == "-" or not _is_binary(path):
        return read_text(path)
    from plugsmith.flows.dump.config import recover_file  # noqa: PLC0415 - only for a dump

    name = path.name
    try:
        found = recover_file(path)
    except (InputError, NothingFound) as problem:
        raise TemplateUnusable(name=name, problem=problem.message, remedy=problem.hint) from problem
    if found.template is None or not found.pins:
        raise TemplateUnusable(
            name=name,
            problem=_("it is a dump, and no pins were found in it."),
            remedy=_("Run `plugsmith dump config {name}`: it says why.", name=name),
        )
    return json.dumps(found.template)


def _is_binary(path: Path) -> bool:
    if path.exists() and not path.is_file():  # a pipe can be read once only
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return not path.exists() and path.parent.is_file()  # a member of an archive
    return b"\0" in head or head.startswith((b"PK\3\4", b"\x1f\x8b", b"\xfd7zXZ"))
