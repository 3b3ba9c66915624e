"""The code scrambler: code in flash is XORed with a stream of (logical address, coefficients).

Every generator of the hardware (uart-protocol.md section 7.3) only moves, swaps, masks and XORs
bits, so a stream word is an affine function of the address bits over GF(2). A stream is therefore
built by doubling: the upper half of a power-of-two window is the lower half XORed with a constant.
Scrambling and descrambling are the same operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD_LEN = 4
_MASK32 = 0xFFFF_FFFF
_SPAN = 0x1_0000  # fits the caches: three times as fast as one window over everything


@frozen
class ScrambleKey:
    """The four coefficient words in eFuse bytes 0..15 (little endian)."""

    c0: int
    c1: int
    c2: int
    c3: int

    @classmethod
    def of(cls, c0: int, c1: int, c2: int, c3: int) -> ScrambleKey:
        """The key of four words in eFuse order."""
        return cls(c0=c0 & _MASK32, c1=c1 & _MASK32, c2=c2 & _MASK32, c3=c3 & _MASK32)

    @classmethod
    def from_bytes(cls, raw: bytes) -> ScrambleKey:
        """The key of 16 eFuse bytes."""
        return cls.of(*(int.from_bytes(raw[at : at + 4], "little") for at in range(0, 16, 4)))

    def to_bytes(self) -> bytes:
        """The 16 eFuse bytes."""
        return b"".join(word.to_bytes(4, "little") for word in (self.c0, self.c1, self.c2, self.c3))

    @property
    def plain(self) -> bool:
        """Whether the scrambler is off: code lies in flash as it is."""
        return self.c3 >> 24 in {0x00, 0xFF} or self.c3 & 0xF == 0xF


PLAIN_KEY = ScrambleKey.of(0, 0, 0, 0)
# Public: in every tool of the field, and readable in Tuya's T and N loaders at logical 0x48.
TUYA_KEY = ScrambleKey.of(0x510F_B093, 0xA3CB_EADC, 0x5993_A17E, 0xC7AD_EB03)


def stream_word(key: ScrambleKey, addr: int) -> int:
    """The 32-bit stream word of the word at logical `addr` (its two low bits are ignored)."""
    if key.plain:
        return 0
    addr &= _MASK32 & ~3
    word = 0
    if not key.c3 & 1:
        word ^= _generator16(key, addr)
    if not key.c3 & 2:
        word ^= _generator17(key, addr)
    if not key.c3 & 4:
        word ^= _generator32(key, addr)
    if not key.c3 & 8:
        word ^= key.c2
    return word


def stream(key: ScrambleKey, *, start: int, length: int) -> bytes:
    """Stream bytes for the logical addresses from `start` on."""
    if key.plain or length <= 0:
        return bytes(max(length, 0))
    size = max(WORD_LEN, 1 << (length - 1).bit_length())
    window = start // size * size
    first = _window(key, window, size)
    if start + length <= window + size:
        return first[start - window : start - window + length]
    step = stream_word(key, window) ^ stream_word(key, window + size)
    second = _xor(first, step.to_bytes(WORD_LEN, "little") * (size // WORD_LEN))
    return (first + second)[start - window : start - window + length]


def scramble(data: bytes, key: ScrambleKey, *, start: int) -> bytes:
    """`data`, which lies at the logical address `start`, scrambled or descrambled with `key`."""
    if key.plain:
        return bytes(data)
    if len(data) < 2 * _SPAN:
        return _xor(data, stream(key, start=start, length=len(data)))
    return b"".join(_spans(data, key, start))


def _spans(data: bytes, key: ScrambleKey, start: int) -> Iterator[bytes]:
    """Long data span by span: the stream of one aligned span is that of another XOR a constant."""
    head = -start % _SPAN
    yield scramble(data[:head], key, start=start)
    first = stream_word(key, start + head)
    base = int.from_bytes(_window(key, start + head, _SPAN), "little")
    ones = int.from_bytes(b"\1\0\0\0" * (_SPAN // WORD_LEN), "little")
    whole = head + (len(data) - head) // _SPAN * _SPAN
    for at in range(head, whole, _SPAN):
        step = (first ^ stream_word(key, start + at)) * ones
        mixed = int.from_bytes(data[at : at + _SPAN], "little") ^ base ^ step
        yield mixed.to_bytes(_SPAN, "little")
    yield scramble(data[whole:], key, start=start + whole)


def _window(key: ScrambleKey, start: int, size: int) -> bytes:
    """Stream of the aligned power-of-two window at `start`."""
    base = stream_word(key, start)
    built = base.to_bytes(WORD_LEN, "little")
    length = WORD_LEN
    while length < size:
        step = base ^ stream_word(key, start + length)
        built += _xor(built, step.to_bytes(WORD_LEN, "little") * (length // WORD_LEN))
        length *= 2
    return built


def _xor(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left, "little") ^ int.from_bytes(right, "little")
    return mixed.to_bytes(len(left), "little")


def _generator16(key: ScrambleKey, addr: int) -> int:
    low, high = addr & 0xFFFF, addr >> 16
    if key.c3 >> 5 & 1:
        low = _swap_bytes(low)
    if key.c3 >> 6 & 1:
        high = _swap_bytes(high)
    mixed = low ^ high ^ key.c1 >> 16
    turned = (mixed >> 7 | mixed << 9) & 0xFFFF
    return (turned ^ (0x6371 & (mixed >> 5 & 0xF) * 0x1111)) << 16


def _generator17(key: ScrambleKey, addr: int) -> int:
    seed = (key.c1 >> 8 & 0xFF) << 9 | (key.c3 >> 4 & 1) << 8 | key.c1 & 0xFF
    mixed = (addr >> (key.c3 >> 8 & 3) & 0x1_FFFF) ^ seed
    nibble = (
        (mixed >> 13 & 1) | (mixed >> 9 & 1) << 1 | (mixed >> 5 & 1) << 2 | (mixed >> 1 & 1) << 3
    )
    mask = (mixed >> 4 & 1) << 16 | nibble * 0x1111
    turned = (mixed >> 10 | mixed << 7) & 0x1_FFFF
    return (turned ^ (0x1_3659 & mask)) & 0xFFFF


def _generator32(key: ScrambleKey, addr: int) -> int:
    shift = 8 * (key.c3 >> 11 & 3)
    mixed = ((addr >> shift | addr << (32 - shift)) & _MASK32) ^ key.c0
    turned = (mixed << 17 | mixed >> 15) & _MASK32
    return turned ^ (0xE519_A4F1 & (mixed >> 2 & 0xF) * 0x1111_1111)


def _swap_bytes(half: int) -> int:
    return half >> 8 | (half & 0xFF) << 8
