"""The chip catalogue: complete, consistent, and as the papers state it."""

from __future__ import annotations

import zlib

import pytest

from plugsmith.chips import catalog
from plugsmith.chips.model import (
    APP_START,
    MARKER_ADDR,
    BootNote,
    DialectName,
    Family,
    KeyClass,
    Quirk,
    RegionRole,
    Support,
)
from plugsmith.chips.spaces import Space
from plugsmith.chips.tables import CatalogueDefect, FactTable
from plugsmith.errors.catalogue import OtherVendorModule, UnknownChip

ISSUE_CHIPS = {
    "BK7231T": Support.OBSERVED,
    "BK7231U": Support.OBSERVED,
    "BK7231Q": Support.OBSERVED,
    "BK7252": Support.CLAIMED,
    "BK7231N": Support.CLAIMED,
    "BK7231M": Support.CLAIMED,
    "BK7238": Support.CLAIMED,
    "BK7252N": Support.CLAIMED,
    "BL2028N": Support.CLAIMED,
    "BK7236": Support.RECOGNISED,
    "BK7258": Support.RECOGNISED,
    "BK7239N": Support.RECOGNISED,
}


def test_every_chip_of_the_issue_is_there_with_its_grade():
    assert {item.name: item.support for item in catalog.chips()} == ISSUE_CHIPS


@pytest.mark.parametrize("name", ISSUE_CHIPS)
def test_a_chip_record_is_consistent(name):
    chip = catalog.chip(name)
    loader = chip.family is Family.LOADER
    assert chip.protected_until == (APP_START if loader else 0)
    assert (chip.default_dialect is DialectName.ROM) == (not loader)
    assert chip.recoverable_over_uart is not loader
    assert bool(chip.spaces) is not loader  # nothing but the flash over the UART of a loader
    assert chip.memory_map is chip.memory_maps[0]
    assert chip.flash_size in chip.flash_sizes
    unknown = chip.support is Support.RECOGNISED and not chip.memory_map.regions
    assert unknown or chip.memory_map.region(RegionRole.RF) is not None
    for memory_map in chip.memory_maps:
        loader_region = memory_map.region(RegionRole.BOOTLOADER)
        if loader_region is not None:
            assert (loader_region.span.start, loader_region.span.end) == (0, APP_START)
            assert memory_map.at(MARKER_ADDR) == loader_region


@pytest.mark.parametrize(
    ("name", "origin", "addr", "role"),
    [
        ("BK7231T", "tuya", 0x1E0024, RegionRole.RF),
        ("BK7231T", "tuya", 0x1EE000, RegionRole.KEY),
        ("BK7231T", "tuya", 0x12A000, RegionRole.FILES),
        ("BK7231T", "openbeken", 0x1E1000, RegionRole.CONFIG),
        ("BK7231N", "tuya", 0x1D0000, RegionRole.RF),
        ("BK7231N", "tuya", 0x1CF000, RegionRole.PROTECTED),  # nested in the download area
        ("BK7231N", "tuya", 0x1CE000, RegionRole.OTA),
        ("BK7231N", "openbeken", 0x1D1000, RegionRole.CONFIG),
        ("BK7231Q", "tuya", 0x1EB000, RegionRole.KEY),
        ("BK7238", "tuya", 0x1E3000, RegionRole.RF),
        ("BK7238", "openbeken", 0x1E0000, RegionRole.RF),
        ("BK7238", "tuya", 0x1F5000, RegionRole.KEY),
        ("BK7236", "tuya", 0x3FE000, RegionRole.RF),
    ],
)
def test_regions_lie_where_the_papers_put_them(name, origin, addr, role):
    region = catalog.chip(name).map_of(origin).at(addr)
    assert region is not None
    assert region.role is role


def test_names_aliases_and_modules_lead_to_the_chip():
    assert catalog.chip("bk7231t").name == "BK7231T"
    assert catalog.chip("BK7231S").name == "BK7231T"
    assert catalog.chip(" T1 ").name == "BK7238"
    assert catalog.chip("wb2s").name == "BK7231T"
    assert catalog.chip("CB2S").name == "BK7231N"
    assert catalog.chip("OpenBK7231N").name == "BK7231N"
    names = [name for item in catalog.chips() for name in (item.name, *item.aliases)]
    assert len({name.casefold() for name in names}) == len(names)


