"""Known values of the vendor's formats, as the papers give them."""

from __future__ import annotations

import json

import pytest
from tuya_rig import FORUM_TEXT, T_KEY

from plugsmith.errors import PlugsmithError
from plugsmith.interpret.vendor.old_format import flatten
from plugsmith.tuya.crc7 import crc7
from plugsmith.tuya.fast_connect import (
    FastConnect,
    StoredForm,
    encode_fast_connect,
    read_fast_connect,
)
from plugsmith.tuya.files import FILE_AREAS, FileEntry, FileTable, newer_table
from plugsmith.tuya.keys import (
    KEY_TAIL_CIPHER,
    KeyFamily,
    data_key,
    decode_key_block,
    encode_key_block,
)
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.nested import nest
from plugsmith.tuya.records import (
    platform_chip,
    read_device_info,
    read_platform,
    read_serial,
)
from plugsmith.tuya.rf import RfGroup, RfRecord, RfSector, decode_rf, encode_rf, read_mac
from plugsmith.tuya.schema import read_schema
from plugsmith.tuya.store import Record, build_store, read_store
from plugsmith.tuya.user_param import crc_ok, format_pin_text, parse_pin_text, stated_crc, text_crc


def test_crc7_check_value():
    assert crc7(b"123456789") == 0x25


def test_crc7_of_the_forum_text_is_40():
    assert stated_crc(FORUM_TEXT) == 40
    assert text_crc(FORUM_TEXT) == 40
    assert not crc_ok(FORUM_TEXT.replace(b"rl1_pin:26", b"rl1_pin:24"))


def test_crc_holds_without_the_trailing_comma():
    assert crc_ok(FORUM_TEXT[:-2] + b"}")


def test_key_block_has_the_constant_from_offset_32_to_the_end():
    block = encode_key_block(T_KEY)
    assert block[32:] == KEY_TAIL_CIPHER * 254
    assert decode_key_block(block) == T_KEY


def test_key_families_differ_and_only_four_characters_count():
    keys = {data_key(T_KEY, family=family) for family in KeyFamily}
    assert len(keys) == len(KeyFamily)
    # 2 x Q + device key for the first byte: 'H' twice and 0xCB
    assert data_key(T_KEY, family=KeyFamily.DOUBLE)[0] == (2 * ord("H") + 0xCB) & 0xFF
    assert data_key(T_KEY)[0] == (ord("8") + ord("H") + 0xCB) & 0xFF
    assert data_key(T_KEY)[5] == (ord("7") + ord("b") + T_KEY[5]) & 0xFF


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("26", 26),
        ("-100", -100),
        ("0", 0),
        ("02", "02"),
        ("1e", "1e"),
        ("00ef", "00ef"),
        ("1.1.5", "1.1.5"),
        ("false", "false"),
        ("-0", "-0"),
        ("", ""),
        ("[[6,02],[7,1e]]", [[6, "02"], [7, "1e"]]),
        ("[]", []),
        ("{value:1}", {"value": 1}),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_tokens(token, value):
    assert parse_pin_text("{k:" + token + ",}").config == {"k": value}


def test_commas_inside_brackets_do_not_split():
    parsed = parse_pin_text("{a:[1,[2,3]],b:4,}")
    assert parsed.config == {"a": [1, [2, 3]], "b": 4}
    assert [pair.start for pair in parsed.pairs] == [1, 13]


def test_repeated_keys_keep_the_last_value_and_are_written_back():
    parsed = parse_pin_text("{a:1,a:2,}")
    assert parsed.config == {"a": 2}
    assert parsed.write() == "{a:1,a:2,}"


def test_quoted_json_is_read():
    assert parse_pin_text('{"rl1_pin": 26, "on": true,}').config == {"rl1_pin": 26, "on": True}


@pytest.mark.parametrize(
    "text",
    ["", "{", "}", "abc", "{a:1", "{a}", "{a:[1,}", "{a:1]}", '{"a":', "{" + "a:[" * 50 + "}"],
)
def test_broken_texts_are_typed_errors(text):
    with pytest.raises(PlugsmithError):
        parse_pin_text(text)


def test_formatted_text_carries_a_good_crc():
    text = format_pin_text({"rl1_pin": 26, "module": "WB2S", "crc": 1})
    assert text.startswith("{rl1_pin:26,module:WB2S,crc:")
    assert crc_ok(text.encode())


def test_records_are_live_and_deleted_pages_are_not():
    sectors = build_store([Record(name="a", value=b"1" * 300), Record(name="b", value=b"2")])
    store = read_store(sectors)
    assert store.live() == {"a": b"1" * 300, "b": b"2"}
    assert [record.index.parts[0].pages for record in store.records] == [3, 1]
    assert all(store.sums_ok)


