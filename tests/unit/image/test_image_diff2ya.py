"""T1 update packages: the code comes out whole, damage and differences are named."""

from __future__ import annotations

import lzma
import struct
import zlib

import pytest

from plugsmith.errors import Malformed
from plugsmith.errors.image import ContainerUnsupported
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.image.kinds import recognise
from plugsmith.image.model import CodeForm, ImageKind
from plugsmith.image.ota import read_package
from plugsmith.image.packaged import recognise_ota
from plugsmith.image.packages.diff2ya import unpack

CODE = recognise(forge_openbeken_qio("BK7238", version="1.18.300")).app.section.code


def package(code=CODE, *, kind=0x4C5A4350, **changes):
    body = lzma.compress(code, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32)
    fields = {
        "magic": b"MMM\0", "kind": kind, "src": zlib.crc32(code), "dst": zlib.crc32(code),
        "src_len": len(code), "dst_len": len(code), "at": 64, "start": 0, "packed": len(body),
        "packed_crc": zlib.crc32(body),
    } | changes  # fmt: skip
    return struct.pack("<4s11I2BH3I", *fields.values(), 0, 0x1_0000, 0, 0, 2, 0, 0, 0) + body


def test_the_code_comes_out_and_is_named():
    assert unpack(package()) == CODE
    assert read_package(package()).code == CODE
    found = recognise(package())
    assert (found.kind, found.form) == (ImageKind.OTA, CodeForm.PACKED)
    assert found.firmware == "OpenBeken"
    assert "BK7238" in found.chips
    assert found.sound


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", [0x53494E47, 0x41425349, 0x41425238, 0x4C5A4352, 0x4C5A4351])
def test_a_difference_is_refused_by_its_name(kind):
    with pytest.raises(ContainerUnsupported):
        unpack(package(kind=kind))
    assert "difference" in recognise(package(kind=kind)).problems[0].text


BROKEN = [
    {"kind": 0x1234}, {"dst": 1}, {"packed_crc": 1}, {"packed": 1 << 30}, {"dst_len": 0},
    {"dst_len": 1 << 30}, {"dst_len": len(CODE) - 1}, {"dst_len": len(CODE) + 1}, {"at": 8},
]  # fmt: skip


@pytest.mark.sample(2)
@pytest.mark.parametrize("changes", BROKEN)
def test_damage_is_said_and_nothing_comes_out(changes):
    with pytest.raises(Malformed):
        unpack(package(**changes))
    assert not recognise(package(**changes)).sound


def test_what_only_looks_alike_is_no_package():
    for data in (b"MMM\0", b"MMMM" + package()[4:], b"\0" + package(), b"mmm\0" + package()[4:]):
        assert recognise(data).kind is ImageKind.UNKNOWN


def test_a_body_that_unpacks_without_end_is_cut_at_the_length_of_the_header():
    bomb = package(bytes(64 << 20), dst_len=0x1000, dst=zlib.crc32(bytes(0x1000)))
    with pytest.raises(Malformed):
        unpack(bomb)
    assert recognise_ota(bomb, 0).checks
