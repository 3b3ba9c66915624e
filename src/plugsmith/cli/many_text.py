"""The result of a verb over many files for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.code_words import told_if_known
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact


def counts_text(data: dict[str, Fact]) -> str:
    """One line for each file, then how many gave which answer."""
    rows: list[tuple[str, str]] = []
    items, counts = data.get("items"), data.get("counts")
    for item in items if isinstance(items, (list, tuple)) else []:
        if isinstance(item, dict):
            words = [told_if_known(str(value)) for key, value in item.items() if key != "name"]
            rows.append((str(item["name"]), ", ".join(words)))
    sums = (
        [f"{count} {told_if_known(word)}" for word, count in counts.items()]
        if isinstance(counts, dict)
        else []
    )
    total = _("{count} files: {sums}", count=data.get("files"), sums=", ".join(sums))
    return "\n".join([table(rows), "", total])
