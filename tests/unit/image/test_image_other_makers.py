"""Files of other makers' chips: each is named from a valid sample, and near misses never are."""

from __future__ import annotations

import struct

import other_images as made
import pytest

from plugsmith.chips.other_chips import other_chip
from plugsmith.dump.dump import Dump
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.survey.survey import survey
from plugsmith.forge.flash import forge_flash
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.image.kinds import recognise
from plugsmith.tuya.user_param import format_pin_text


def changed(data, at, piece):
    return data[:at] + piece + data[at + len(piece) :]


ESP, ESP_FLASH, OLD = made.esp_image(), made.esp_flash(), made.esp_image(esp8266=True)
LN, LN_FLASH = made.ln882h_boot(), made.ln882h_flash()
Z_APP, Z_FLASH, Z2 = made.ameba_z_app(), made.ameba_z_flash(), made.ameba_z2_flash()
WM, WM_FLASH, BL, BL_FLASH = (
    made.winner_image(), made.winner_flash(), made.bl602_image(), made.bl602_flash(),
)  # fmt: skip
XR, XR_FLASH = made.xradio_image(), made.xradio_flash()

#: sample, chip, whether it is a flash
SAMPLES = {
    "esp32-c3 image": (ESP, "ESP32-C3", False),
    "esp32-c3 flash": (ESP_FLASH, "ESP32-C3", True),
    "esp32 flash": (made.esp_flash(at=0x1000, chip_id=0), "ESP32", True),
    "esp32-c2 flash": (made.esp_flash(chip_id=12), "ESP32-C2", True),
    "esp8266 image": (OLD, "ESP8266", False),
    "ln882h boot": (LN, "LN882H", False),
    "ln882h flash": (LN_FLASH, "LN882H", True),
    "rtl8710b application": (Z_APP, "RTL8710B", False),
    "rtl8710b flash": (Z_FLASH, "RTL8710B", True),
    "rtl8720c flash": (Z2, "RTL8720C", True),
    "w800 image": (WM, "W600", False),
    "w800 flash": (WM_FLASH, "W600", True),
    "bl602 image": (BL, "BL602", False),
    "bl602 flash": (BL_FLASH, "BL602", True),
    "xr809 image": (XR, "XR809", False),
    "xr809 flash": (XR_FLASH, "XR809", True),
}
NEAR = {
    "esp": [
        changed(ESP, 0x30, bytes((ESP[0x30] ^ 1,))),  # a bit of a segment
        changed(ESP, 0, b"\xea"),
        changed(ESP, 1, b"\x00"),
        changed(ESP, 1, b"\x11"),
        ESP[:-1],
        changed(ESP, 24, struct.pack("<I", 0x0000_1000)),  # no address of such a chip
        changed(ESP, 28, struct.pack("<I", 0x7FFF_FFFF)),  # a segment longer than the file
        changed(ESP, 12, b"\x99\x99"),
        made.esp_flash(at=0x800),
        b"\xe9" + bytes(4000),
    ],
    "esp8266": [
        changed(OLD, 4, struct.pack("<I", 0x2000_0000)),
        changed(OLD, 0x20, bytes((OLD[0x20] ^ 0x80,))),
        changed(OLD, 8, struct.pack("<I", 0x0801_0000)),
        OLD[:40],
        changed(OLD, 1, b"\x01"),
    ],
    "ln882h": [
        changed(LN, 0, bytes((LN[0] ^ 1,))),
        changed(LN, 20, bytes((LN[20] ^ 1,))),
        LN[1:],
        LN[:20],
        bytes(0x1000),
        b"\xff" * 0x1000,
    ],
    "rtl8710b": [
        changed(Z_FLASH, 0, b"\x98"),
        changed(Z_FLASH, 7, b"\xfd"),
        changed(Z_FLASH, 16, b"\x00"),
        changed(Z_APP, 0, b"91958711"),
        changed(Z_APP, 31, b"\x00"),
        Z_APP[:24],
        b"\0" + Z_APP,
    ],
    "rtl8720c": [changed(Z2, at, bytes((Z2[at] ^ 1,))) for at in (0, 3, 8, 12, 15)],
    "w800": [
        changed(WM, 0, b"\x9e"),
        changed(WM, 8, struct.pack("<I", 0x2000_0000)),
        changed(WM, 12, struct.pack("<I", 0)),
        changed(WM, 12, struct.pack("<I", 0x7FFF_FFFF)),
        changed(WM, 16, struct.pack("<I", 0x0900_0000)),
        b"\xff" * 0x1000 + WM,
    ],
    "bl602": [
        *(changed(BL, at, b"X") for at in (0x00, 0x08, 0x64)),
        BL[:0x66],
        b"BFNP" + BL[0x64:],
    ],
    "xr809": [
        changed(XR, 0, b"BWIH"),
        changed(XR, 12, bytes(4)),
        changed(XR, 12, b"\xff" * 4),
        changed(XR, 32, struct.pack("<I", 8)),
        changed(XR, 32, struct.pack("<I", 0x7000_0000)),
        XR[:60],
    ],
    "ours": [forge_flash(chip="BK7231T"), forge_flash(chip="BK7231N"), b"", b"PK" + bytes(99)],
}  # fmt: skip
MISSES = [(kind, number) for kind, files in NEAR.items() for number in range(len(files))]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_valid_file_is_named_with_what_was_seen(name):
    data, chip, flash = SAMPLES[name]
    found = read_other_maker(data)
    assert (found.chip, found.flash) == (chip, flash)
    assert found.checked
    text = recognise(data).findings[0].text
    assert chip in text
    assert other_chip(chip).tool in text
    assert [item.code for item in recognise(data).findings] == ["other-chip"]


