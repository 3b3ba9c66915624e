"""BK7236, BK7239N and BK7258 from a file: named, their store searched; near misses not."""

from __future__ import annotations

import random

import later_images as made
import pytest

from plugsmith.dump.dump import Dump
from plugsmith.dump.health import judge_backup
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey import chip_guess
from plugsmith.dump.survey.report import DumpKind
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import InputUnusable
from plugsmith.flows.write.source import load_image
from plugsmith.image.kinds import recognise
from plugsmith.image.later_beken import recognise_later
from plugsmith.image.model import ImageKind
from plugsmith.tuya.user_param import format_pin_text

PINS = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 11, "bt1_lv": 0})
BOTH = made.firmware(loader=True).ljust(0x1_1000, b"\xff") + made.firmware(loader=False)
ANY = ("BK7236", "BK7239N", "BK7258")
FOUR = ("BK7236", "BK7239N")
LOADER = made.firmware(loader=True)
SAMPLES = {
    "loader": (LOADER, ImageKind.BOOTLOADER, ANY),
    "application": (made.firmware(loader=False), ImageKind.APP, ANY),
    "application without CRC16s": (made.code(loader=False), ImageKind.APP, ANY),
    "both": (BOTH, ImageKind.QIO, ANY),
    "flash of 4 MiB": (made.flash("BK7236"), ImageKind.FULL_DUMP, FOUR),
    "flash of 8 MiB": (made.flash("BK7258"), ImageKind.FULL_DUMP, ("BK7258",)),
}
OPENBEKEN = {
    chip: LOADER.ljust(0x1_1000, b"\xff")
    + made.firmware(loader=False, named=b"Open%s_1.18.309\0" % chip.encode())
    for chip in FOUR
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", SAMPLES)
def test_each_is_named_and_never_written(name, tmp_path):
    data, kind, chips = SAMPLES[name]
    image = recognise(data)
    assert (image.kind, image.chips, image.sound) == (kind, chips, True)
    (note,) = image.notes
    assert "does not write them" in note.text
    assert ("Its parts: bootloader" in note.text) == ("application" not in name)
    path = tmp_path / "image.bin"
    path.write_bytes(data)
    with pytest.raises(InputUnusable):
        load_image(path)


@pytest.mark.parametrize("chip", made.SIZES)
def test_a_dump_is_that_chips_and_its_store_is_found_with_the_same_engine(chip):
    data = made.flash(chip, pins=PINS)
    report = survey(Dump(data=data, name="x.bin"))
    assert report.chip == chip
    assert report.mac == "C8:47:8C:01:02:03"
    said = " ".join(item.text for item in report.damage)
    assert "no boot loader" not in said
    assert "no application" not in said
    assert "0x011000 instead of 0" not in said
    assert report.kind is DumpKind.FACTORY
    verdict = judge_backup(data, chip=chip, flash_size=len(data))
    assert not verdict.restorable
    assert "does not write them" in " ".join(item.text for item in verdict.because)
    found = recover(data)
    assert found.best is not None
    assert found.best.text.decode() == PINS
    assert found.origin == 0


@pytest.mark.parametrize("store_at", [made.STORE["BK7236"], 0x3B_0000])
@pytest.mark.parametrize("calibrated", [True, False])
def test_of_a_flash_of_one_of_two_chips_what_either_keeps_private_goes(
    monkeypatch, store_at, calibrated
):
    monkeypatch.setitem(made.STORE, "BK7236", store_at)
    monkeypatch.setattr(chip_guess, "_by_records", lambda _stores: chip_guess.ChipGuess())
    data = bytearray(made.flash("BK7236", pins=PINS))
    if not calibrated:
        data[0x3F_E000:0x3F_F000] = b"\xff" * 0x1000
    network, protected = random.Random(3).randbytes(32), random.Random(4).randbytes(0x1000)
    data[0x3F_F000:0x3F_F100] = network.ljust(0x100, b"\0")
    data[0x3C_9000:0x3C_A000] = protected
    clean = sanitize(Dump(data=bytes(data), name="x.bin"), strict=False).data
    assert network not in clean
    assert protected not in clean
    assert recover(clean).best.text.decode() == PINS


@pytest.mark.parametrize("chip", OPENBEKEN)
def test_openbeken_says_for_which_chip_it_is(chip):
    assert recognise(OPENBEKEN[chip]).chips == (chip,)
    whole = OPENBEKEN[chip].ljust(0x40_0000, b"\xff")
    assert recognise(whole).chips == (chip,)
    assert survey(Dump(data=whole, name="x.bin")).chip == chip


def test_a_flash_of_which_two_chips_may_be_the_owner_is_nobodys():
    """Mark, calibration and size are the same on both: only the vendor's key lies apart."""
    data = made.flash("BK7236")
    report = survey(Dump(data=data, name="x.bin"))
    assert report.chip is None
    assert report.mac == "C8:47:8C:01:02:03"
    assert "BK7236 or BK7239N" in report.image.notes[0].text


@pytest.mark.parametrize("mark", [b"BEKEN", b"BK.SB"])
def test_encrypted_and_signed_code_is_named_by_its_mark(mark):
    loader = made.sealed(mark)
    for data, kind in (
        (loader, ImageKind.BOOTLOADER),
        (loader.ljust(0x1_1000, b"\xff") + made.sealed(b""), ImageKind.QIO),
        (loader.ljust(0x40_0000, b"\xff"), ImageKind.FULL_DUMP),
    ):
        image = recognise(data)
        assert (image.kind, image.chips, image.sound) == (kind, FOUR, True)
        assert "encrypted or signed" in image.notes[0].text


def test_a_product_that_is_named_in_it_is_no_damage():
    image = recognise(made.for_product(BOTH, b"T7QH4050"))
    assert (image.kind, image.chips, image.sound) == (ImageKind.QIO, ANY, True)
    assert "product T7QH4050" in image.notes[0].text
    assert not recognise(made.for_product(BOTH, b"T7QH4050")[:-40] + bytes(40)).sound


def test_a_damaged_line_is_told():
    data = bytearray(made.flash("BK7236"))
    data[0x1_1000 + 0x2000] ^= 1
    image = recognise(bytes(data))
    assert not image.sound
    assert "CRC16" in image.problems[0].text


PLAIN = made.code(loader=False)
STORED = made.firmware(loader=False)


def flipped(data, at):
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


NEAR = {
    "a wrong bit in its mark": flipped(PLAIN, 0x102),
    "another chip's mark": PLAIN.replace(b"BK7236", b"BK7238", 1),
    "a stack that is no memory of it": made.code(loader=False, stack=0x2000_0000),
    "a stack that is not even": made.code(loader=False, stack=0x2809_F701),
    "a reset that is no Thumb code": made.code(loader=False, reset=0x0200_0140),
    "a reset elsewhere": made.code(loader=False, reset=0x0800_0141),
    "cut before the mark": PLAIN[:0x104],
    "shifted by a byte": b"\0" + PLAIN,
    "in the other byte order": b"".join(PLAIN[i : i + 4][::-1] for i in range(0, 0x200, 4)),
    "the mark in the wrong place": PLAIN[:0x100] + bytes(8) + PLAIN[0x100:0x108] + PLAIN[0x110:],
    "another byte behind the mark": flipped(PLAIN, 0x106),
    "a wrong CRC16 in its first lines": flipped(STORED, 0x50),
    "stored lines without their first": STORED[34:],
    "a product with a wrong CRC-8": made.for_product(STORED, b"T7QH4050", flip=1),
    "a product that is no text": made.for_product(STORED, b"\x90\x90"),
    "a product in a damaged line": flipped(made.for_product(STORED, b"T7QH4050"), 0x129),
    "a product and another bad line": flipped(made.for_product(STORED, b"T7QH4050"), 0x50),
    "a sealed mark without CRC16s": bytes(0x100) + b"BEKEN" + bytes(0x100),
    "a sealed mark with a wrong bit": made.sealed(b"BEKEO"),
    "another sealed mark": made.sealed(b"BK.SC"),
    "a sealed mark in the next line": made.sealed(bytes(0x20) + b"BEKEN"),
    "a sealed mark in damaged lines": flipped(made.sealed(b"BEKEN"), 0x50),
}


@pytest.mark.parametrize("name", NEAR)
def test_what_is_nearly_one_is_none(name):
    assert recognise_later(NEAR[name]) is None
