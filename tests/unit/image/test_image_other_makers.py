"""Files of other makers' chips: each is named from a valid sample, and near misses never are."""

from __future__ import annotations

import random
import struct
import zlib

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
WM, WM_FLASH, W6 = made.winner_image(), made.winner_flash(), made.w600_image()
BL, BL_FLASH, BL_RAW = made.bl602_image(), made.bl602_flash(), made.bouffalo_image(crc=False)
BL_FILES = {chip: made.bouffalo_image(chip) for chip in made.BOUFFALO}
UPDATE, PACKED = made.bouffalo_update(BL), made.bouffalo_update(made.BODY(0x900), b"XZ  ")
XR, XR_PACKAGE, XR_FLASH = made.xradio_image(), made.xradio_package(), made.xradio_flash()
TR, ECR = made.tr6260_package(), made.ecr6600_package()
BLS, XRS = "BL602/BL702", "XR809/XR872/XR806"

#: what stands at the start of files of other chips
LETTERS = (
    b"BFNP", b"BFPT", b"BFNP\1\0\0\0FCFG", b"BL60X_OTA_Ver1.0", b"AWIH", b"oneb", b"beno",
    bytes.fromhex("9fffffa0"), b"\xe9\x02\x02\x20", b"81958711", bytes.fromhex("999996963fcc66fc"),
)  # fmt: skip


def _with_letters(flash, mark):
    """A flash of ours that holds the mark at every place where others have theirs."""
    for at in (0x1F_0000, 0xE000, 0xF000, 0x1000, 0x2000, 0x6000, 0x8000, 0xB000, 0x1_0000, 0):
        flash = changed(flash, at, mark)
    return flash


def _reversed_words(data):
    return b"".join(data[at : at + 4][::-1] for at in range(0, 64, 4)) + data[64:]


