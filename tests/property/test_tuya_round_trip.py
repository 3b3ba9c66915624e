"""Every format of the vendor's storage: decode(encode(x)) == x, and any bytes are bearable."""

from __future__ import annotations

import json
import string

import pytest
from hostile import value_or_refusal
from hypothesis import assume, given
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.tuya import fast_connect, files, keys, kv, protected, records, rf, schema, store
from plugsmith.tuya.crc7 import crc7
from plugsmith.tuya.user_param import crc_ok, format_pin_text, parse_pin_text

NAMES = st.text(string.ascii_letters + string.digits + "_.", min_size=1, max_size=24)
RECORDS = st.builds(store.Record, name=NAMES, value=st.binary(max_size=1500))
DEVICE_KEYS = st.binary(min_size=16, max_size=16)
WORDS = st.text(string.ascii_letters + string.digits + "._-", max_size=8)
NUMBERS = st.integers(-(10**17), 10**17)
VALUES = st.recursive(
    NUMBERS | WORDS, lambda inner: st.lists(inner, min_size=1, max_size=4), max_leaves=8
)
CONFIGS = st.dictionaries(NAMES.filter(lambda name: name != "crc"), VALUES, max_size=12)


def settled(value):
    """What reading back gives: words that look like numbers are numbers, [''] is empty."""
    if isinstance(value, list):
        inner = [settled(item) for item in value]
        return [] if inner == [""] else inner
    if isinstance(value, str) and value.lstrip("-").isdigit():
        plain = value == "0" or (
            value.lstrip("-")[0] != "0" and value.count("-") <= 1 and len(value.lstrip("-")) <= 18
        )
        return int(value) if plain else value
    return value


@given(DEVICE_KEYS)
def test_key_block(device_key):
    block = keys.encode_key_block(device_key)
    assert len(block) == 0x1000
    assert keys.decode_key_block(block) == device_key


@given(st.binary(max_size=64))
def test_any_bytes_as_key_block(raw):
    with pytest.raises(PlugsmithError):  # a block is a whole sector
        keys.decode_key_block(raw)
    with pytest.raises(PlugsmithError):
        keys.decode_key_block(raw.ljust(0x1000, b"\xff"))


@given(
    st.lists(RECORDS, max_size=8, unique_by=lambda item: item.name), st.sampled_from(kv.StoreKind)
)
def test_store(items, kind):
    sectors = store.build_store(items, kind=kind)
    assert len(sectors) == store.BLOCKS[kind]
    for sector in sectors:
        assert kv.decode_sector(sector).kind is kind
    assert store.read_store(sectors).live() == {item.name: item.value for item in items}


@given(st.lists(RECORDS, min_size=1, max_size=4), st.data())
def test_damaged_store_never_raises(items, data):
    sectors = [bytearray(sector) for sector in store.build_store(items, blocks=14)]
    for _ in range(data.draw(st.integers(1, 12))):
        sector = data.draw(st.sampled_from(sectors[:3]))
        at = data.draw(st.integers(0, len(sector) - 1))
        sector[at] ^= data.draw(st.integers(1, 255))
    for record in store.read_store([bytes(sector) for sector in sectors]).records:
        assert isinstance(record.value, bytes)


@given(st.binary(max_size=300))
def test_any_bytes_as_pages(raw):
    header, index = kv.read_header(raw), kv.read_index(raw)
    assert header is None or header.total <= 0xFFFF_FFFF
    assert index is None or index.length <= 0xFFFF_FFFF
    assert all(len(item.value) <= len(raw) for item in store.read_store([raw]).records)
    with pytest.raises(PlugsmithError):  # a sector has 4096 bytes
        kv.decode_sector(raw)


@given(
    st.builds(
        kv.IndexPage,
        total=st.integers(0, 0xFFFF_FFFF),
        length=st.integers(0, 128),
        block=st.integers(0, 31),
        page=st.integers(1, 31),
        pointer=st.integers(0, 0xFFFF_FFFF),
        name=NAMES,
        parts=st.lists(
            st.builds(
                kv.PageRun, block=st.integers(0, 31), first=st.just(3), last=st.integers(3, 31)
            ),
            min_size=1,
            max_size=5,
        ).map(tuple),
    ),
    st.binary(max_size=60),
)
def test_index_page(index, tail):
    assert kv.read_index(kv.encode_index(index, tail=tail)) == index


@given(
    DEVICE_KEYS, st.lists(RECORDS, max_size=3), st.binary(max_size=64), st.integers(0, 2**32 - 1)
)
def test_protected_sector(device_key, items, leftover, writes):
    assume(sum(len(item.value) + 36 for item in items) <= 0x1000 - 32)
    sector = protected.ProtectedSector(
        device_key=device_key, writes=writes, items=tuple(items), leftover=leftover
    )
    stored = protected.encode_protected(sector)
    found = protected.decode_protected(stored)
    assert (found.device_key, found.items, found.writes) == (device_key, tuple(items), writes)
    room = len(found.leftover)
    assert found.leftover == leftover.ljust(room, b"\xff")[:room]
    assert protected.encode_protected(found) == stored


@given(st.binary(max_size=0x1000))
def test_any_bytes_as_protected_sector(raw):
    for body in (raw, raw.ljust(0x1000, b"\0")):
        with pytest.raises(PlugsmithError):  # its magic and its sum are wrong
            protected.decode_protected(body)


