"""How random bytes are: tells erased flash, tables, code and encrypted data apart."""

from __future__ import annotations

import math
from collections import Counter
from enum import StrEnum

from plugsmith.image.aes import BLOCK_LEN
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen

SAMPLE_LEN = 0x1_0000  # enough for two digits of entropy; whole files would cost 50 ms

_TEXT = frozenset(b"\t\n\r") | frozenset(range(0x20, 0x7F))


class Texture(StrEnum):
    """What a stretch of bytes looks like without knowing any format."""

    EMPTY = "empty"
    ERASED = "erased"
    ZERO = "zero"
    UNIFORM = "uniform"
    TEXT = "text"
    SPARSE = "sparse"
    STRUCTURED = "structured"
    RANDOM = "random"


@frozen
class Randomness:
    """`entropy` in bits a byte, 0 to 8, measured over at most 64 KiB of evenly spread samples."""

    texture: Texture
    entropy: float


def measure(data: bytes | memoryview) -> Randomness:
    """Classify `data`; any bytes are fine."""
    if not data:
        return Randomness(texture=Texture.EMPTY, entropy=0.0)
    only = uniform_byte(data)
    if only is not None:
        texture = {0xFF: Texture.ERASED, 0x00: Texture.ZERO}.get(only, Texture.UNIFORM)
        return Randomness(texture=texture, entropy=0.0)
    sample = _sample(data)
    counts = Counter(sample)
    size = len(sample)
    entropy = -sum(n / size * math.log2(n / size) for n in counts.values())
    return Randomness(texture=_texture(counts, entropy, size), entropy=round(entropy, 2))


def uniform_byte(data: bytes | memoryview) -> int | None:
    """The one value that all bytes of `data` have, or None."""
    if not data:
        return None
    whole = bytes(data)
    return whole[0] if whole.count(whole[:1]) == len(whole) else None


def _texture(counts: Counter[int], entropy: float, size: int) -> Texture:
    if sum(n for value, n in counts.items() if value in _TEXT) >= 0.97 * size:
        return Texture.TEXT
    if entropy >= _random_floor(size):
        return Texture.RANDOM
    if counts[0xFF] + counts[0x00] >= 0.75 * size:
        return Texture.SPARSE
    return Texture.STRUCTURED


def _random_floor(size: int) -> float:
    """The entropy that truly random bytes of this length show, less a margin.

    The expected shortfall of the measured entropy of n random bytes is about 255 / (2 n ln 2).
    """
    return 8 - 255 / (2 * size * math.log(2)) - 0.05 if size >= 512 else 9.0


def _sample(data: bytes | memoryview) -> bytes:
    if len(data) <= SAMPLE_LEN:
        return bytes(data)
    chunk = 0x400
    step = len(data) // (SAMPLE_LEN // chunk)
    return b"".join(bytes(data[at : at + chunk]) for at in range(0, len(data) - chunk + 1, step))


def is_blank(region: bytes) -> bool:
    """Whether at most one byte in fifty is neither FF nor 00."""
    return len(region) - region.count(0xFF) - region.count(0x00) <= len(region) // 50


def looks_encrypted(region: bytes) -> bool:
    """Whether some block repeats as an encrypted filling does, and is no filling itself."""
    for at in range(0, len(region) - SECTOR_LEN + 1, SECTOR_LEN):
        sector = region[at : at + SECTOR_LEN]
        last = sector[-BLOCK_LEN:]
        if len(set(last)) > 6 and sector.count(last) >= 8:
            return True
    return False
