"""The chip of a flash that names none: where calibration and the vendor's key lie."""

from __future__ import annotations

import pytest
from dump_rig import dump_of, forged, key_addr

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import RegionRole
from plugsmith.dump.survey.survey import survey
from plugsmith.memory import SECTOR_LEN


def nameless(name: str, *, leftover_at: int | None = None) -> bytes:
    """Calibration and key block of a chip and nothing else; a second key block if it is asked."""
    whole = forged(name).data
    rf = chip(name).memory_map.region(RegionRole.RF).span.start
    data = bytearray(b"\xff" * len(whole))
    for at in (rf, key_addr(name)):
        data[at : at + SECTOR_LEN] = whole[at : at + SECTOR_LEN]
    if leftover_at is not None:
        other = forged(name, device_key=bytes(range(0x41, 0x51))).data
        key = other[key_addr(name) : key_addr(name) + SECTOR_LEN]
        data[leftover_at : leftover_at + SECTOR_LEN] = key
    return bytes(data)


@pytest.mark.parametrize("leftover_at", [None, 0x1C_0000, 0x1F_8000])
@pytest.mark.parametrize("name", ["BK7231T", "BK7231N"])
def test_a_key_block_that_was_left_over_names_no_chip(name, leftover_at):
    report = survey(dump_of(nameless(name, leftover_at=leftover_at)))
    places = ("place of the RF sector", "place of the vendor's key")
    assert (report.chip, report.chip_evidence) == (name, places)


def test_calibration_at_a_place_of_no_chip_names_none():
    data = nameless("BK7231T")
    rf = chip("BK7231T").memory_map.region(RegionRole.RF).span.start
    moved = data[:rf] + b"\xff" * SECTOR_LEN + data[rf + SECTOR_LEN :]
    moved = moved[:0x10_0000] + data[rf : rf + SECTOR_LEN] + moved[0x10_0000 + SECTOR_LEN :]
    assert survey(dump_of(moved)).chip is None


@pytest.mark.parametrize(
    ("own", "other", "named"),
    [
        ("BK7231N", "BK7231T", None),  # the key block lies at one place in both
        ("BK7231T", "BK7231N", None),
        ("BK7231T", "BK7238", "BK7231T"),  # only one of them has its key, too
        ("BK7238", "BK7231T", "BK7238"),
    ],
)
def test_calibration_that_was_left_over_names_no_chip(own, other, named):
    data, left = bytearray(nameless(own)), nameless(other)
    at = chip(other).memory_map.region(RegionRole.RF).span.start
    data[at : at + SECTOR_LEN] = left[at : at + SECTOR_LEN]
    assert survey(dump_of(bytes(data))).chip == named
