"""The result of a verb over many files for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.code_words import told_if_known
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.many import ManyResult


def files_counts_text(found: ManyResult) -> str:
    """One line for each file, then how many gave which answer."""
    rows: list[tuple[str, str]] = []
    for item in found.items:
        words = [told_if_known(str(value)) for key, value in item.items() if key != "name"]
        rows.append((str(item["name"]), ", ".join(words)))
    sums = [f"{count} {told_if_known(word)}" for word, count in found.counts.items()]
    total = _("{count} files: {sums}", count=found.files, sums=", ".join(sums))
    return "\n".join([table(rows), "", total])