def _zlib_crc_at_60(data):
    return data[:60] + struct.pack("<I", zlib.crc32(data[:60])) + data[64:]


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
    "w800 image": (WM, "W800", False),
    "w800 package": (made.winner_file(), "W800", False),
    "w800 flash": (WM_FLASH, "W800", True),
    "w600 image": (W6, "W600", False),
    "w600 image, padded": (made.w600_image(gap=200), "W600", False),
    "w600 flash": (made.w600_flash(), "W600", True),
    **{f"{chip.lower()} image": (data, chip, False) for chip, data in BL_FILES.items()},
    "bl602 without a checksum": (BL_RAW, BLS, False),
    "bl602 flash": (BL_FLASH, BLS, True),
    "bl702 flash": (made.bl602_flash(tables=(0x1000,)), BLS, True),
    "bl616 flash": (made.bl602_flash("BL616"), "BL616", True),
    "bl602 flash without loader": (b"\xff" * 0xE000 + BL_FLASH[0xE000:], BLS, True),
    "bl602 update": (UPDATE, BLS, False),
    "bl602 update, packed": (PACKED, "BL602/BL702/BL616", False),
    "xr809 image": (XR, XRS, False),
    "xr809 package": (XR_PACKAGE, XRS, False),
    "xr809 flash": (XR_FLASH, XRS, True),
    "tr6260 package": (TR, "TR6260", False),
    "tr6260 package, other order": (made.tr6260_package(b"beno"), "TR6260", False),
    "ecr6600 package": (ECR, "ECR6600", False),
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
        *(changed(WM, at, bytes((WM[at] ^ 1,))) for at in (0, 4, 8, 12, 16, 24, 40, 56, 60, 63)),
        WM[:63],
        WM[1:],
        b"\xff" * 0x1000 + WM,
        _reversed_words(WM),
        _zlib_crc_at_60(WM),
    ],
    "w600": [
        *(changed(W6, at, bytes((W6[at] ^ 1,))) for at in (0, 7, 12, 16, 36, 52, 55)),
        W6[:55],
        b"\0" + W6,
        _reversed_words(W6),
        WM[:52] + W6[52:],
    ],
    "bl602": [
        *(changed(BL, at, b"X") for at in (0x00, 0x08, 0x64)),
        *(changed(BL, at, bytes((BL[at] ^ 1,))) for at in (0x04, 0x10, 0x60, 0x68, 0x78, 0x90)),
        changed(BL, 0xAF, bytes((BL[0xAF] ^ 1,))),
        *(changed(BL_RAW, at, bytes((BL_RAW[at] ^ 1,))) for at in (0x10, 0x60, 0x68, 0x70, 0xAC)),
        BL[:0xAF],
        b"BFNP" + BL[0x64:],
        BL[1:],
        _reversed_words(BL),
        b"BFNP is what begins with FCFG and PCFG".ljust(0x100),
    ],
    **{
        f"{chip.lower()} header": [
            *(changed(data, at, bytes((data[at] ^ 1,))) for at in (0x0, 0x9, 0x67, 0x84)),
            changed(data, made.BOUFFALO[chip][0] - 4, bytes(4)),
            data[: made.BOUFFALO[chip][0] - 1],
        ]
        for chip, data in BL_FILES.items()
        if chip != BLS
    },
    "bl602 update": [
        *(changed(UPDATE, at, bytes((UPDATE[at] ^ 1,))) for at in (0, 15, 20, 64, 95, 512, 900)),
        UPDATE[:-1],
        UPDATE[:512],
        b"\n" + UPDATE,
    ],
    "xr809": [
        *(changed(XR, at, bytes((XR[at] ^ 1,))) for at in (0, 4, 8, 10, 12, 32, 36, 63)),
        changed(XR, 8, bytes(2)),
        XR[:60],
        b"AWIH" + XR[3:],
        b"AWIH is only a mark, and this is a text that begins with it, made so on purpose.",
        b"\xff" * 64 + XR,
    ],
    "tr6260": [
        changed(TR, 0, b"oneB"),
        changed(TR, 4, b"\x03"),
        changed(TR, 4, b"\x01"),
        changed(TR, 16, b"\x01"),  # a piece that is a byte longer
        TR[:-1],
        TR + b"\0",
        TR[:8],
        b"one byte is eight bits, says this text",
    ],
    "ecr6600": [
        ECR[:-1],
        ECR + b"\xff",
        changed(ECR, 10, b"\x01"),
        changed(ECR, 0, b"beno"),
        ECR[:5],
        b"onebrick, twobricks: a story of bricks",
    ],
    "ours": [
        forge_flash(chip="BK7231T"),
        forge_flash(chip="BK7231N"),
        *(_with_letters(forge_flash(chip="BK7231N"), mark) for mark in LETTERS),
        b"",
        b"PK" + bytes(99),
    ],
    "chance": [mark + random.Random(7).randbytes(0x1_0000) for mark in LETTERS],
    "text": [mark + b" and more words of a text that people read\n" * 99 for mark in LETTERS],
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
    bl = read_other_maker(BL_FLASH).parts
    assert [item.name for item in bl] == ["FW", "FW", "media", "PSM", "factory"]
    assert [item.name for item in bl if item.own] == ["PSM", "factory"]
    assert [str(item.span) for item in bl][:2] == ["0x010000..0x0E8000", "0x0E8000..0x170000"]
    for data in (made.winner_file(), WM_FLASH):
        spans = [str(item.span) for item in read_other_maker(data).parts]
        assert spans == ["0x002400..0x003400", "0x010400..0x011400"]
    for data in (XR_PACKAGE, XR_FLASH):
        assert [item.name for item in read_other_maker(data).parts] == ["boot", "app"]
    assert str(read_other_maker(TR).parts[0].span) == "0x006000..0x006100"
    assert "nvs" in recognise(ESP_FLASH).findings[0].text


def test_a_table_whose_checksum_is_wrong_says_nothing_of_partitions():
    assert read_other_maker(changed(ESP_FLASH, 0x8004, b"\x01")).parts == ()
    assert read_other_maker(changed(LN_FLASH, 0x6004, b"\x01")).parts == ()
    both = changed(changed(BL_FLASH, 0xE010, b"\x09"), 0xF010, b"\x09")
    assert read_other_maker(both).parts == ()
    assert read_other_maker(changed(BL_FLASH, 0xE010, b"\x09")).parts


def test_the_checksum_of_what_follows_a_header_is_said_to_be_seen_only_if_it_is_right():
    image, sections = "the CRC-32 of the image", "the checksums of all sections"
    assert image in read_other_maker(WM).checked
    assert image in read_other_maker(made.w600_image(gap=200)).checked
    assert image in read_other_maker(made.winner_file()).checked
    for cut in (WM[:-1], changed(WM, 99, bytes((WM[99] ^ 1,))), W6[:-1]):
        assert read_other_maker(cut).checked == ("the CRC-32 of the header",)
    assert sections in read_other_maker(XR_PACKAGE).checked
    for cut in (XR_PACKAGE[:-1], changed(XR_PACKAGE, 99, b"\x01\x02"), XR_PACKAGE[:0x2001]):
        assert read_other_maker(cut).checked == ("the checksum of the header",)


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
