"""Long data is scrambled span by span; the result is that of one stream over everything."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.image.scramble import TUYA_KEY, ScrambleKey, scramble, stream

WORDS = st.integers(0, 2**32 - 1)


@settings(max_examples=20)
@given(
    st.builds(ScrambleKey, c0=WORDS, c1=WORDS, c2=WORDS, c3=WORDS) | st.just(TUYA_KEY),
    st.integers(0, 0x8_0000).map(lambda number: number * 4),
    st.integers(0x1_0000, 0x5_0000),
)
def test_spans_equal_one_stream(key, start, length):
    data = random.Random(length).randbytes(length)
    mask = stream(key, start=start, length=length)
    clear = scramble(data, key, start=start)
    assert clear == bytes(a ^ b for a, b in zip(data, mask, strict=True))
    assert scramble(clear, key, start=start) == data
