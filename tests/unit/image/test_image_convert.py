"""Conversions between file kinds keep the code, and refuse what cannot be right."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace

import pytest

from plugsmith.errors import Malformed
from plugsmith.errors.image import (
    ContainerUnsupported,
    ConversionImpossible,
    ImageDamaged,
    ImageForOtherChip,
    ImageUnknown,
    KeyMissing,
)
from plugsmith.forge.firmware import app_code, forge_app, forge_loader, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.image.aes import cbc_encrypt
from plugsmith.image.assemble import ConvertInput, convert, pieces
from plugsmith.image.crc import build_lines
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.ota import OTA_IV, OTA_KEY, read_package, write_package
from plugsmith.image.physical import strip_lines
from plugsmith.image.rbl import RblHeader, fnv1a, pad_package

SMALL = 0x8000


def source(data, name="file.bin"):
    return ConvertInput(name=name, data=data, image=recognise(data))


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231M", "BK7238", "BK7231U"])
def test_qio_to_application_and_back(chip):
    qio = forge_openbeken_qio(chip, code_len=SMALL)
    app = convert(source(qio), to=ImageKind.APP)
    assert app == forge_app(chip, code_len=SMALL)
    again = convert(source(app), to=ImageKind.QIO, loader=source(qio), time=5)
    image = recognise(again)
    assert (image.kind, image.chip, image.problems) == (ImageKind.QIO, chip, ())
    assert again[: 0x11000 + len(app)] == qio[: 0x11000 + len(app)]
    assert image.app.section.trailer.header.time == 5


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7238"])
def test_ota_round_trip(chip):
    app = forge_app(chip, code_len=SMALL)
    package = convert(source(app), to=ImageKind.OTA, time=9)
    assert recognise(package).header.time == 9
    assert convert(source(package), to=ImageKind.APP, chip=chip) == app
    assert convert(source(forge_ota(chip, code_len=SMALL)), to=ImageKind.APP, chip=chip) == app


def test_a_package_for_n_and_m_alike_is_not_stored_by_a_guess():
    package = source(forge_ota("BK7231M", code_len=SMALL))
    assert package.image.chips == ("BK7231N", "BK7231M")
    with pytest.raises(ConversionImpossible) as refusal:
        convert(package, to=ImageKind.APP)
    assert "--chip" in refusal.value.hint
    qio = convert(package, to=ImageKind.QIO, loader=source(forge_loader("m")))
    assert recognise(qio).chip == "BK7231M"


@pytest.mark.parametrize("real", ["BK7231T", "BK7231N", "BK7238"])
@pytest.mark.parametrize("named", ["BK7231T", "BK7231N", "BK7231U", "BK7238"])
def test_a_named_chip_is_held_against_the_content(real, named):
    files = [forge_ota(real, code_len=SMALL), forge_openbeken_qio(real, code_len=SMALL)]
    for data in files:
        if named == real:
            assert recognise(convert(source(data), to=ImageKind.APP, chip=named)).chip == named
            continue
        with pytest.raises(ImageForOtherChip) as refusal:
            convert(source(data), to=ImageKind.APP, chip=named)
        assert refusal.value.exit_code == 5


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231M", "BK7238", "BK7231U"])
def test_bare_code_gets_its_lines_back(chip):
    """Code without CRC16s, plain as a compiler gives it or scrambled as it lies in flash."""
    qio = forge_openbeken_qio(chip, code_len=SMALL)
    section = recognise(qio).app.section
    scrambled = strip_lines(qio[section.start : section.end])
    for code in (section.code, scrambled):
        app = convert(source(code), to=ImageKind.APP, chip=chip)
        assert app == forge_app(chip, code_len=SMALL)


@pytest.mark.parametrize("chip", ["BK7231M", "BK7238", "BK7231U"])
def test_the_last_bytes_of_bare_code_may_be_ff(chip):
    """Constants at the end of code: the device reads them, so their lines need a CRC16."""
    code = app_code(chip, firmware="openbeken", version="1.18.300", length=SMALL) + b"\xff" * 0x64
    app = convert(source(code), to=ImageKind.APP, chip=chip)
    assert strip_lines(app)[: len(code)] == code
    filled = convert(source(code + b"\xff" * 0x2000), to=ImageKind.APP, chip=chip)
    assert len(filled) <= len(app)


def test_an_n_package_can_be_stored_for_m_when_asked():
    package = forge_ota("BK7231N", code_len=SMALL)
    plain = convert(source(package), to=ImageKind.APP, chip="BK7231M")
    assert recognise(plain).chip == "BK7231M"


def test_a_qio_of_a_qio_is_itself():
    qio = forge_openbeken_qio("BK7231T", code_len=SMALL)
    assert convert(source(qio), to=ImageKind.QIO) == qio


@pytest.mark.parametrize("rotate", [0, 0x11000])
def test_out_of_a_dump_also_a_rotated_one(rotate):
    flash = forge_flash(chip="BK7231T", code_len=SMALL)
    dump = source(flash[rotate:] + flash[:rotate])
    qio = convert(dump, to=ImageKind.QIO)
    assert qio == flash[:0x129F70]
    assert convert(dump, to=ImageKind.APP) == forge_app(
        "BK7231T", firmware="tuya", version="1.0.0", code_len=SMALL
    )


def test_uf2_to_application_and_qio():
    uf2 = source(forge_uf2("BK7231T", code_len=0x4000))
    app = forge_app("BK7231T", code_len=0x4000)
    assert convert(uf2, to=ImageKind.APP) == app
    qio = convert(uf2, to=ImageKind.QIO, loader=source(forge_loader("t-1.0.6")))
    assert recognise(qio).problems == ()
    assert pieces(uf2)[0] == (0x11000, app)


def test_pieces_of_images():
    qio = forge_openbeken_qio("BK7231T", code_len=SMALL)
    app = forge_app("BK7231T", code_len=SMALL)
    assert pieces(source(qio)) == [(0x11000, qio[0x11000:])]
    n_image = forge_openbeken_qio("BK7231N", code_len=SMALL)
    assert pieces(source(n_image)) == [(0, n_image)]
    assert pieces(source(app)) == [(0x11000, app)]
    assert pieces(source(forge_ota("BK7231T", code_len=SMALL))) == []


def test_without_a_boot_loader_there_is_no_qio():
    with pytest.raises(ConversionImpossible) as refusal:
        convert(source(forge_app("BK7231T", code_len=SMALL)), to=ImageKind.QIO)
    assert "--loader" in refusal.value.hint


@pytest.mark.parametrize("loader", ["n-1.0.1", "m", "7238"])
def test_a_boot_loader_of_another_chip_is_refused(loader):
    with pytest.raises(ConversionImpossible):
        convert(
            source(forge_app("BK7231T", code_len=SMALL)),
            to=ImageKind.QIO,
            loader=source(forge_loader(loader)),
        )


def test_a_damaged_source_is_refused():
    qio = bytearray(forge_openbeken_qio("BK7231T", code_len=SMALL))
    qio[0x12000] ^= 4
    with pytest.raises(ImageDamaged) as refusal:
        convert(source(bytes(qio)), to=ImageKind.APP)
    assert "CRC16" in refusal.value.message


@pytest.mark.parametrize("to", ["qio", "app", "ota"])
def test_a_source_without_application_is_refused(to):
    with pytest.raises(ImageUnknown):
        convert(source(b"no firmware at all"), to=ImageKind(to))
    with pytest.raises(ConversionImpossible) as refusal:
        convert(source(forge_loader("t-1.0.5")), to=ImageKind(to))
    assert "--loader" in refusal.value.hint
    erased = bytearray(forge_flash(chip="BK7231T", code_len=SMALL))
    erased[0x11000:0x12000] = b"\xff" * 0x1000
    with pytest.raises(ConversionImpossible) as refusal:
        convert(source(bytes(erased)), to=ImageKind(to))
    assert "0x011000" in refusal.value.message


def test_a_chip_whose_way_of_storing_code_is_unknown_gets_no_file():
    package = source(forge_ota("BK7231U", code_len=SMALL))
    bare = ConvertInput(name="x", data=package.data, image=replace(package.image, chips=()))
    with pytest.raises(ConversionImpossible, match="BK7236"):
        convert(bare, to=ImageKind.APP, chip="BK7236")


def test_other_kinds_cannot_be_made():
    with pytest.raises(ConversionImpossible):
        convert(source(forge_app("BK7231T", code_len=SMALL)), to=ImageKind.UF2)


def test_an_application_that_does_not_fit_is_refused():
    app = forge_app("BK7231U", code_len=0x10FFE0)
    with pytest.raises(ConversionImpossible) as refusal:
        convert(source(app), to=ImageKind.QIO, loader=source(forge_loader("u-1.0.15")))
    assert "larger" in refusal.value.message


def test_code_with_an_unknown_key_is_refused():
    lines = build_lines(bytes(range(256)) * 64)
    with pytest.raises(KeyMissing):
        convert(source(lines), to=ImageKind.OTA)


def other_package(code, *, packed):
    """Packed without a cipher, or the other way round; ltchiptool makes both."""
    body = gzip.compress(code, 9, mtime=0) if packed else pad_package(code)
    if not packed:
        body = cbc_encrypt(body, key=OTA_KEY, iv=OTA_IV)
    header = RblHeader(
        algorithm=0x0100 if packed else 0x0002, time=1, partition="app", version="1.18.300",
        body_crc32=zlib.crc32(body), raw_hash=fnv1a(code), raw_size=len(code),
        package_size=len(body),
    )  # fmt: skip
    return header.encode() + body


@pytest.mark.parametrize("packed", [True, False])
def test_packages_that_are_only_packed_or_only_encrypted_are_read(packed):
    code = read_package(forge_ota("BK7231T", code_len=SMALL)).code
    package = other_package(code, packed=packed)
    assert read_package(package).code == code
    app = convert(source(package), to=ImageKind.APP, chip="BK7231T")
    assert app == forge_app("BK7231T", code_len=SMALL)
    for broken in (package[:-16], package[:0x80] + b"\x55" + package[0x81:]):
        with pytest.raises(Malformed):
            read_package(broken)


def test_a_package_of_another_packing_is_refused():
    package = bytearray(forge_ota("BK7231T", code_len=SMALL))
    package[5] = 3
    package[92:96] = zlib.crc32(package[:92]).to_bytes(4, "little")
    with pytest.raises(ContainerUnsupported) as refusal:
        convert(source(bytes(package)), to=ImageKind.APP)
    assert "fastlz" in refusal.value.message


def test_a_package_that_names_two_chips_needs_one():
    code = bytes.fromhex("0e0000ea") + bytes.fromhex("14f09fe5") * 7 + bytes(0x400)
    package = source(write_package(code, version="1", time=0))
    with pytest.raises(ConversionImpossible) as refusal:
        convert(package, to=ImageKind.APP)
    assert "--chip" in refusal.value.hint
    assert recognise(convert(package, to=ImageKind.APP, chip="BK7231T")).key.value == "tuya"


@pytest.mark.parametrize("to", [ImageKind.APP, ImageKind.OTA, ImageKind.QIO])
@pytest.mark.parametrize("in_front", [True, False])
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_an_application_larger_than_its_partition_is_not_cut_to_it(chip, in_front, to):
    """Half of one, in a package with right checksums, would be installed over the air."""
    app = forge_app(chip, code_len=0x14_0000)
    data = forge_loader("t-1.0.5" if chip == "BK7231T" else "n-1.0.1") + app if in_front else app
    with pytest.raises(ImageDamaged, match="larger than the chip takes"):
        convert(source(data), to=to, loader=source(forge_openbeken_qio(chip, code_len=SMALL)))
