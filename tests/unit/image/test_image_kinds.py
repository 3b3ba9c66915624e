"""Forged images of every kind and chip are recognised; damage of every sort is told."""

from __future__ import annotations

import random

import pytest
from other_images import esp_image

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import Family
from plugsmith.flows.image.results import image_row
from plugsmith.forge.firmware import forge_app, forge_loader, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.image.crc import build_lines
from plugsmith.image.kinds import recognise
from plugsmith.image.model import CheckVerdict, CodeForm, ImageKind
from plugsmith.image.ota import UG_MAGIC, write_package
from plugsmith.image.physical import strip_lines
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble

CHIPS = ("BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7238", "BK7252N")
SMALL = 0x8000
KEYS = {"BK7231T": "tuya", "BK7231N": "tuya"}


def codes(image):
    return [item.code for item in image.problems]


@pytest.mark.parametrize("chip", CHIPS)
def test_a_qio_of_every_chip(chip):
    data = forge_openbeken_qio(chip, code_len=SMALL)
    image = recognise(data)
    assert (image.kind, image.chip, image.key.value) == (
        ImageKind.QIO,
        chip,
        KEYS.get(chip, "none"),
    )
    assert (image.firmware, image.version) == ("OpenBeken", "1.18.300")
    assert image.sound
    assert set(image.checks.values()) == {CheckVerdict.OK}
    kept_out = chip in {"BK7231T", "BK7231U"}
    (span,) = image.writes
    assert (
        (span.start, span.length) == (0x11000, len(data) - 0x11000) if kept_out else (0, len(data))
    )


@pytest.mark.parametrize("chip", CHIPS)
def test_an_application_of_every_chip(chip):
    image = recognise(forge_app(chip, version="1.17.9", code_len=SMALL))
    assert (image.kind, image.chip, image.version) == (ImageKind.APP, chip, "1.17.9")
    assert image.sound


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231M", "BK7231Q", "BK7238"])
def test_a_factory_flash_of_every_chip(chip):
    image = recognise(forge_flash(chip=chip, version="2.3.4", code_len=SMALL))
    assert (image.kind, image.chip) == (ImageKind.FULL_DUMP, chip)
    assert (image.firmware, image.version) == ("Tuya", "2.3.4")
    assert image.sound


@pytest.mark.parametrize("name", ["t-1.0.5", "n-1.0.1", "q", "m", "7238", "7252n"])
def test_a_boot_loader_alone(name):
    image = recognise(forge_loader(name))
    assert image.kind is ImageKind.BOOTLOADER
    assert image.chip is not None
    assert image.sound
    in_rom_family = image.chip in {"BK7231N", "BK7231M", "BK7238", "BK7252N"}
    assert [item.start for item in image.writes] == ([0] if in_rom_family else [])


def test_a_loader_shared_by_two_chips_names_both():
    assert recognise(forge_loader("u-1.0.15")).chips == ("BK7231U", "BK7252")


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7238"])
@pytest.mark.parametrize("algorithm", [0x0000, 0x0102])
def test_an_ota_package(chip, algorithm):
    image = recognise(forge_ota(chip, algorithm=algorithm, code_len=SMALL))
    twins = ("BK7231N", "BK7231M") if chip == "BK7231N" else (chip,)
    assert (image.kind, image.chips, image.firmware) == (ImageKind.OTA, twins, "OpenBeken")
    assert image.writes == ()
    assert image.sound


def test_an_ota_package_inside_a_ug_file():
    package = forge_ota("BK7231T", code_len=SMALL)
    head = bytes.fromhex("55aa55aa") + b"1.18.300".ljust(12, b"\0") + bytes(12)
    image = recognise(head + bytes.fromhex("aa55aa55") + package)
    assert (image.kind, image.chip) == (ImageKind.OTA, "BK7231T")


def test_an_ota_package_with_another_packing_is_named_and_refused():
    package = bytearray(forge_ota("BK7231T", code_len=SMALL))
    package[4:8] = (0x0202).to_bytes(4, "little")
    import zlib

    package[92:96] = zlib.crc32(package[:92]).to_bytes(4, "little")
    image = recognise(bytes(package))
    assert image.kind is ImageKind.OTA
    assert codes(image) == ["container"]
    assert "quicklz + aes256_cbc" in image.problems[0].text


def test_a_uf2_file():
    image = recognise(forge_uf2("BK7231T"))
    assert (image.kind, image.chip, image.built_for) == (ImageKind.UF2, "BK7231T", "wb2s")
    assert [item.start for item in image.writes] == [0x11000, 0x129F0A]
    assert image.sound
    assert image.checks["header"] is CheckVerdict.OK