@given(
    st.lists(
        st.builds(
            files.FileEntry,
            name=NAMES,
            size=st.integers(0, 0x1000),
            sectors=st.lists(st.integers(1, 40), min_size=1, max_size=32).map(tuple),
        ),
        max_size=files.MAX_FILES,
    ).map(tuple),
    st.integers(0, 2**32 - 1),
)
def test_file_table(entries, writes):
    table = files.FileTable(writes=writes, entries=entries)
    assert files.decode_table(files.encode_table(table)) == table


@given(st.binary(max_size=200))
def test_any_bytes_as_file_table(raw):
    assert files.read_table(raw) is None
    files.read_table((files.TABLE_MAGIC_BYTES + raw).ljust(0x1000, b"\xff"))
    try:
        files.decode_table((files.TABLE_MAGIC_BYTES + raw).ljust(0x1000, b"\0"))
    except PlugsmithError:
        return


@given(CONFIGS)
def test_pin_text(config):
    text = format_pin_text(config)
    assert crc_ok(text.encode())
    parsed = parse_pin_text(text)
    number = parsed.config.pop("crc")
    assert parsed.config == {key: settled(value) for key, value in config.items()}
    assert parse_pin_text(text).write() == text
    assert isinstance(number, int)


@given(st.text(max_size=200) | st.text('{}[]:,a1"', max_size=60))
def test_any_text_as_pin_text(raw):
    for text in (raw, "{" + raw + "}"):
        parsed = value_or_refusal(parse_pin_text, text)
        assert isinstance(parsed, PlugsmithError) or parsed.quoted or parsed.write() == text


@given(st.binary(min_size=1, max_size=200), st.data())
def test_crc7_sees_every_single_bit(body, data):
    bit = data.draw(st.integers(0, 8 * len(body) - 1))
    flipped = bytearray(body)
    flipped[bit >> 3] ^= 1 << (bit & 7)
    assert crc7(bytes(flipped)) != crc7(body)


@given(
    st.builds(
        fast_connect.FastConnect,
        ssid=st.text(string.ascii_letters, max_size=32).map(str.encode),
        bssid=st.binary(min_size=6, max_size=6),
        security=st.integers(0, 255),
        channel=st.integers(0, 255),
        psk=st.text("0123456789abcdef", min_size=64, max_size=64),
        password=st.text(string.ascii_letters, min_size=1, max_size=64).map(str.encode),
        form=st.sampled_from(fast_connect.StoredForm),
    )
)
def test_fast_connect(item):
    stored = fast_connect.encode_fast_connect(item)
    assert fast_connect.decode_fast_connect(stored.ljust(0x1000, b"\xff")) == item


@given(st.binary(max_size=400))
def test_any_bytes_as_fast_connect(raw):
    found = fast_connect.read_fast_connect(raw)
    assert found is None or (len(found.bssid) == 6 and len(found.ssid) <= 33)


@given(
    st.lists(
        st.builds(
            rf.RfGroup,
            tag=st.just(0x2222_2200),
            records=st.lists(
                st.builds(
                    rf.RfRecord,
                    tag=st.integers(0x2222_2201, 0x2222_22FF),
                    value=st.binary(max_size=20),
                ),
                max_size=4,
            ).map(tuple),
            tail=st.binary(max_size=12).filter(lambda raw: raw[1:4] != b"\x22\x22\x22"),
        ),
        max_size=4,
    ).map(tuple)
)
def test_rf_sector(groups):
    stored = rf.encode_rf(rf.RfSector(groups=groups))
    assert rf.decode_rf(stored + b"\xff" * 8).groups == groups


@given(st.binary(max_size=200))
def test_any_bytes_as_rf_sector(raw):
    for body in (raw, rf.RF_MAGIC + raw):
        mac = rf.read_mac(body)
        assert mac is None or mac in body
        try:
            groups = rf.decode_rf(body).groups
        except PlugsmithError:
            assert mac is None or body.startswith(rf.RF_MAGIC)
        else:
            assert sum(len(item.value) for group in groups for item in group.records) <= len(body)


@given(
    st.lists(
        st.builds(
            schema.SchemaPoint,
            number=st.integers(1, 255),
            mode=st.sampled_from(["rw", "ro", "wr"]),
            kind=st.sampled_from(["bool", "value", "enum", "string", "bitmap"]),
            low=st.none() | NUMBERS,
            high=st.none() | NUMBERS,
            scale=st.none() | st.integers(0, 5),
            choices=st.lists(NAMES, max_size=4).map(tuple),
        ),
        min_size=1,
        max_size=8,
    ).map(tuple)
)
def test_schema(points):
    assert schema.read_schema(schema.encode_schema(points)) == points


@given(st.integers(300, 4_000_000), st.sampled_from(records.SERIAL_RECORDS))
def test_serial_records(baud, name):
    settings = records.SerialSettings(baud=baud)
    assert records.read_serial(name, records.encode_serial(name, settings)) == settings


@given(st.binary(max_size=200))
def test_any_bytes_as_small_records(raw):
    for body in (raw, b"{" + raw + b"}", b"[" + raw + b"]", b"[" * 5000):
        assert json.dumps(records.read_json(body))  # a value of JSON
        assert isinstance(records.read_platform(body), str | None)
        assert isinstance(records.read_serial("baud_cfg", body), records.SerialSettings | None)
        points = schema.read_schema(body)
        assert points is None or all(isinstance(item, schema.SchemaPoint) for item in points)
        assert isinstance(records.read_device_info(body), records.ProductFacts)
