"""Where known values stand in a view of a dump: as they are, coded, packed, or in two pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.sanitize.encodings import hidden, holds, lowered, packed
from plugsmith.dump.sanitize.known_values import SearchForm, direct_values, occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.dump.sanitize.views import Runs, View

_LEAST_PIECE = 4
_LEAST_SPLIT = 8  # shorter values have no half that means anything
_FIRST_TEXT, _LAST_TEXT = 0x20, 0x7E


class KnownSearch:
    """Looks for the values of `known`; the same object serves every view."""

    def __init__(self, known: Sequence[SearchForm]) -> None:
        self.forms = known
        self._low = lowered(direct_values(known))
        self._texts = [form for form in known if _is_text(form.pattern)]
        self._bytes = [form for form in known if not _is_text(form.pattern)]
        self._pieces = tuple(_pieces(direct_values(known)))

    def in_plain(self, body: bytes) -> Iterator[tuple[int, int, bool]]:
        """Start and length of each copy in bytes as they lie, and whether it is a coded one."""
        for at, length in occurrences(body, self.forms):
            yield at, length, False
        for at, length in hidden(body, self._low):
            yield at, length, True

    def in_views(
        self, views: Sequence[View], runs: tuple[Runs, Runs]
    ) -> Iterator[tuple[View, int, int]]:
        """The same in views of which most is noise; `runs`: their text, from `runs_of`."""
        short, long = runs
        for view in views if self.forms else ():
            yield from ((view, at, length) for at, length in occurrences(view.body, self._bytes))
            for start, end, content in packed(view.body):
                if holds(content, self._low):
                    yield view, start, end - start
        for at, length in occurrences(short.text(), self._texts):
            yield short.place(at, length)
        for at, length in hidden(long.text(), self._low):
            yield long.place(at, length)

    def pieces_in(self, runs: tuple[Runs, Runs]) -> Iterator[tuple[View, int, int]]:
        """Halves of values in the text of views: a value that two pages share."""
        short, _long = runs
        for at, length in occurrences(short.text(), self._pieces):
            yield short.place(at, length)


def _pieces(values: Iterable[bytes]) -> Iterator[SearchForm]:
    """The halves of each text: wherever a value is cut in two, one of them is whole."""
    for value in values:
        half = -(-len(value) // 2)
        if len(value) >= _LEAST_SPLIT and half >= _LEAST_PIECE and _is_text(value):
            for piece in (value[:half], value[-half:]):
                if len(set(piece)) > 2:
                    yield SearchForm(pattern=piece, anywhere=True)


def _is_text(pattern: bytes) -> bool:
    return all(_FIRST_TEXT <= byte <= _LAST_TEXT for byte in pattern)