def test_a_rotated_dump_is_told_and_nothing_would_be_written():
    flash = forge_flash(chip="BK7231T", code_len=SMALL)
    for data in (flash[0x11000:] + flash[:0x11000], flash[0x11000:]):
        image = recognise(data)
        assert (image.kind, image.chip, image.rotation) == (ImageKind.FULL_DUMP, "BK7231T", 0x11000)
        assert "rotated" in codes(image)
        assert image.writes == ()


@pytest.mark.parametrize(
    ("loader", "app", "problem"),
    [
        ("t-1.0.5", "BK7231N", "chip-conflict"),
        ("n-1.0.1", "BK7231T", "chip-conflict"),
        ("n-1.0.1", "BK7231M", "chip-conflict"),
        ("m", "BK7231N", "chip-conflict"),
        ("7238", "BK7231U", "chip-conflict"),
    ],
)
def test_a_boot_loader_of_another_chip_in_front(loader, app, problem):
    image = recognise(forge_loader(loader) + forge_openbeken_qio(app, code_len=SMALL)[0x11000:])
    assert problem in codes(image)
    assert image.chips == ()
    assert image.checks["match"] is CheckVerdict.FAILED


def test_a_loader_with_another_key_than_its_application():
    qio = forge_openbeken_qio("BK7231N", code_len=SMALL)
    lines = recognise(qio).app.section
    other = ScrambleKey.of(0x11223344, 0x55667788, 0x99AABBCC, 0x11000000)
    from plugsmith.image.crc import build_lines

    code = lines.code[:32] + b"texts and zeros\0\0\0\0" * 500
    again = build_lines(scramble(code, other, start=0x10000))
    image = recognise(qio[:0x11000] + again.ljust(len(qio) - 0x11000, b"\xff"))
    assert image.key.value == "other"
    assert "key-conflict" in codes(image)