def test_the_copy_that_the_caller_names_counts_wherever_it_lies():
    old = build_store([Record(name="a", value=b"old")], kind=StoreKind.TUYAOS3, writes=4)
    new = build_store([Record(name="a", value=b"new")], kind=StoreKind.TUYAOS3, writes=5)
    behind = {block: block for block in range(1, 16)}
    assert read_store([*new, old[0]], current={0: 16, **behind}).live() == {"a": b"old"}
    assert read_store([*new, old[0]], current={0: 0, **behind}).live() == {"a": b"new"}
    assert read_store([*new, old[0]]).live() == {"a": b"new"}


def test_a_value_goes_on_in_the_next_block():
    value = bytes(range(256)) * 20
    store = read_store(build_store([Record(name="big", value=value)]))
    assert store.live()["big"] == value
    assert [part.block for part in store.records[0].index.parts] == [0, 1]


def test_file_sectors_count_through_the_partitions():
    t_area = next(area for area in FILE_AREAS if area.chip == "BK7231T")
    assert [t_area.sector_addr(number) for number in (2, 10, 11, 19, 26, 27)] == [
        0x1E_5000, 0x1E_D000, 0x1D_8000, 0x12_A000, 0x13_1000, None,
    ]  # fmt: skip


def test_a_torn_table_loses_against_its_sound_copy():
    entry = FileEntry(name="a", size=1, sectors=(2,))
    torn = FileTable(writes=9, entries=(entry,), sum_ok=False)
    sound = FileTable(writes=8, entries=())
    assert newer_table(torn, sound) is sound
    assert newer_table(None, None) is None


@pytest.mark.parametrize("form", list(StoredForm))
@pytest.mark.parametrize("rest", [b"", bytes(range(17))])
def test_fast_connect_in_both_forms_and_sizes(form, rest):
    item = FastConnect(
        ssid=b"a network", bssid=b"\1\2\3\4\5\6", security=5, channel=11,
        psk="ab" * 32, password=b"a password", form=form, rest=rest,
    )  # fmt: skip
    stored = encode_fast_connect(item)
    assert len(stored) == (0xBC if rest else 0xAB)
    assert read_fast_connect(stored.ljust(0x1000, b"\xff")) == item
    assert "password" not in repr(item)
    assert (b"a password" in stored) == (form is StoredForm.PLAIN)


def test_look_alikes_are_no_fast_connect_sector():
    digits = b"0123456789abcdef" * 20
    assert read_fast_connect(digits) is None
    assert read_fast_connect(b"\xff" * 0x1000) is None


def test_rf_sector_mac_and_filler():
    record = RfRecord(tag=0x1111_1102, value=bytes.fromhex("c8478c010203"))
    first = RfRecord(tag=0x1111_1101, value=bytes.fromhex("4e61bc00"))
    group = RfGroup(tag=0x1111_1100, records=(first, record), tail=b"\x5a" * 12)
    stored = encode_rf(RfSector(groups=(group,)))
    assert decode_rf(stored + b"\xff" * 100).groups == (group,)
    assert read_mac(stored) == record.value
    moved = decode_rf(stored).with_mac(bytes(6))
    assert moved.mac == bytes(6)
    assert moved.groups[0].records[0] == first


def test_small_records():
    assert read_serial("baud_cfg", b'{"baud":115200}\0').baud == 115200
    params = b'{"uart_baud":9600,"uart_databit":3,"uart_parity":0,"uart_stopbits":1}'
    settings = read_serial("uart_adapt_params", params)
    assert (settings.baud, settings.data_bits, settings.stop_bits) == (9600, 8, 1)
    assert read_serial("baud_cfg", b"{}") is None
    assert read_platform(b"BK7231S_2M" + bytes(10)) == "BK7231S_2M"
    assert platform_chip("BK7231S_2M") == "BK7231T"
    assert platform_chip("bk7231") == "BK7231Q"
    assert platform_chip("nothing") is None
    assert read_device_info(b'{"s_id":"00000abc","id":"x"}').schema_id == "00000abc"
    assert read_device_info(b"garbage").schema_id is None


def test_schema_points():
    points = read_schema(
        b'[{"mode":"rw","property":{"type":"bool"},"id":1,"type":"obj"},'
        b'{"mode":"ro","property":{"min":0,"max":50000,"scale":3,"step":100,"type":"value"},"id":17,'
        b'"type":"obj"},{"mode":"rw","id":101,"type":"raw"},{"id":"x"}]\0'
    )
    assert [(point.number, point.kind, point.writable) for point in points] == [
        (1, "bool", True), (17, "value", False), (101, "raw", True),
    ]  # fmt: skip
    assert (points[1].high, points[1].scale) == (50000, 3)
    assert read_schema(b'{"a":1}') is None


def test_the_nested_format_says_the_same_as_the_flat_one():
    flat = {"ch_num": 1, "rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0, "netled_pin": 6,
            "netled_lv": 0, "ele_pin": 7, "vi_pin": 8, "sel_pin_pin": 24, "sel_pin_lv": 1,
            "chip_type": 0, "module": "WB2S"}  # fmt: skip
    nested = nest(flat)
    assert "rl1_pin" not in nested
    assert flatten(nested) == flat
    assert flatten(json.loads(json.dumps(nested))) == flat
