"""The result of a verb over many files for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.code_words import told_if_known
from plugsmith.messages import _
from plugsmith.records import fields_of

if TYPE_CHECKING:
    from plugsmith.flows.many import ManyResult


def files_counts_text(found: ManyResult) -> str:
    """One line for each file, then how many gave which answer."""
    rows: list[tuple[str, str]] = []
    for line in found.items:
        _name, *values = fields_of(line).values()
        rows.append((line.name, ", ".join(told_if_known(str(value)) for value in values)))
    sums = [f"{count} {told_if_known(word)}" for word, count in found.counts.items()]
    total = _("{count} files: {sums}", count=found.files, sums=", ".join(sums))
    return "\n".join([table(rows), "", total])