def _flip(data, bit):
    broken = bytearray(data)
    broken[bit // 8] ^= 1 << bit % 8
    return bytes(broken)


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7238"])
def test_a_flipped_bit_in_any_covered_line_is_reported(chip):
    data = forge_openbeken_qio(chip, code_len=SMALL)
    image = recognise(data)
    sections = (image.loader.section, image.app.section)
    spans = [(part.start, part.end) for part in sections]
    spans += [(part.trailer.at, part.trailer.end) for part in sections]
    rng = random.Random(7)
    bits = [8 * rng.randrange(*span) + rng.randrange(8) for span in spans for _ in range(20)]
    bits += [8 * span[0] + at for span in spans for at in (0, 7, 13, 40, 200)]
    bits += [8 * span[1] - 1 for span in spans]
    for bit in bits:
        broken = recognise(_flip(data, bit))
        assert broken.kind is ImageKind.QIO, hex(bit // 8)
        assert CheckVerdict.FAILED in (broken.checks["crc16"], broken.checks["loader-crc16"]), hex(
            bit // 8
        )
        assert "crc16" in codes(broken)
        assert broken.chip == chip


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_flipped_bit_in_plain_padding_is_only_a_note(chip):
    data = forge_openbeken_qio(chip, code_len=SMALL)
    image = recognise(data)
    rng = random.Random(8)
    for part in (image.loader.section, image.app.section):
        places = [part.end, part.trailer.at - 1]
        places += [rng.randrange(part.end, part.trailer.at) for _ in range(10)]
        for at in places:
            changed = recognise(_flip(data, 8 * at + 3))
            assert changed.problems == ()
            assert [item.code for item in changed.notes] == ["stray-bytes"]
            assert changed.notes[0].at == at


def test_padding_without_a_header_that_lost_a_bit_is_no_code():
    app = forge_app("BK7231T", code_len=SMALL) + b"\xff" * 3400
    image = recognise(_flip(app, 8 * (len(app) - 3390)))
    assert image.problems == ()
    assert image.notes[0].code == "stray-bytes"


@pytest.mark.parametrize("cut", [0x12000, 0x14000, 0x18000])
def test_a_cut_off_image_is_reported(cut):
    data = forge_openbeken_qio("BK7231T", code_len=SMALL * 2)
    hole = data[:cut] + b"\xff" * 0x1000 + data[cut + 0x1000 :]
    assert {"erased-gap", "body"} <= set(codes(recognise(hole)))
    short = recognise(data[:cut])
    assert short.kind is ImageKind.QIO
    assert short.checks["header"] is CheckVerdict.MISSING
    assert "cut-off" in codes(short)


def test_an_image_without_an_application():
    image = recognise(forge_loader("t-1.0.5") + b"\xff" * 0x20000)
    assert codes(image) == ["no-application"]


@pytest.mark.parametrize("end", [0x133000, 0x1D2000, 0x1E2000, 0x1FFFFF, 0x234567])
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231U", "BK7238"])
def test_a_flash_from_its_start_to_somewhere_is_a_kind_of_its_own(chip, end):
    flash = forge_flash(chip=chip, code_len=SMALL, firmware="openbeken").ljust(0x40_0000, b"\xff")
    image = recognise(flash[:end])
    assert (image.kind, image.chip, image.problems) == (ImageKind.FLASH_START, chip, ())
    assert [item.code for item in image.notes] == ["flash-start"]
    (span,) = image.writes
    assert span.start == span.offset == (0 if find_chip(chip).family is Family.ROM else 0x11000)
    assert span.start + span.length == image.app.section.trailer.end


def test_a_dump_whose_loader_could_not_be_read():
    flash = forge_flash(chip="BK7231N", code_len=SMALL)
    image = recognise(bytes(0x11000) + flash[0x11000:])
    assert "no-loader" in codes(image)
    assert image.chip == "BK7231N"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xff" * 0x200000, "0xFF"),
        (b"PK\x03\x04" + bytes(range(200)), "ZIP"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (esp_image(), "ESP32-C3"),
        (bytes(random.Random(3).randbytes(4096)), "neither"),
    ],
)
def test_what_is_not_firmware_is_named(data, words):
    image = recognise(data)
    assert (image.kind, image.writes) == (ImageKind.UNKNOWN, ())
    assert words in image.problems[0].text


def test_code_without_line_checksums_is_plain_code_and_not_damaged():
    code = bytes.fromhex("0e0000ea") + bytes.fromhex("14f09fe5") * 7 + bytes(4000)
    for data in (code, scramble(code, TUYA_KEY, start=0x10000)):
        image = recognise(data)
        assert (image.kind, image.form, image.problems) == (ImageKind.APP, CodeForm.PLAIN_CODE, ())
        assert image.writes == ()
        assert image.checks["crc16"] is CheckVerdict.MISSING


@pytest.mark.parametrize("name", ["t-1.0.5", "t-1.0.6", "q", "u-1.0.15", "n-1.0.1", "m", "7238"])
def test_a_boot_loader_without_line_checksums_is_the_same_boot_loader(name):
    stored = forge_loader(name)
    whole = recognise(stored)
    bare = recognise(strip_lines(stored))
    assert (bare.kind, bare.form) == (ImageKind.BOOTLOADER, CodeForm.PLAIN_CODE)
    assert bare.loader.boot_codes == whole.loader.boot_codes
    assert (bare.chips, bare.key, bare.problems) == (whole.chips, whole.key, whole.problems)
    assert bare.writes == ()


@pytest.mark.parametrize("chip", ["BK7231M", "BK7238", "BK7252N"])
def test_a_plain_application_is_no_image_although_it_holds_the_marker(chip):
    code = bytearray(scramble(strip_lines(forge_app(chip)), PLAIN_KEY, start=0))
    code[0x100:0x108] = find_chip(chip).marker
    image = recognise(build_lines(bytes(code)))
    assert (image.kind, image.chip, image.loader) == (ImageKind.APP, chip, None)
    assert image.problems == ()


@pytest.mark.parametrize("text", ["1.0-bk7231t", "oem_bk7231s_plug", "BK7231T", "OpenBK7231T_1"])
def test_a_package_names_the_chip_of_an_application_that_does_not(text):
    code = bytes.fromhex("0e0000ea") + bytes.fromhex("14f09fe5") * 7 + bytes(range(256)) * 16
    package = write_package(code, version=text, time=0)
    for data in (package, UG_MAGIC + bytes(24) + bytes.fromhex("aa55aa55") + package):
        assert recognise(data).chips == ("BK7231T",)


def test_a_package_that_contradicts_its_application_is_a_problem():
    code = recognise(forge_openbeken_qio("BK7231T", code_len=SMALL)).app.section.code
    image = recognise(write_package(code, version="1.0-bk7238", time=0))
    assert (image.chips, codes(image)) == ((), ["chip-conflict"])


def test_facts_have_the_shape_of_the_contract():
    facts = image_row(recognise(forge_openbeken_qio("BK7231N", code_len=SMALL))).as_data()
    assert facts["kind"] == "qio"
    assert facts["chip"] == "BK7231N"
    assert facts["chips"] == ["BK7231N"]
    assert facts["key"] == "tuya"
    assert facts["writes"] == [{"start": 0, "length": 0x129F70}]
    assert facts["checks"]["crc16"] == "ok"
    assert facts["checks"]["header"] == "ok"
    assert facts["problems"] == []
