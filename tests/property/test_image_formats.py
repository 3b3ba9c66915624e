"""Image formats: what is written is read back; any bytes give a value or a typed error."""

from __future__ import annotations

import struct
import zlib

import pytest
from hostile import value_or_refusal
from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.flows.image.results import image_row
from plugsmith.forge.firmware import forge_loader, forge_openbeken_qio
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.image import rbl
from plugsmith.image.aes import cbc_decrypt, cbc_encrypt, ecb_decrypt, ecb_encrypt
from plugsmith.image.crc import bad_lines, build_lines
from plugsmith.image.keys.recovery import key_of_vectors, recover_keys, words_of
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.ota import OtaPackage, read_package, write_package
from plugsmith.image.packages.uf2 import Uf2File, read_uf2
from plugsmith.image.partition import Partition, PartitionTable, find_tables
from plugsmith.image.physical import physical_len, strip_lines, to_logical, to_physical
from plugsmith.image.rbl import RblHeader, fnv1a, pad_package, read_header, read_trailer
from plugsmith.image.scramble import TUYA_KEY, ScrambleKey, scramble, stream

u32 = st.integers(0, 2**32 - 1)
names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=15)
keys = st.builds(ScrambleKey.of, u32, u32, u32, u32)


@given(st.binary(max_size=2000))
def test_lines_round_trip(code):
    stored = build_lines(code)
    assert len(stored) == physical_len(len(code))
    assert bad_lines(stored) == []
    assert strip_lines(stored)[: len(code)] == code


@given(st.integers(0, 2**24))
def test_addresses_round_trip(addr):
    assert to_logical(to_physical(addr)) == addr


@given(
    st.builds(
        RblHeader,
        algorithm=u32,
        time=u32,
        partition=names,
        version=names,
        serial=names,
        body_crc32=u32,
        raw_hash=u32,
        raw_size=u32,
        package_size=u32,
    )
)
def test_headers_round_trip(header):
    assert read_header(header.encode()) == header
    trailer = read_trailer(b"\xff" * 7 + header.trailer(), 7)
    assert (trailer.header, trailer.lines_ok) == (header, True)


def test_texts_end_at_their_first_nul():
    raw = bytearray(
        RblHeader(
            algorithm=0,
            time=0,
            partition="app",
            version="1.00",
            body_crc32=0,
            raw_hash=0,
            raw_size=0,
            package_size=0,
        ).encode()
    )
    raw[0x1C + 5 : 0x34] = b"\x98\xffrest of another text"[: 0x34 - 0x1C - 5]
    raw[92:] = zlib.crc32(raw[:92]).to_bytes(4, "little")
    header = read_header(bytes(raw))
    assert (header.version, header.sound) == ("1.00", True)


@pytest.mark.parametrize(
    ("data", "value"), [(b"", 0x811C9DC5), (b"a", 0xE40C292C), (b"foobar", 0xBF9CF968)]
)
def test_the_hash_is_fnv1a(data, value):
    assert fnv1a(data) == fnv1a(bytearray(data)) == value


def test_the_remembered_hashes_hold_no_data_and_are_few():
    data = b"some code of a partition"
    for number in range(40):
        fnv1a(data * number)
    assert len(rbl._KNOWN) <= rbl._MOST_KNOWN
    assert all(len(digest) == 32 for _length, digest in rbl._KNOWN)


@given(st.binary(max_size=100))
def test_padding_always_adds(raw):
    padded = pad_package(raw)
    assert padded.startswith(raw)
    assert len(padded) % 16 == 0
    assert padded[len(raw) :] == bytes([len(padded) - len(raw)]) * (len(padded) - len(raw))


@given(
    st.lists(
        st.builds(
            Partition,
            name=names,
            device=st.sampled_from(["beken_onchip", "beken_onchip_crc"]),
            start=st.integers(0, 2**23),
            length=st.integers(0, 2**23),
            crc_given=st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
    st.binary(max_size=64),
)
def test_partition_tables_round_trip(entries, before):
    table = PartitionTable(at=len(before), partitions=tuple(entries))
    code = before.replace(b"01PE", b"....") + table.encode() + b"\xff" * 40
    assert find_tables(code) == [table]


@given(st.binary(min_size=1, max_size=3000), st.sampled_from([0x0000, 0x0102]), u32)
def test_ota_round_trip(code, algorithm, time):
    package = read_package(write_package(code, version="1.2", time=time, algorithm=algorithm))
    assert package.code == code
    assert (package.header.time, package.header.version) == (time, "1.2")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16), st.integers(0, 4))
