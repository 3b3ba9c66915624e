"""Files of our own kinds: each is recognised from a valid sample, and what is nearly one never is.

A near miss may be called by the kind that it tries to be, but then with what is wrong with it.
"""

from __future__ import annotations

import other_images as made
import pytest
from test_image_diff2ya import package

from plugsmith.forge.firmware import forge_app, forge_loader, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_uf2
from plugsmith.image.foreign.marks import _MARKS, mark_of
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.ota import PLAIN, UG_MAGIC, write_package

SMALL = 0x8000
CODE = recognise(forge_app("BK7231N", code_len=SMALL)).app.section.code
RBL = write_package(CODE, version="1.2.3", time=1)
UG = UG_MAGIC + bytes(24) + bytes.fromhex("aa55aa55")

#: what is recognised: sample, kind, and an offset where every bit counts
SAMPLES = {
    "full image of the N": (forge_openbeken_qio("BK7231N", code_len=SMALL), ImageKind.QIO, 0x11040),
    "full image of the T": (forge_openbeken_qio("BK7231T", code_len=SMALL), ImageKind.QIO, 0x11040),
    "application": (forge_app("BK7231T", code_len=SMALL), ImageKind.APP, 0x40),
    "whole flash": (forge_flash(chip="BK7231N", code_len=SMALL), ImageKind.FULL_DUMP, 0x11040),
    "boot loader": (forge_loader("t-1.0.5"), ImageKind.BOOTLOADER, 0x40),
    "UF2": (forge_uf2("BK7231N"), ImageKind.UF2, 0x400 + 0x20 + 0x44),
    "RBL, packed": (RBL, ImageKind.OTA, 0x40),
    "RBL, plain": (write_package(CODE, version="1", time=1, algorithm=PLAIN), ImageKind.OTA, 0x40),
    "UG": (UG + RBL, ImageKind.OTA, 0x40),
    "diff2ya": (package(CODE), ImageKind.OTA, 0x24),
}


def swapped(data: bytes, length: int) -> bytes:
    """The same with its first words in the other byte order."""
    head = b"".join(data[at : at + 4][::-1] for at in range(0, length, 4))
    return head + data[length:]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def near(data: bytes, at: int) -> dict[str, bytes]:
    return {
        "a wrong bit in its mark": flipped(data, 0),
        "a wrong bit in its content": flipped(data, at),
        "cut by a byte": data[:-1],
        "shifted by a byte": b"\0" + data,
        "without its first byte": data[1:],
        "in the other byte order": swapped(data, 64),
        "in the wrong place": b"\xff" * 0x100 + data,
        "from its end to its start": data[::-1],
    }


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", SAMPLES)
def test_each_kind_is_recognised_from_its_sample_and_never_from_a_near_miss(name):
    data, kind, at = SAMPLES[name]
    found = recognise(data)
    assert (found.kind, found.sound) == (kind, True)
    taken = {}
    for mistake, nearly in near(data, at).items():
        image = recognise(nearly)
        if image.kind is kind and image.sound:
            taken[mistake] = image
    assert taken == {}


def test_a_flash_that_was_read_twice_is_no_larger_flash():
    for size in (0x20_0000, 0x40_0000):
        half = forge_flash(chip="BK7231N", code_len=SMALL).ljust(size, b"\xff")
        image = recognise(half * 2)
        assert "repeated" in [item.code for item in image.problems]
        assert "repeated" not in [item.code for item in recognise(half + b"\xff" * size).problems]
        nearly = half + flipped(half, size - 0x100)
        assert "repeated" not in [item.code for item in recognise(nearly).problems]


@pytest.mark.parametrize("name", ["RBL, packed", "RBL, plain", "UG", "diff2ya"])
def test_what_lies_behind_a_package_is_told(name):
    data = SAMPLES[name][0]
    assert "after-package" in [item.code for item in recognise(data + data).notes]
    for padding in (b"", b"\xff" * 99, bytes(99)):
        assert recognise(data + padding).notes == recognise(data).notes


@pytest.mark.parametrize("end", [1, 17, 33])
def test_an_application_that_ends_within_a_line_was_cut_off(end):
    image = recognise(SAMPLES["application"][0] + b"\x12" * end)
    assert "cut-off" in [item.code for item in image.problems]


@pytest.mark.parametrize("name", ["t-1.0.5", "n-1.0.1", "q", "7238", "7252n"])
def test_a_boot_loader_that_lost_its_end_was_cut_off(name):
    data = forge_loader(name)
    assert recognise(data).sound
    for end in (0xFEFF, len(data) // 2, 0x8000):
        assert "cut-off" in [item.code for item in recognise(data[:end]).problems]


@pytest.mark.parametrize(("marker", "name"), [row[:2] for row in _MARKS])
def test_a_marker_of_a_file_that_is_no_flash_counts_whole_and_at_the_start_alone(marker, name):
    rest = b"\x00\x81\xfe\x02" * 64
    found = mark_of(marker + rest)
    assert found is not None
    assert found.name == name
    misses = [
        flipped(marker, 0) + rest,
        flipped(marker, len(marker) - 1) + rest,
        marker[1:] + rest,
        b"\0" + marker + rest,
        marker[::-1] + rest,
        b"\xff" * 16 + marker + rest,
    ]
    same = [nearly for nearly in misses if nearly.startswith(marker)]
    assert [nearly for nearly in misses if nearly not in same and _called(nearly) == name] == []
    assert len(misses) - len(same) >= 5


def _called(data: bytes) -> str | None:
    found = mark_of(data)
    return found.name if found is not None else None


TABLES = {
    "ESP": (made.esp_flash(chip_id=5), 0x8000, 32 * 2 + 32),
    "LN882H": (made.ln882h_flash(), 0x6000, 16 * 4),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_partition_table_that_is_nearly_one_says_nothing(name):
    flash, at, length = TABLES[name]
    table = flash[at : at + length]
    assert read_other_maker(flash).parts
    misses = {
        "a bit": flipped(table, 5),
        "the first bit": flipped(table, 0),
        "cut": table[: length // 2 - 8].ljust(length, b"\xff"),
        "shifted": b"\xff" + table[:-1],
        "one byte early": table[1:] + b"\xff",
        "the other byte order": swapped(table, length),
        "elsewhere": b"\xff" * length,
    }
    for mistake, nearly in misses.items():
        spoilt = flash[:at] + nearly + flash[at + length :]
        if mistake == "elsewhere":
            spoilt = spoilt[: at + 0x200] + table + spoilt[at + 0x200 + length :]
        parts = read_other_maker(spoilt).parts
        assert len(parts) < len(read_other_maker(flash).parts), mistake
        assert parts == () or name == "LN882H", mistake
