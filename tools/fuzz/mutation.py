"""Breaks valid inputs: flips, holes, cuts, doublings, extreme lengths, odd words, other inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

_EXTREMES = (
    *(b"\0", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80"),
    *(b"\x01\0\0\0", b"\xff\xff", b"\xff\x7f", b"\0\0\0\x10", b"\0\x10\0\0"),
)
_WORDS = (
    *(b"\x1b[2J", b"\x07", b"\xc2\x9b", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\\ud800", b"\xf5\x80"),
    *(b'"', b"'", b"{", b"}", b"[", b"]", b":", b"=", b",", b"\\", b"\n", b"\r\n", b"\t", b"&"),
    *(b"null", b"true", b"NaN", b"-1", b"1e999", b"9" * 40, b"-0", b"0x", b"%s", b"../"),
)  # fmt: skip
_LONGEST = 0x8000


def broken(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """`data` after one to six changes, or rarely nothing but noise; 32 KiB at most are added."""
    if rng.random() < 0.02:
        return rng.randbytes(rng.choice((0, 1, 4, 33, 300, 5000)))
    body = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        _break(body, others, rng)
    return bytes(body[: len(data) + _LONGEST])


def _break(body: bytearray, others: Sequence[bytes], rng: random.Random) -> None:
    at = rng.randrange(len(body) + 1)
    match rng.randrange(11):
        case 0 if at < len(body):
            body[at] ^= 1 << rng.randrange(8)
        case 1 if at < len(body):
            body[at] = rng.randrange(256)
        case 2:
            odd = rng.choice(_EXTREMES)
            body[at : at + len(odd)] = odd
        case 3:
            body[at:at] = rng.choice(_WORDS)
        case 4:
            word = rng.choice(_WORDS)
            body[at : at + len(word)] = word
        case 5:
            del body[at : at + rng.choice((1, 2, 4, 16, 200, 4096))]
        case 6:
            del body[at:]
        case 7:  # a stretch doubled, often
            part = bytes(body[at : at + rng.choice((1, 3, 16, 64, 512))])
            body[at:at] = part * rng.choice((1, 1, 2, 50))
        case 8:  # the start of one, the end of another
            other = rng.choice(others)
            body[at:] = other[rng.randrange(len(other) + 1) :]
        case 9:
            body[at : at + 32] = rng.randbytes(rng.randrange(33))
        case _:
            body[at : at + 64] = rng.choice((b"\xff", b"\0", b" ", b"[", b"0")) * 64
