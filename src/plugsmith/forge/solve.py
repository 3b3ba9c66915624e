"""Choose free bytes so that a function that is affine over GF(2) gives a wanted number.

CRCs are affine in the bits they cover, also through the CRC16s of code lines in between. That is
how a forged boot loader gets the published fingerprint of a real one without a byte of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def solve_affine(function: Callable[[bytes], int], *, free_len: int, wanted: int) -> bytes | None:
    """`free_len` bytes x with function(x) == wanted, or None where no x does it.

    `function` must be affine: f(a) ^ f(b) ^ f(c) == f(a ^ b ^ c).
    """
    base = function(bytes(free_len))
    reduced: dict[int, tuple[int, int]] = {}  # leading bit -> (vector, bits of x that make it)
    for bit in range(8 * free_len):
        choice = 1 << bit
        vector = function(choice.to_bytes(free_len, "little")) ^ base
        vector, choice = _reduce(vector, choice, reduced)
        if vector:
            reduced[vector.bit_length()] = (vector, choice)
    rest, choice = _reduce(wanted ^ base, 0, reduced)
    return None if rest else choice.to_bytes(free_len, "little")


def _reduce(vector: int, choice: int, reduced: dict[int, tuple[int, int]]) -> tuple[int, int]:
    while vector and (pivot := reduced.get(vector.bit_length())) is not None:
        vector ^= pivot[0]
        choice ^= pivot[1]
    return vector, choice
