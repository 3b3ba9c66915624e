"""Compressed files are opened with limits; broken and hostile ones are typed errors."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import InputError, InputTooLarge, InputUnusable, Malformed
from plugsmith.errors.content import TooManyInside
from plugsmith.image.archive import ZIP_MAGIC, member_names, read_member, unpack_stream

LIMIT = 0x1_0000
DATA = bytes(range(256)) * 64


def zipped(**members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def unpack(data, *, name, limit):
    """All that is meant in `data`."""
    if not data.startswith(ZIP_MAGIC):
        return [unpack_stream(data, name=name, limit=limit)]
    names = member_names(io.BytesIO(data), name=name)
    return [read_member(io.BytesIO(data), item, name=name, limit=limit) for item in names]


def test_what_is_packed_comes_out_and_the_rest_stays():
    for data in (DATA, gzip.compress(DATA), lzma.compress(DATA), zipped(plug=DATA)):
        (found,) = unpack(data, name="x", limit=LIMIT)
        assert found == DATA
    (inner,) = unpack(zipped(**{"a.bin.gz": gzip.compress(DATA)}), name="x", limit=LIMIT)
    assert inner == DATA


def test_pictures_and_texts_beside_a_dump_are_not_meant():
    packed = zipped(**{"readme.txt": b"hello", "board.JPG": b"x", "dump.bin": DATA, ".hidden": b""})
    assert member_names(io.BytesIO(packed), name="x") == ["dump.bin"]
    texts = zipped(**{"a.txt": b"1", "b.json": b"2"})
    assert member_names(io.BytesIO(texts), name="x") == ["a.txt", "b.json"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, lambda data: zipped(a=data)])
def test_a_bomb_ends_at_the_limit(pack):
    with pytest.raises(InputTooLarge):
        unpack(pack(bytes(LIMIT * 100)), name="x", limit=LIMIT)


@pytest.mark.sample(1)
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, lambda data: zipped(a=data)])
@given(cut=st.integers(0, 400), flip=st.integers(0, 400))
def test_damage_is_a_typed_error_or_the_content(pack, cut, flip):
    whole = bytearray(pack(DATA))
    whole[flip % len(whole)] ^= 0x55
    for broken in (bytes(whole), pack(DATA)[: -1 - cut % 100], pack(DATA)[: cut + 4]):
        try:
            found = unpack(broken, name="x", limit=LIMIT)
        except InputError:
            continue
        assert all(len(item) <= LIMIT for item in found)


def test_a_cut_off_stream_is_not_half_a_dump():
    for packed in (gzip.compress(DATA), lzma.compress(DATA)):
        with pytest.raises(Malformed):
            unpack_stream(packed[:-8], name="x", limit=LIMIT)


def test_a_password_is_said():
    packed = bytearray(zipped(a=DATA))
    packed[6] |= 1  # encrypted, in the local header and in the directory
    at = packed.index(b"PK\x01\x02")
    packed[at + 8] |= 1
    with pytest.raises(InputUnusable) as refusal:
        unpack(bytes(packed), name="x", limit=LIMIT)
    assert "password" in refusal.value.message


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_all_parts_of_a_stream_are_one_file(pack):
    data = random.Random(4).randbytes(0x3_0000)
    parts = [data[:0x1_8001], data[0x1_8001:0x2_0000], b"", data[0x2_0000:]]
    packed = bytes(8).join(map(pack, parts))
    assert unpack_stream(packed + bytes(12), name="x", limit=len(data)) == data
    for broken, error in ((packed[:-20], Malformed), (packed, InputTooLarge)):
        with pytest.raises(error):
            unpack_stream(broken, name="x", limit=len(data) - (broken == packed))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
@given(data=st.data())
def test_zeros_between_parts_are_filling_however_many(pack, data):
    parts = data.draw(st.lists(st.binary(max_size=9), min_size=1, max_size=4))
    packed = b"".join(pack(part) + bytes(data.draw(st.integers(0, 20))) for part in parts)
    assert unpack_stream(packed, name="x", limit=LIMIT) == b"".join(parts)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
@pytest.mark.parametrize("zeros", [0, 4, 6])
def test_what_follows_a_part_and_is_none_is_not_left_out_without_a_word(pack, zeros):
    whole = pack(DATA) + bytes(zeros)
    for rest in (pack(DATA)[:1], pack(DATA)[:2], b"rest"):
        with pytest.raises(Malformed) as refusal:
            unpack_stream(whole + rest, name="x", limit=LIMIT)
        assert refusal.value.facts["offset"] == len(whole)


class Counted(bytes):
    """Bytes that know how many pieces were cut out of them."""

    cuts = 0

    def __getitem__(self, key):
        self.cuts += 1
        return super().__getitem__(key)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_any_amount_of_filling_is_one_step(pack):
    packed = Counted(pack(DATA) + bytes(0x40_0000) + pack(DATA) + bytes(0x40_0000))
    assert unpack_stream(packed, name="x", limit=LIMIT) == DATA * 2
    assert packed.cuts <= 4


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"") * 1001,
        lzma.compress(b"") * 1001,
        zipped(**dict.fromkeys(map(str, range(1001)), b"")),
    ],
    ids=["gzip", "xz", "zip"],
)
def test_too_many_parts_or_files_are_told_from_too_many_bytes(packed):
    with pytest.raises(TooManyInside) as refusal:
        unpack(packed, name="x", limit=LIMIT)
    assert "more than 1000 files or parts" in refusal.value.message