@pytest.mark.parametrize(("kind", "number"), MISSES)
def test_a_near_miss_is_never_named(kind, number):
    assert read_other_maker(NEAR[kind][number]) is None


def test_each_kind_has_five_near_misses():
    assert all(len(files) >= 5 for kind, files in NEAR.items() if kind != "ours")


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_dump_of_it_is_told_as_such_and_never_as_one_of_ours(name):
    report = survey(Dump(data=SAMPLES[name][0], name="x.bin"))
    assert SAMPLES[name][1] in report.looks_like
    assert report.chip is None


PINS = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 11, "bt1_lv": 0})


@pytest.mark.parametrize(
    "flash", [LN_FLASH, ESP_FLASH, Z2, BL_FLASH], ids=["ln", "esp", "z2", "bl"]
)
@pytest.mark.parametrize("at", [0x10_0000, 0x1E_1000])
def test_a_vendor_store_in_it_is_found_wherever_it_lies(flash, at):
    ours = forge_flash(chip="BK7231T", pin_text=PINS)[0x1E_1000:]
    found = recover(changed(flash, at, ours[: len(flash) - at]))
    assert found.best.text.decode() == PINS
    assert found.origin == 0
    assert "Pin numbers are those of" in found.notes[0]


def test_without_a_store_nothing_is_claimed_but_what_was_searched_for():
    found = recover(LN_FLASH)
    assert (found.best, found.reason) == (None, None)
    assert "searched for the store of Beken devices" in found.notes[0]


def test_partitions_are_listed():
    names = [item.name for item in read_other_maker(LN_FLASH).parts]
    assert names == ["boot", "table", "app", "kv"]
    assert [item.name for item in read_other_maker(ESP_FLASH).parts] == ["nvs", "ota_0"]
    assert "nvs" in recognise(ESP_FLASH).findings[0].text


def test_a_table_whose_checksum_is_wrong_says_nothing_of_partitions():
    assert read_other_maker(changed(ESP_FLASH, 0x8004, b"\x01")).parts == ()
    assert read_other_maker(changed(LN_FLASH, 0x6004, b"\x01")).parts == ()


@pytest.mark.parametrize(
    "data",
    [ESP[:-1], ESP[:64], OLD[:40], NEAR["esp"][0], ESP_FLASH[:0x100]],
    ids=["last byte", "head", "old head", "a bit", "flash"],
)
def test_a_cut_off_espressif_image_is_still_called_one(data):
    assert "image for the chip ESP" in recognise(data).findings[0].text


@pytest.mark.parametrize(
    "data",
    [b"\xe9" + bytes(4000), b"\xe9" * 4000, b"\xe9" + made.BODY(4000), ESP[:31], *NEAR["esp"][1:4],
     NEAR["esp"][5], NEAR["esp"][6], NEAR["esp"][7], NEAR["esp8266"][0], NEAR["esp8266"][2]],
    ids=range(12),
)  # fmt: skip
def test_not_every_file_that_begins_with_its_mark_is_one(data):
    assert "ESP" not in recognise(data).findings[0].text


def test_a_partition_name_cannot_break_the_line_or_move_the_cursor():
    table = made.esp_table(("a\n\x1b[2Jb", 0x9000, 0x4000))
    text = recognise(changed(ESP_FLASH, 0x8000, table)).findings[0].text
    assert r"a\n\x1b[2Jb" in text
    assert text.isprintable()
