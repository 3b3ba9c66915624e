"""Forged firmware carries the published facts and nothing that only a vendor file could give."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.chips.catalog import boot_codes, boot_codes_for_crc, chip
from plugsmith.chips.model import RegionRole
from plugsmith.errors import UsageError
from plugsmith.forge.firmware import (
    find_boot_code,
    forge_app,
    forge_loader,
    forge_openbeken_qio,
)
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.rf import forge_rf
from plugsmith.forge.solve import solve_affine
from plugsmith.image.crc import bad_lines, check_code
from plugsmith.image.partition import find_tables
from plugsmith.image.physical import strip_lines
from plugsmith.image.rbl import body_matches, read_trailer
from plugsmith.image.scramble import TUYA_KEY, scramble


@pytest.mark.parametrize("code", boot_codes(), ids=lambda code: code.name)
def test_a_forged_loader_shows_every_published_fact(code):
    loader = forge_loader(code.name)
    assert len(loader) == 0x11000
    assert check_code(loader).ok
    for mark in code.fingerprints:
        assert zlib.crc32(loader[: mark.covers]) == mark.crc32
        assert code in boot_codes_for_crc(mark.covers, zlib.crc32(loader[: mark.covers]))
    if code.loader_head is not None:
        assert loader.startswith(code.loader_head)
    marker = chip(code.chip).marker
    if marker is not None:
        assert loader[0x110 : 0x110 + len(marker)] == marker
    trailer = read_trailer(loader, code.rbl_offset or 0x10F9A)
    assert trailer is not None
    assert trailer.lines_ok
    assert trailer.header.sound
    assert trailer.header.partition == "bootloader"
    assert body_matches(trailer.header, strip_lines(loader[: check_code(loader).end]))
    if code.rbl_raw_size is not None:
        assert trailer.header.raw_size == code.rbl_raw_size
    (table,) = find_tables(strip_lines(loader))
    if code.partition_table is not None:
        assert table.at == code.partition_table
    assert table.find("app").span.start == 0x11000


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("t-1.0.5", "BK7231T 1.0.5"),
        ("t-1.0.6", "BK7231T 1.0.6"),
        ("n-1.0.1", "BK7231N 1.0.1"),
        ("u-1.0.15", "BK7231U/BK7252 1.0.15"),
        ("q", "BK7231Q 1.00"),
        ("7238", "BK7238 1.0.14"),
        ("m", "BK7231M 1.0.1 (OpenBeken)"),
    ],
)
def test_short_names(short, full):
    assert find_boot_code(short).name == full


def test_an_unknown_boot_code_is_a_usage_error():
    with pytest.raises(UsageError):
        forge_loader("z-9")


@pytest.mark.parametrize(
    ("name", "size", "trailer_at"),
    [
        ("BK7231T", 0x100000, 0xFFF9A),
        ("BK7231N", 0x129F70, 0x129F0A),
        ("BK7231M", 0x129F70, 0x129F0A),
        ("BK7231U", 0x132000, 0x131F9A),
        ("BK7238", 0x132000, 0x131F9A),
    ],
)
def test_a_forged_qio_has_the_size_and_trailer_of_a_real_one(name, size, trailer_at):
    image = forge_openbeken_qio(name)
    assert len(image) == size
    report = check_code(image[0x11000:])
    assert report.ok
    trailer = read_trailer(image, trailer_at)
    assert trailer is not None
    assert (trailer.lines_ok, trailer.header.partition) == (True, "app")
    assert body_matches(trailer.header, strip_lines(image[0x11000 : 0x11000 + report.end]))


def test_a_keyed_application_starts_with_the_published_line():
    line = bytes.fromhex("2F07B59435FF2A9B35E72A9B35EF2A9B35D72A9B35DF2A9B35C72A9B35CF2A9BFE2B")
    for name in ("BK7231T", "BK7231N"):
        app = forge_app(name)
        assert app.startswith(line)
        assert not bad_lines(app)
        plain = scramble(strip_lines(app), TUYA_KEY, start=0x10000)
        assert f"Open{name}_1.18.300\0".encode() in plain
    assert forge_app("BK7238").startswith(bytes.fromhex("0e0000ea14f09fe5"))


def test_a_forged_flash_has_its_mac_and_what_was_placed():
    flash = forge_flash(chip="BK7231T", mac=b"\x10\x20\x30\x40\x50\x60", contents={0x1EE000: b"KV"})
    rf = chip("BK7231T").memory_map.region(RegionRole.RF).span.start
    assert len(flash) == 0x200000
    assert flash[rf : rf + 4] == b"TLV\0"
    assert flash[rf + 0x24 : rf + 0x2A] == b"\x10\x20\x30\x40\x50\x60"
    assert flash[0x1EE000:0x1EE004] == b"KV\xff\xff"
    assert forge_flash(chip="BK7231T") == forge_flash(chip="wb2s")


def test_an_rf_sector_has_the_published_frame():
    sector = forge_rf(b"\xaa" * 6)
    assert len(sector) == 0x1000
    assert sector[:8] == bytes.fromhex("544c5600e0010000")
    assert sector[0x1C:0x2A] == bytes.fromhex("0211111106000000") + b"\xaa" * 6
    assert sector[0x1E8:] == b"\xff" * (0x1000 - 0x1E8)


@given(st.integers(0, 2**32 - 1))
def test_the_solver_reaches_any_crc(wanted):
    free = solve_affine(lambda raw: zlib.crc32(b"head" + raw), free_len=4, wanted=wanted)
    assert zlib.crc32(b"head" + free) == wanted


def test_the_solver_says_when_nothing_fits():
    assert solve_affine(lambda raw: raw[0] & 0x0F, free_len=1, wanted=0x10) is None