def test_unknown_names_are_refused_with_what_there_is():
    with pytest.raises(UnknownChip) as unknown:
        catalog.chip("ESP32")
    assert "BK7231T" in unknown.value.hint
    assert "BK7258" not in unknown.value.hint
    with pytest.raises(OtherVendorModule) as other:
        catalog.chip("WR3")
    assert "RTL8710BN" in other.value.message


@pytest.mark.parametrize(
    ("covers", "crc32", "name"),
    [
        (256, 0xBA54C1B8, "BK7231T 1.0.5"),
        (256, 0xE5CBC953, "BK7231T 1.0.6"),
        (256, 0x4B31E44D, "BK7231T 1.0.4"),
        (256, 0x42C221EA, "BK7231Q 1.00"),
        (256, 0x8BCEC3B4, "BK7231U/BK7252 1.0.15"),
        (257, 0xE14191BA, "BK7231N 1.0.1"),
        (257, 0x6BEB0924, "BK7238 1.0.14"),
        (257, 0x6C86CD3D, "BK7252N (OpenBeken)"),
    ],
)
def test_fingerprints_name_the_boot_code(covers, crc32, name):
    boot = catalog.boot_code_for_crc(covers, crc32)
    assert boot is not None
    assert boot.name == name
    assert catalog.boot_code_for_crc(513 - covers, crc32) is None  # the length is part of the mark


def test_an_ambiguous_fingerprint_decides_nothing():
    assert {item.chip for item in catalog.boot_codes_for_crc(256, 0x8F32A0EC)} == {
        "BK7238",
        "BK7252N",
    }
    assert catalog.boot_code_for_crc(256, 0x8F32A0EC) is None


def test_quirks_follow_the_dialect():
    t105 = catalog.boot_code_for_crc(256, 0xBA54C1B8)
    t104 = catalog.boot_code_for_crc(256, 0x4B31E44D)
    q = catalog.boot_code_for_crc(256, 0x42C221EA)
    u = catalog.boot_code_for_crc(256, 0x8BCEC3B4)
    n = catalog.boot_code_for_crc(257, 0xE14191BA)
    assert Quirk.CRC_BLOCKS_UNTIL_RESET in t104.quirks & q.quirks
    assert Quirk.CRC_BLOCKS_UNTIL_RESET not in t105.quirks | u.quirks | n.quirks
    notes = {boot: catalog.dialect_facts(boot.dialect).notes for boot in (t105, t104, q, u, n)}
    assert BootNote.WRAP_WRITES in notes[t105] & notes[t104] & notes[q]
    assert BootNote.WRAP_WRITES not in notes[u]
    assert BootNote.NO_BOOT_VERSION in notes[q] & notes[u] & notes[n]
    assert BootNote.NO_BOOT_VERSION not in notes[t105]
    assert (t105.read_guard, t105.write4k_guard) == (0x10000, 0x20E0)
    assert (u.read_guard, u.write4k_guard) == (0x2000, 0x2000)
    assert n.read_guard is None


def test_an_unknown_boot_code_gets_the_careful_dialect_of_its_chip():
    careful = catalog.unknown_boot_code("BK7231T")
    assert careful.dialect is DialectName.T_OLD
    assert Quirk.CRC_BLOCKS_UNTIL_RESET in careful.quirks
    assert careful.fingerprints == ()


def test_chip_ids_may_leave_a_choice():
    assert {item.name for item in catalog.chips_for_id(0x7231C)} == {
        "BK7231N",
        "BK7231M",
        "BL2028N",
    }
    assert [item.name for item in catalog.chips_for_id(0x7238)] == ["BK7238"]
    assert {item.name for item in catalog.chips_for_id(0x7236, register=0x44010004)} == {
        "BK7236",
        "BK7258",
        "BK7239N",
    }
    assert catalog.chips_for_id(0x1234) == ()


