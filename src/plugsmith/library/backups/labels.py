"""What the user calls a backup and remarks about it: a small file beside it, `<stem>.label.json`.

Backup and passport are never changed; a label is the user's own and may change at any time. One
that cannot be read is no label: nothing depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.library.home import refusal, write_whole
from plugsmith.library.reader import JsonReader, Misfit, printable
from plugsmith.limited_read import read_regular
from plugsmith.records import frozen
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from pathlib import Path

LABEL_SUFFIX = ".label.json"
_SCHEMA = "plugsmith-label/1"
_LONGEST = 16 << 10


@frozen
class Label:
    """Both texts are printable and not empty, or None."""

    label: str | None = None
    note: str | None = None


def label_file(backup: Path) -> Path:
    """Where the label of the backup at `backup` (its .bin) is."""
    return backup.with_name(f"{backup.stem}{LABEL_SUFFIX}")


def read_label(backup: Path) -> Label:
    """The label of a backup; an empty one where there is none or it cannot be read."""
    try:
        reader = JsonReader.parse(read_regular(label_file(backup), limit=_LONGEST), limit=_LONGEST)
        if reader.text("schema") != _SCHEMA:
            return Label()
        return Label(label=reader.text_or_none("label"), note=reader.text_or_none("note"))
    except (OSError, PlugsmithError, Misfit):
        return Label()


def write_label(backup: Path, label: Label) -> Label:
    """Keep it, or take the file away where both texts are gone; NoRightToWrite, NoSpaceLeft.

    Returned is what was kept: letters that cannot be printed are shown as `?`.
    """
    kept = Label(label=_clean(label.label), note=_clean(label.note))
    body = {"schema": _SCHEMA, "label": kept.label, "note": kept.note}
    try:
        if kept == Label():
            label_file(backup).unlink(missing_ok=True)
        else:
            data = (json_text(body) + "\n").encode()
            write_whole(label_file(backup), data, keep_existing=False)
    except OSError as problem:
        raise refusal(backup.parent, problem) from problem
    return kept


def _clean(text: str | None) -> str | None:
    return printable(text.strip()) or None if text else None
