"""The template that a file holds, as text; of a dump or a text with pins the one that follows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.errors import InputError, Malformed, NothingFound
from plugsmith.errors.device import TemplateUnusable
from plugsmith.flows.file_kind import FLASHES, FileKind
from plugsmith.flows.judged_file import JudgedFile, open_file
from plugsmith.flows.settings.file import LONGEST, read_text
from plugsmith.interpret.from_paste import check_usable_text
from plugsmith.messages import _
from plugsmith.openbeken.template import find_template

if TYPE_CHECKING:
    from pathlib import Path

_AS_IT_STANDS = {FileKind.TEMPLATE, FileKind.TEXT}


def template_text(path: Path) -> str:
    """The text of a template file, or the template that follows from a dump or a text with pins.

    Raises InputMissing and its kin, TextChanged, and TemplateUnusable for a file without pins.
    """
    if str(path) == "-":
        text = read_text(path)
        return (
            template_of(JudgedFile(name=_("standard input"), data=text.encode())) if text else text
        )
    return template_of(open_file(path))


def template_of(file: JudgedFile) -> str:
    """The same of a file that was read already."""
    text = file.data[: LONGEST + 1].decode("utf-8", "replace")
    if file.kind is FileKind.TEMPLATE and (held := read_pasted(file.data)) is not None:
        check_usable_text(held, name=file.name)
    if file.kind in _AS_IT_STANDS or (file.kind is FileKind.PINS and _holds_template(text)):
        return text
    from plugsmith.flows.dump.config import recovered  # noqa: PLC0415 - only for a dump

    pasted = read_pasted(file.data) if file.kind not in FLASHES else None
    if pasted is not None:
        check_usable_text(pasted, name=file.name)
    try:
        found = recovered(file.data, name=file.name)
    except (InputError, NothingFound) as problem:
        raise TemplateUnusable(
            name=file.name, problem=problem.message, remedy=problem.hint
        ) from problem
    if found.template is None or not found.pins:
        raise _without_pins(file)
    return json.dumps(found.template)


def _holds_template(text: str) -> bool:
    """Whether a template stands in it, as in a result of `dump config`."""
    try:
        return bool(find_template(text).template.pins)
    except Malformed:
        return False


def _without_pins(file: JudgedFile) -> TemplateUnusable:
    return TemplateUnusable(
        name=file.name,
        problem=_("it is a dump, and no pins were found in it.")
        if file.kind in FLASHES
        else _("no pins were found in it."),
        remedy=_("Run `plugsmith dump config {name}`: it says why.", name=file.name)
        if file.kind in FLASHES
        else file.advice,
    )
