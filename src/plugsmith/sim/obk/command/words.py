"""Splitting command lines as the firmware's tokenizer does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})")
_TERM = re.compile(r"([+*/-]?)(\$[Cc][Hh]\d{1,3}|\d{1,9}(?:\.\d{1,9})?)")
_SUM = re.compile(r"(?:[+*/-]?(?:\$[Cc][Hh]\d{1,3}|\d{1,9}(?:\.\d{1,9})?))+")
_ARGUMENT_LIMIT = 511
PART_LIMIT = 127


def split_command(line: str) -> tuple[str, str]:
    """The command's name and the rest."""
    name, _space, rest = line.strip().partition(" ")
    return name, rest.strip()


def plain_args(rest: str) -> list[str]:
    """Arguments split at blanks; a `//` word starts a comment."""
    words = rest.split()
    for at, word in enumerate(words):
        if word.startswith("//"):
            return words[:at]
    return words


def quoted_args(rest: str) -> list[str]:
    """Arguments split at blanks, except inside double quotes; there is no escaping."""
    found: list[str] = []
    rest = rest[: _ARGUMENT_LIMIT + 2]
    while rest := rest.lstrip():
        if rest.startswith('"'):
            word, _end, rest = rest[1:].partition('"')
        else:
            word, _end, rest = rest.partition(" ")
            if word.startswith("//"):
                break
        found.append(word[:_ARGUMENT_LIMIT])
    return found


def expand(text: str, values: Sequence[int]) -> str:
    """`text` with every word that names a channel (`$CH1`, also in sums) worked out."""
    return " ".join(_worked_out(word, values) if "$" in word else word for word in text.split(" "))


def _worked_out(word: str, values: Sequence[int]) -> str:
    """The value of a sum or product of numbers and channels, left to right; else the word."""
    if not _SUM.fullmatch(word):
        return word
    total, operator = 0.0, "+"
    for mark, part in _TERM.findall(word):
        operator = mark or "+"
        if part.startswith("$"):
            at = int(part[3:])
            term = float(values[at]) if at < len(values) else 0.0
        else:
            term = float(part)
        if operator == "/":
            total = total / term if term else 0.0
        else:
            total = {"+": total + term, "-": total - term, "*": total * term}[operator]
    return str(int(total))


def backlog_parts(rest: str) -> list[str]:
    """The parts of a backlog: split at every `;`, quotes are not honoured, 127 characters each."""
    return [part.strip()[:PART_LIMIT] for part in rest.split(";") if part.strip()]


def number(text: str) -> int:
    """A decimal or 0x number as C's atoi reads it: what follows is ignored, no number is 0."""
    found = _NUMBER.match(text.strip())
    return int(found[0], 16 if "x" in found[0].lower() else 10) if found else 0


def decimal(text: str) -> float | None:
    """A floating point number; None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None
