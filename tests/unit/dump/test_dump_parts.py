"""Listing, extracting and comparing: the right parts, safe names, no secrets by default."""

from __future__ import annotations

import random
from pathlib import PurePosixPath

import pytest
from dump_rig import cleaned, dump_of, forged

from plugsmith.dump.compare import compare
from plugsmith.dump.extract import extract, safe_name
from plugsmith.dump.listing import list_records
from plugsmith.dump.randomness import Texture, measure
from plugsmith.dump.store.opened import MAX_TRIED, open_stores
from plugsmith.dump.store.stores import find_stores
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.keys import encode_key_block
from plugsmith.tuya.kv import StoreKind


def test_records_live_stale_protected_files_and_settings():
    listed = list_records(dump_of(forged("BK7231N", paired=True).data))
    kinds = {(item.kind, item.live) for item in listed}
    assert {("kv", True), ("kv", False), ("protected", True), ("file", True)} <= kinds
    assert ("openbeken", True) in kinds
    pins = [item for item in listed if item.name == "user_param_key" and item.live]
    assert [item.value.rstrip(b"\0").decode() for item in pins] == [FORUM_TEXT]
    assert pins[0].checks == ("value-sum", "sector-sum")


def test_no_secret_is_listed_unless_asked_for():
    made = forged("BK7231N", StoreKind.TUYAOS3, paired=True)
    masked = b"|".join(item.value for item in list_records(dump_of(made.data)))
    shown = b"|".join(item.value for item in list_records(dump_of(made.data), show_secrets=True))
    texts = [item.value for item in made.canaries if item.place == "kv live"]
    assert not [value for value in texts if value in masked]
    assert sum(value in shown for value in texts) > len(texts) // 2


def test_extracted_parts_and_their_checks():
    parts = {part.path: part for part in extract(dump_of(forged("BK7231N").data))}
    code = parts["code/application.bin"]
    assert code.facts["container"]["body"] == "ok"
    assert code.data[:8] == bytes.fromhex("0e0000ea14f09fe5")
    assert parts["code/bootloader.bin"].facts["container"]["partition"] == "bootloader"
    assert parts["files/oem_cfg"].data == FORUM_TEXT.encode()
    assert len(parts["partitions/1d0000-rf-calibration.bin"].data) == 0x1000


def test_extracted_records_are_masked_unless_asked_for():
    made = forged("BK7231N", paired=True)
    word = next(item.value for item in made.canaries if item.field == "uuid")
    masked = {part.path: part.data for part in extract(dump_of(made.data))}
    shown = {part.path: part.data for part in extract(dump_of(made.data), show_secrets=True)}
    assert word not in masked["records/gw_bi"]
    assert word in shown["records/gw_bi"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/abs", "..", ".", "", "a\\b", "NUL", "con.txt", "x" * 500, "a\0b", "C:x"],
)
def test_hostile_names_cannot_leave_the_folder(name):
    made = safe_name(name)
    path = PurePosixPath("folder") / made
    assert path.parent == PurePosixPath("folder")
    assert made not in {"", ".", ".."}
    assert not set(made) & set('/\\:\0*?"<>|')
    assert len(made) <= 65
    assert made.upper().split(".")[0] not in {"CON", "NUL"}


def test_comparing_with_the_clean_copy_names_places_and_fields_only():
    made = forged("BK7231N", paired=True)
    found = compare(dump_of(made.data), dump_of(cleaned("BK7231N").data))
    assert not found.equal
    names = {item.name for item in found.regions}
    assert {"rf-calibration", "tuya-storage", "openbeken-config"} <= names
    assert not names & {"bootloader", "application", "tuya-key"}
    wifi = next(item for item in found.records if item.name == "gw_wsm" and item.kind == "kv")
    assert {"ssid", "passwd", "token"} <= set(wifi.fields)
    text = repr(found.records)
    assert not [item for item in made.canaries if item.value.decode("latin-1") in text]


def test_a_rotated_copy_has_no_differing_region():
    data = forged().data
    found = compare(dump_of(data), dump_of(data[0x1_1000:] + data[:0x1_1000]))
    assert (found.equal, found.regions, found.records) == (False, (), ())


def test_every_differing_byte_is_counted():
    data = forged().data
    other = bytearray(data[:-100])
    for at in (0x5000, 0x5FFF, 0x6000):
        other[at] ^= 0x80
    found = compare(dump_of(data), dump_of(bytes(other))).regions
    assert [(item.differing, item.sectors) for item in (found[0], found[-1])] == [(3, 2), (100, 1)]


def test_a_changed_pin_is_named():
    changed = forged(
        text=FORUM_TEXT.replace("module:WB2S,", "module:WB3S,").replace("crc:40", _crc())
    )
    found = compare(dump_of(forged().data), dump_of(changed.data))
    pins = next(item for item in found.records if item.name == "user_param_key")
    assert pins.fields == ("crc", "module")


def _crc() -> str:
    from plugsmith.tuya.user_param import text_crc

    return f"crc:{text_crc(FORUM_TEXT.replace('module:WB2S,', 'module:WB3S,').encode())}"


@pytest.mark.parametrize(
    ("data", "texture"),
    [
        (b"", Texture.EMPTY),
        (b"\xff" * 99, Texture.ERASED),
        (bytes(99), Texture.ZERO),
        (b"a" * 99, Texture.UNIFORM),
        (b"{rl1_pin:26,crc:1,}" * 9, Texture.TEXT),
        (b"\xff" * 900 + bytes(range(90)), Texture.SPARSE),
    ],
)
def test_textures(data, texture):
    assert measure(data).texture is texture


def test_a_file_full_of_key_blocks_costs_a_bounded_number_of_looks_at_it():
    """One and a half thousand keys, none of which opens anything."""
    rng = random.Random(1)
    data = b"".join(encode_key_block(rng.randbytes(16)) for _ in range(0x60_0000 // SECTOR_LEN))
    opened = open_stores(data)
    assert opened.tried <= MAX_TRIED + len(data)
    assert len(find_stores(data)) <= 16
