"""What a program writes in front of every line: time, source, tag, file name, line number, speaker.

Nobody can list all such programs. But the starts of the lines of one text are alike but for their
numbers, so a start that most lines share is not part of what they say.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CUT = re.compile(r"[ \t]+|[:|>\])-]")
_NUMBER = re.compile(r"\d+")
_BLANKS = re.compile(r"[ \t]+")
_MOST_CUTS, _MOST_LINES, _LONGEST = 16, 4000, 120


def without_prefixes(text: str) -> Iterator[str]:
    """The text without the start that most of its lines share, the shortest such start first."""
    lines = text.splitlines()
    counts: Counter[tuple[int, str]] = Counter()
    filled = 0
    for line in lines[:_MOST_LINES]:
        if line.strip():
            filled += 1
            counts.update(enumerate(_starts(line)))
    shared = [found for level in range(_MOST_CUTS) if (found := _best(counts, level, filled))]
    for (level, shape, count), (_level, _shape, deeper) in pairwise([*shared, (0, "", 0)]):
        if deeper < count:  # as many lines go on alike: then this is not yet the whole start
            yield "\n".join(_cut(line, level, shape) for line in lines)


def _best(counts: Counter[tuple[int, str]], level: int, lines: int) -> tuple[int, str, int] | None:
    """The start of `level` pieces that most lines have, where these are more than half of all."""
    found = [(count, shape) for (at, shape), count in counts.items() if at == level]
    count, shape = max(found, default=(0, ""))
    return (level, shape, count) if count > 1 and count * 2 > lines else None


def _starts(line: str) -> Iterator[str]:
    """The starts of a line that end where something may begin, numbers alike."""
    for cut in islice(_CUT.finditer(line[:_LONGEST]), _MOST_CUTS):
        yield _shape(line[: cut.end()])


def _shape(start: str) -> str:
    return _BLANKS.sub(" ", _NUMBER.sub("0", start))


def _cut(line: str, level: int, shape: str) -> str:
    cut = next(islice(_CUT.finditer(line[:_LONGEST]), level, None), None)
    return line[cut.end() :] if cut and _shape(line[: cut.end()]) == shape else line
