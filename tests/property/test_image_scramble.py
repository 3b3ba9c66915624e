"""The scrambler against a second, bit-by-bit transcription of the hardware description."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import slowness

from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble, stream, stream_word

SYNTHETIC = ScrambleKey.of(0x01234567, 0x89ABCDEF, 0x02468ACE, 0x12345670)
words = st.integers(0, 2**32 - 1)
keys = st.builds(ScrambleKey.of, words, words, words, words)


def _bits(value, width):
    return [value >> at & 1 for at in range(width)]


def _number(bits):
    return sum(bit << at for at, bit in enumerate(bits))


def _ror(bits, count):
    count %= len(bits)
    return bits[count:] + bits[:count]


def hardware_word(key, addr):
    """uart-protocol.md 7.3, wire by wire (lists of bits, lowest first); slow on purpose."""
    c0, c1, c2, c3 = (_bits(word, 32) for word in (key.c0, key.c1, key.c2, key.c3))
    a = _bits(addr, 32)
    out = [0] * 32
    if _number(c3[24:]) in (0x00, 0xFF):
        return 0
    if not c3[0]:
        low = a[8:16] + a[0:8] if c3[5] else a[0:16]
        high = a[24:32] + a[16:24] if c3[6] else a[16:32]
        x = [p ^ q ^ r for p, q, r in zip(low, high, c1[16:], strict=True)]
        y, tap = _ror(x, 7), _bits(0x6371, 16)
        y = [y[at] ^ (tap[at] & x[5 + at % 4]) for at in range(16)]
        out = [bit ^ (y[at - 16] if at >= 16 else 0) for at, bit in enumerate(out)]
    if not c3[1]:
        shift = _number(c3[8:10])
        moved = (a[shift:] + [0] * shift)[:17]
        seed = [*c1[0:8], c3[4], *c1[8:16]]
        x = [p ^ q for p, q in zip(moved, seed, strict=True)]
        n = [x[13], x[9], x[5], x[1]]
        mask = [n[at % 4] for at in range(16)] + [x[4]]
        y = [
            bit ^ (tap & gate)
            for bit, tap, gate in zip(_ror(x, 10), _bits(0x13659, 17), mask, strict=True)
        ]
        out = [bit ^ (y[at] if at < 16 else 0) for at, bit in enumerate(out)]
    if not c3[2]:
        x = [p ^ q for p, q in zip(_ror(a, 8 * _number(c3[11:13])), c0, strict=True)]
        y, tap = _ror(x, 15), _bits(0xE519A4F1, 32)
        out = [bit ^ y[at] ^ (tap[at] & x[2 + at % 4]) for at, bit in enumerate(out)]
    if not c3[3]:
        out = [p ^ q for p, q in zip(out, c2, strict=True)]
    return 0 if all(c3[0:4]) else _number(out)


@pytest.mark.parametrize(
    ("addr", "word"),
    [
        (0x0, 0x7CB50721),
        (0x4, 0x7CB50F21),
        (0x1C, 0x7CB53F21),
        (0x48, 0x7CB59721),
        (0x100, 0x7CB70721),
        (0x10000, 0x7EB50721),
        (0x10004, 0x7EB50F21),
        (0x1001C, 0x7EB53F21),
        (0x20000, 0x78B50721),
        (0x1086FC, 0x5CA9FF30),
    ],
)
def test_vectors_of_the_tuya_key(addr, word):
    assert stream_word(TUYA_KEY, addr) == word
    assert hardware_word(TUYA_KEY, addr) == word


@pytest.mark.parametrize(
    ("addr", "word"), [(0x0, 0x1FD3D9B7), (0x10000, 0x1FD3D9A7), (0x12344, 0x584AF7AD)]
)
def test_vectors_with_every_generator_on(addr, word):
    assert stream_word(SYNTHETIC, addr) == word


@given(keys, words)
def test_words_equal_the_hardware(key, addr):
    assert stream_word(key, addr) == hardware_word(key, addr & ~3)


@given(keys, st.integers(0, 2**20), st.integers(0, 300))
def test_a_stream_is_its_words(key, start, length):
    first = start // 4 * 4
    whole = b"".join(
        hardware_word(key, at).to_bytes(4, "little") for at in range(first, start + length + 4, 4)
    )
    assert stream(key, start=start, length=length) == whole[start - first :][:length]


@given(keys, st.binary(max_size=200), st.integers(0, 2**22))
def test_scrambling_twice_gives_the_data_back(key, data, start):
    assert scramble(scramble(data, key, start=start), key, start=start) == data


@pytest.mark.parametrize("low", range(16))
@pytest.mark.parametrize("rotation", range(4))
def test_every_selector_case_over_windows_that_straddle(low, rotation):
    key = ScrambleKey.of(
        0x510FB093, 0xA3CBEADC, 0x5993A17E, 0x51000060 | low | rotation << 11 | rotation << 8
    )
    start, length = 0xFFF0, 0x40
    got = stream(key, start=start, length=length)
    for at in range(0, length, 4):
        assert int.from_bytes(got[at : at + 4], "little") == hardware_word(key, start + at)


def test_off_switches():
    assert PLAIN_KEY.plain
    assert ScrambleKey.of(1, 2, 3, 0xFF000000).plain
    assert ScrambleKey.of(1, 2, 3, 0x0100000F).plain
    assert not TUYA_KEY.plain
    assert ScrambleKey.from_bytes(TUYA_KEY.to_bytes()) == TUYA_KEY
    assert scramble(b"code", PLAIN_KEY, start=0) == b"code"


def test_two_mebibytes_take_a_tenth_of_a_second():
    data = bytes(0x200000)
    spent = []
    for _ in range(3):
        begin = time.process_time()
        scramble(data, SYNTHETIC, start=0x10000)
        spent.append((time.process_time() - begin) / slowness())
    assert min(spent) <= 0.1
