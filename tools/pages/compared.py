"""docs/compared.md from the table that the project keeps (compared.toml)."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

from pages.markdown import table

_PLACE = Path(__file__).parent / "compared.toml"
_NOTICE = "<!-- Generated from tools/pages/compared.toml (`make generated`). Do not edit. -->\n"
_STATES = ("yes", "partly", "no")
_INTRO = """# Compared with other tools

What one can do, and with which tool. The rows are ours; the facts come from the other tools' own
sources or from running them, as of the version and date that stands with each. Newer versions may
do more. Where another tool does a thing better or alone, it says so; whoever finds a row unfair or
out of date, please open an issue. An empty note means: as the pages here describe it.
"""


def page() -> str:
    """The whole page; ValueError for a row that names an unknown tool or state."""
    body = tomllib.loads(_PLACE.read_text(encoding="utf-8"))
    tools: dict[str, list[str]] = body["tools"]
    parts = [
        _NOTICE,
        _INTRO,
        table(
            ("short", "tool", "version, date", "seen by"),
            [(short, *facts) for short, facts in tools.items()],
        ),
    ]
    counted: Counter[str] = Counter()
    for area, rows in body["areas"].items():
        parts += ["", f"## {area}", "", table(_HEAD, [_row(row, set(tools)) for row in rows])]
        counted.update(row[1] for row in rows)
    total = sum(counted.values())
    shares = ", ".join(f"{counted[state]} {state}" for state in _STATES)
    parts += ["", f"In all {total} rows: {shares}.", ""]
    return "\n".join(parts)


_HEAD = ("task", "Plugsmith", "others", "note")


def _row(row: list[str], tools: set[str]) -> tuple[str, ...]:
    task, state, others, note = row
    named = set(others.split()) - {"all"}
    if state not in _STATES or not named <= tools:
        raise ValueError(f"an odd row: {task}")
    if state != "yes" and not note:
        raise ValueError(f"no reason given: {task}")
    return task, state, others or "-", note
