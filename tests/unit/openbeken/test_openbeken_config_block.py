"""OpenBeken's settings block: the checksum with its signed shift, fields, hostile bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import Malformed
from plugsmith.openbeken.config_block import (
    FIELDS,
    checksum,
    field,
    new_block,
    read_block,
    with_fields,
)


@pytest.mark.parametrize(
    ("data", "signed", "unsigned"),
    [
        (b"123456789", 0x63, 0xA1),
        (b"\x01", 0x30, 0x5E),
        (b"\x80", 0x8C, 0x8C),
        (b"\xff" * 4, 0xAF, 0x8D),
        (bytes(range(16)), 0x62, 0x3C),
    ],
)
def test_checksum_vectors(data, signed, unsigned):
    """openbeken.md section 9.2."""
    assert checksum(data) == signed
    assert checksum(data, signed=False) == unsigned


def test_fields_do_not_overlap_and_lie_in_the_block():
    spans = sorted((item.offset, item.end) for item in FIELDS)
    assert all(end <= start for (_a, end), (start, _b) in pairwise(spans))
    assert spans[-1][1] <= 3584


def test_written_fields_read_back():
    block = with_fields(new_block(), {"wifi_ssid": b"home", "mac": b"\1\2\3\4\5\6"})
    again = read_block(block.raw + b"\xff" * 512)
    assert again.value(field("wifi_ssid")) == "home"
    assert again.value(field("mac")) == b"\1\2\3\4\5\6"
    assert again.value(field("version")) == 5
    assert again.signed


def test_old_blocks_are_shorter_and_lack_the_new_fields():
    old = new_block(version=3)
    assert len(old.raw) == 2016
    assert not old.has(field("web_password"))
    assert old.value(field("web_password")) == ""
    with pytest.raises(Malformed):
        with_fields(old, {"web_password": b"x"})


def test_what_does_not_fit_is_refused():
    with pytest.raises(Malformed):
        with_fields(new_block(), {"wifi_ssid": b"x" * 64})


@pytest.mark.parametrize(
    "spoil", [lambda raw: b"", lambda raw: raw[:100], lambda raw: raw[:9] + b"\7" + raw[10:]]
)
def test_spoilt_blocks_are_typed_errors(spoil):
    raw = with_fields(new_block(), {"wifi_ssid": b"home"}).raw
    with pytest.raises(Malformed):
        read_block(spoil(raw))


@given(data=st.binary(max_size=300), signed=st.booleans())
def test_the_fast_checksum_is_the_slow_one(data, signed):
    """Byte by byte as the firmware does it, written down here a second time."""

    def shift(value):
        return value >> 1 | (value & 0x80 if signed else 0)

    crc = 0
    for byte in data:
        for _step in range(8):
            mix = (crc ^ byte) & 1
            crc = shift(crc) ^ (0x8C if mix else 0)
            byte = shift(byte)  # noqa: PLW2901 - as the firmware does it
    assert checksum(data, signed=signed) == crc
