"""Find an unknown code key from known plaintext.

The coefficients 0 to 2 only add a constant to every stream word: each generator XORs its
coefficient with address bits and then applies a linear map (uart-protocol.md section 7.3). A
stream is therefore known by the generator selection in coefficient 3 (bits 0-2 with 5, 6, 8, 9, 11
and 12: 124 cases) and one 32-bit constant. Keys that give the same stream cannot be told apart and
need not be: the one returned here carries the whole constant in coefficient 2.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from plugsmith.image.scramble import WORD_LEN, ScrambleKey, scramble, stream_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VECTOR = int.from_bytes(bytes.fromhex("14f09fe5"), "little")
_VECTOR_WORDS = range(4, 32, 4)
_ON = 0x5A00_0000  # any high byte but 00 and FF keeps the scrambler on
_SAMPLES = 16
_SAMPLE_LEN = 0x400
_LETTERS = bytes(range(0x20, 0x7F))
_MIN_SCORE_GAP = 1.05


def recover_keys(known: Iterable[tuple[int, int, int]]) -> list[ScrambleKey]:
    """The keys that explain every (logical address, plain word, stored word); at most 124.

    Keys with the same stream count as one. An empty list: no key does, or nothing was known.
    """
    wanted = [(addr, plain ^ stored) for addr, plain, stored in known]
    if not wanted:
        return []
    found: list[ScrambleKey] = []
    for selection in _selections():
        key = ScrambleKey.of(0, 0, 0, selection)
        constants = {word ^ stream_word(key, addr) for addr, word in wanted}
        if len(constants) == 1:
            found.append(ScrambleKey.of(0, 0, constants.pop(), selection))
    return found


def words_of(plain: bytes, stored: bytes, *, start: int) -> list[tuple[int, int, int]]:
    """Known words for `recover_keys` of two equally long pieces that lie at logical `start`."""
    return [
        (
            start + at,
            int.from_bytes(plain[at : at + WORD_LEN], "little"),
            int.from_bytes(stored[at : at + WORD_LEN], "little"),
        )
        for at in range(0, min(len(plain), len(stored)) - WORD_LEN + 1, WORD_LEN)
    ]


def key_of_vectors(scrambled: bytes, *, start: int) -> ScrambleKey | None:
    """The key of code whose vector table is as always, or None.

    Seven equal words fix the constant but not every selection; of the keys that explain them the
    one is taken whose plaintext looks most like code and text.
    """
    known = [
        (start + at, _VECTOR, int.from_bytes(scrambled[at : at + WORD_LEN], "little"))
        for at in _VECTOR_WORDS
        if at + WORD_LEN <= len(scrambled)
    ]
    if len(known) < len(_VECTOR_WORDS):
        return None
    keys = [key for key in recover_keys(known) if _branches(scrambled, key, start)]
    scored = sorted(((_likeness(scrambled, key, start), key.c3, key) for key in keys), reverse=True)
    if not scored:
        return None
    raw = _likeness(scrambled, ScrambleKey.of(0, 0, 0, 0), start)
    best = scored[0]
    return best[2] if best[0] > raw * _MIN_SCORE_GAP else None


def _branches(scrambled: bytes, key: ScrambleKey, start: int) -> bool:
    return scramble(scrambled[:WORD_LEN], key, start=start)[3] == 0xEA


def _likeness(scrambled: bytes, key: ScrambleKey, start: int) -> float:
    """Share of zero and text bytes over samples of the plaintext."""
    step = max(_SAMPLE_LEN, len(scrambled) // _SAMPLES // WORD_LEN * WORD_LEN)
    seen = hits = 0
    for at in range(0, len(scrambled), step):
        plain = scramble(scrambled[at : at + _SAMPLE_LEN], key, start=start + at)
        seen += len(plain)
        hits += plain.count(0) + len(plain) - len(plain.translate(None, _LETTERS))
    return hits / seen if seen else 0.0


def _selections() -> Iterator[int]:
    """Every value of coefficient 3 that matters, generator 4 (the constant) always on."""
    first = [1, *(swap << 5 for swap in range(4))]
    second = [2, *(shift << 8 for shift in range(4))]
    third = [4, *(turn << 11 for turn in range(4))]
    for one, two, three in product(first, second, third):
        yield _ON | one | two | three