def test_ciphers_round_trip(key, iv, blocks):
    data = bytes(range(16)) * blocks
    assert cbc_decrypt(cbc_encrypt(data, key=key, iv=iv), key=key, iv=iv) == data
    assert ecb_decrypt(ecb_encrypt(data, key=key[:16]), key=key[:16]) == data


@given(keys, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_a_key_is_recovered_from_forty_words(key, rng):
    known = []
    for _ in range(40):
        addr = rng.randrange(0, 0x200000, 4)
        plain = rng.randbytes(4)
        known += words_of(plain, scramble(plain, key, start=addr), start=addr)
    found = recover_keys(known)
    assert found
    for start in (0, 0x10000, 0x1FF000):
        assert stream(found[0], start=start, length=0x400) == stream(key, start=start, length=0x400)


def test_a_key_is_recovered_from_the_vectors_of_a_whole_application():
    section = recognise(forge_openbeken_qio("BK7231N")).app.section
    key = ScrambleKey.of(0x12345678, 0x9ABCDEF0, 0x0F1E2D3C, 0xA5000000)
    text = (b"plain text and zeros\0\0\0\0" * 4000)[: len(section.code) - 32]
    scrambled = scramble(section.code[:32] + text, key, start=0x10000)
    found = key_of_vectors(scrambled, start=0x10000)
    assert scramble(scrambled, found, start=0x10000) == section.code[:32] + text


def test_noise_has_no_key():
    assert key_of_vectors(stream(TUYA_KEY, start=0x5000, length=0x400)[::-1], start=0x10000) is None
    assert recover_keys([]) == []
    assert recover_keys([(0, 0, 1), (0, 0, 2)]) == []


@given(st.binary(max_size=3000))
def test_any_bytes_are_something(data):
    image = recognise(data)
    assert image.size == len(data)
    image_row(image).as_data()


_SEEDS = (
    forge_loader("t-1.0.5")[-0x2000:],
    forge_openbeken_qio("BK7231N", code_len=0x1000)[0x10000:0x13000],
    forge_ota("BK7231T", code_len=0x1000),
    forge_uf2("BK7231T", code_len=0x800),
)


@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.integers(0, 0x2FFF), st.binary(min_size=1, max_size=8)), max_size=6),
    st.integers(0, 0x3000),
)
def test_mutated_files_are_something(seed, patches, cut):
    data = bytearray(seed)
    for at, patch in patches:
        data[at : at + len(patch)] = patch
    for content in (bytes(data), bytes(data[:cut]), bytes(data[cut:])):
        assert image_row(recognise(content)).as_data()["kind"] in {item.value for item in ImageKind}
        package, blocks = (value_or_refusal(item, content) for item in (read_package, read_uf2))
        assert isinstance(package, (PlugsmithError, OtaPackage))
        assert isinstance(blocks, (PlugsmithError, Uf2File))


def test_a_decompression_bomb_is_refused():
    import gzip

    bomb = pad_package(gzip.compress(bytes(50_000_000), 9, mtime=0))
    from plugsmith.image.ota import OTA_IV, OTA_KEY

    body = cbc_encrypt(bomb, key=OTA_KEY, iv=OTA_IV)
    header = RblHeader(
        algorithm=0x0102,
        time=0,
        partition="app",
        version="1",
        body_crc32=zlib.crc32(body),
        raw_hash=0,
        raw_size=1000,
        package_size=len(body),
    )
    with pytest.raises(PlugsmithError):
        read_package(header.encode() + body)
    huge = struct.pack("<I", 0xFFFFFFFF)
    raw = bytearray(header.encode())
    raw[0x54:0x58] = huge
    raw[92:] = zlib.crc32(raw[:92]).to_bytes(4, "little")
    with pytest.raises(PlugsmithError):
        read_package(bytes(raw) + body)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:512] * 2,
        lambda data: b"UF2\n" + bytes(508),
        lambda data: data[: 512 + 16] + b"\xff\xff\0\0" + data[512 + 20 :],
        lambda data: data[:32] + b"\x02" + data[33:],
        lambda data: data[: 2 * 512 + 28] + bytes(4) + data[2 * 512 + 32 :],
        lambda data: data[: 2 * 512 + 12] + bytes(4) + data[2 * 512 + 16 :],  # same address twice
        lambda data: data[: 3 * 512 + 12] + b"\x80\x00\0\0" + data[3 * 512 + 16 :],  # overlap
    ],
)
def test_a_damaged_uf2_is_a_typed_error(damage):
    data = damage(forge_uf2("BK7231T", code_len=0x800))
    with pytest.raises(PlugsmithError):
        read_uf2(data)
    assert recognise(data).kind in {ImageKind.UF2, ImageKind.UNKNOWN}