def test_the_public_key_is_told_from_none_and_others():
    assert catalog.key_class_of((0x510FB093, 0xA3CBEADC, 0x5993A17E, 0xC7ADEB03)) is KeyClass.TUYA
    assert catalog.key_class_of((0, 0, 0, 0)) is KeyClass.NONE
    assert catalog.key_class_of((1, 1, 1, 1)) is KeyClass.OTHER


def test_placeholder_macs_are_known():
    assert catalog.is_placeholder_mac(bytes.fromhex("C8478C428848"))
    assert catalog.is_placeholder_mac(bytes.fromhex("C8478C000000"))
    assert not catalog.is_placeholder_mac(bytes.fromhex("C8478C428849"))


def test_spaces_of_the_rom_family():
    spaces = {area.space: area for area in catalog.chip("BK7231N").spaces}
    assert (spaces[Space.ROM].addr, spaces[Space.ROM].length) == (0, 0x4000)
    assert spaces[Space.EFUSE].length == 0x20


def test_modules_carry_chips_pins_and_pads():
    wb2s = catalog.module("WB2S")
    assert wb2s.chip == "BK7231T"
    assert {pad.signal: pad.number for pad in wb2s.pads} == {
        "3V3": 1,
        "GND": 3,
        "RX1": 5,
        "TX1": 7,
        "CEN": 10,
        "TX2": None,
    }
    cbu = {pad.signal: pad.number for pad in catalog.module("cbu").pads}
    assert (cbu["TX1"], cbu["RX1"]) == (15, 16)
    assert catalog.module("WB2L_M1") is catalog.module("wb2l-m1")
    assert catalog.module("nothing") is None
    assert not catalog.module("CB8P").complete
    for name in ("WB2S", "CB2S", "WB3S", "CB3S", "CBU", "WB2L", "CB2L", "CBLC5", "T1-2S", "T1-3S"):
        signals = {pad.signal for pad in catalog.module(name).pads}
        assert {"3V3", "GND", "RX1", "TX1", "CEN"} <= signals, name


@pytest.mark.parametrize("fields", [{"name": 3}, {}])
def test_missing_and_mistyped_fields_are_refused(fields):
    table = FactTable(fields, place="test")
    with pytest.raises(CatalogueDefect, match="name must be a str"):
        table.take("name", str)


def test_unknown_fields_are_refused():
    table = FactTable({"name": "x", "odd": 1}, place="test")
    assert table.take("name", str) == "x"
    with pytest.raises(CatalogueDefect, match="unknown fields"):
        table.done()


def test_real_loaders_match_their_records(corpus):
    """Fingerprint, head, RBL place and raw size, as computed from the dumps of the corpus."""
    seen = set()
    for path in sorted((corpus / "factory").glob("*.bin")) + sorted(
        (corpus / "openbeken").glob("*QIO*.bin")
    ):
        with path.open("rb") as file:
            head = file.read(APP_START)
        chip = catalog.chip(path.name.removeprefix("Open").split("_")[0].split("-")[0])
        covers = 257 if chip.family is Family.ROM else 256
        boot = catalog.boot_code_for_crc(covers, zlib.crc32(head[:covers]))
        if boot is None:  # rotated or storage-only
            assert head[:8] not in chip.loader_heads
            continue
        assert chip.name in boot.chips, path.name
        assert head[:8] == boot.loader_head
        assert (head[MARKER_ADDR:][:8] == chip.marker) == (chip.marker is not None)
        assert head[boot.rbl_offset :][:4] == b"RBL\0"
        start = boot.rbl_offset + 68 + 0x54 - 64  # logical 0x54 with two bytes of CRC per 32
        assert int.from_bytes(head[start : start + 4], "little") == boot.rbl_raw_size
        seen.add(boot.name)
    assert {"BK7231T 1.0.5", "BK7231T 1.0.6", "BK7231Q 1.00", "BK7231N 1.0.1"} <= seen
    assert {"BK7231U/BK7252 1.0.15", "BK7238 1.0.14", "BK7231M 1.0.1 (OpenBeken)"} <= seen
