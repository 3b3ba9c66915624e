"""BK7236 and BK7258 from a file: named, their parts told, their store searched; near misses not."""

from __future__ import annotations

import later_images as made
import pytest

from plugsmith.dump.dump import Dump
from plugsmith.dump.health import judge_backup
from plugsmith.dump.recovery.recover import recover
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
SAMPLES = {
    "loader": (made.firmware(loader=True), ImageKind.BOOTLOADER, ("BK7236", "BK7258")),
    "application": (made.firmware(loader=False), ImageKind.APP, ("BK7236", "BK7258")),
    "application without CRC16s": (made.code(loader=False), ImageKind.APP, ("BK7236", "BK7258")),
    "both": (BOTH, ImageKind.QIO, ("BK7236", "BK7258")),
    "flash of 4 MiB": (made.flash("BK7236"), ImageKind.FULL_DUMP, ("BK7236",)),
    "flash of 8 MiB": (made.flash("BK7258"), ImageKind.FULL_DUMP, ("BK7258",)),
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
}


@pytest.mark.parametrize("name", NEAR)
def test_what_is_nearly_one_is_none(name):
    assert recognise_later(NEAR[name]) is None
