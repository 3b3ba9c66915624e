"""The result of a verb over many files for people."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.code_words import told_if_known
from plugsmith.messages import N_, _
from plugsmith.records import fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.flows.many import ManyResult

_NONE: Mapping[str, str] = MappingProxyType({})
_OF_ALL = {"done": N_("done"), "unusable": N_("unusable")}


def files_counts_text(found: ManyResult, words: Mapping[str, str] = _NONE) -> str:
    """One line for each file, then how many gave which answer; `words`: what a verb calls them."""
    called = {**_OF_ALL, **words}

    def said(word: str) -> str:
        return _(called[word]) if word in called else told_if_known(word)

    rows: list[tuple[str, str]] = []
    for line in found.items:
        _name, *values = fields_of(line).values()
        rows.append((line.name, ", ".join(said(str(value)) for value in values)))
    sums = [f"{said(word)} ({count})" for word, count in found.counts.items()]
    total = _("{count} files: {sums}", count=found.files, sums=", ".join(sums))
    return "\n".join([table(rows), "", total])
