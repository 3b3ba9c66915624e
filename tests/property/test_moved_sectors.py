"""Whole sectors lost, added, doubled or exchanged in a dump: never a whole backup that is none."""

from __future__ import annotations

import random
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest
from dump_rig import DEVICES, forged

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import RegionRole
from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.health import BackupLevel, BackupReason, BackupVerdict, judge_backup
from plugsmith.dump.survey.standing import unproven_len
from plugsmith.dump.survey.survey import survey
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import SECTOR_LEN
from plugsmith.openbeken.config_block import new_block
from plugsmith.tuya.kv import StoreKind

if TYPE_CHECKING:
    from plugsmith.dump.health_checks import CheckOutcome

SECTORS = 0x20_0000 // SECTOR_LEN
FOUR_MIB = 0x40_0000
# Not OpenBeken's settings: without its mark there the firmware starts as if it was never set up.
ESSENTIAL = {
    FindingKind.BOOTLOADER,
    FindingKind.APPLICATION,
    FindingKind.RF_CALIBRATION,
    FindingKind.TUYA_KEY,
    FindingKind.TUYA_PROTECTED,
    FindingKind.TUYA_STORAGE,
}
WAYS = ("lost", "added blank", "added noise", "doubled", "exchanged", "laid over")
PLACES = (0, 0x5000, 0x1_1000, 0x3_0000, 0x13_2000, 0x1C_0000, 0x1D_0000, 0x1E_1000, 0x1E_3000)
PLACES += (0x1E_E000, 0x1F_2000, 0x1F_6000, 0x1F_8000, 0x1F_D000, 0x1F_E000)


def _vendors(name: str, kind: StoreKind) -> tuple[str, bytes]:
    return f"{name} {kind.value}", forged(name, kind, paired=True).data


@cache
def _openbekens(name: str, size: int | None = None) -> tuple[str, bytes]:
    """A flash without a vendor's store: the settings stand behind the calibration."""
    place = chip(name).memory_maps[1].region(RegionRole.CONFIG)
    assert place is not None
    settings = {place.span.start: new_block().raw}
    flash = forge_flash(chip=name, firmware="openbeken", contents=settings, size=size)
    return f"{name} OpenBeken", flash


@cache
def _large(name: str) -> tuple[str, bytes]:
    return f"{name} of 4 MiB", forge_flash(chip=name, pin_text=FORUM_TEXT, size=FOUR_MIB)


FLASHES = [partial(_vendors, *device) for device in DEVICES]
FLASHES += [partial(_vendors, "BK7238", StoreKind.TUYAOS3)]
FLASHES += [partial(_openbekens, name) for name in ("BK7231U", "BK7231M", "BK7252", "BK7252N")]
FLASHES += [partial(_large, "BK7231T"), partial(_large, "BK7231N")]
FLASHES += [partial(_openbekens, "BK7252", FOUR_MIB)]


def torn(data: bytes, way: str, at: int, count: int, other: int) -> bytes:
    """The flash with `count` sectors of `at` treated in one of WAYS, as long as before."""
    start, length = at * SECTOR_LEN, count * SECTOR_LEN
    if way == "lost":
        return (data[:start] + data[start + length :]).ljust(len(data), b"\xff")
    if way == "laid over":
        return (
            data[:start]
            + (data[other * SECTOR_LEN :][:length] + data[start + length :])[: len(data) - start]
        )
    if way == "exchanged":
        changed = bytearray(data)
        there = other * SECTOR_LEN
        changed[start : start + SECTOR_LEN] = data[there : there + SECTOR_LEN]
        changed[there : there + SECTOR_LEN] = data[start : start + SECTOR_LEN]
        return bytes(changed)
    piece = {
        "added blank": b"\xff" * length,
        "added noise": random.Random(at).randbytes(length),
        "doubled": data[start : start + length],
    }[way]
    return (data[:start] + piece + data[start:])[: len(data)]


def changed_essentials(whole: bytes, other: bytes) -> set[FindingKind]:
    """What a device needs and does not find in `other` where it was in `whole`."""
    wrong = set()
    for item in survey(Dump(data=whole)).findings:
        if item.kind in ESSENTIAL:
            start, end = item.span.start, item.facts.get("code_end", item.span.end)
            header = item.facts.get("trailer", end)
            parts = ((start, end), (header, item.span.end))
            if any(whole[a:b] != other[a:b] for a, b in parts):
                wrong.add(item.kind)
    return wrong


@pytest.mark.sample(10)
@pytest.mark.parametrize("seed", range(40))
def test_a_flash_with_moved_sectors_is_whole_only_if_all_stands_in_place(seed):
    _judged(seed)


@pytest.mark.campaign
@pytest.mark.parametrize("first", range(40, 4000, 99))
def test_many_more_flashes_with_moved_sectors_are_whole_only_if_all_stands_in_place(first):
    for seed in range(first, first + 99):
        _judged(seed)


def _judged(seed: int) -> None:
    draw = random.Random(seed)
    name, data = draw.choice(FLASHES)()
    way = draw.choice(WAYS)
    sectors = len(data) // SECTOR_LEN
    at = draw.choice([draw.choice(PLACES) // SECTOR_LEN, draw.randrange(sectors)])
    count = draw.choice([1, 2, 3, 7, 16, 17])
    other = draw.randrange(sectors)
    broken = torn(data, way, at, count, other)
    wrong = changed_essentials(data, broken)
    case = (name, way, hex(at << 12), count, hex(other << 12), wrong)
    assert not wrong or _told(data, broken), case


def _told(whole: bytes, broken: bytes) -> bool:
    """Whether `broken` is no usable backup, and the checks say why."""
    verdict = judge_backup(broken)
    return not verdict.usable and _outcomes(verdict) != _outcomes(judge_backup(whole))


def _outcomes(verdict: BackupVerdict) -> list[tuple[str, CheckOutcome]]:
    return [(item.name, item.outcome) for item in verdict.checks]


def test_bytes_between_the_code_and_its_header_are_proven_by_nothing():
    data = forged("BK7231T").data
    broken = torn(data, "exchanged", 0x7_8000 // SECTOR_LEN, 1, 0x1F_D000 // SECTOR_LEN)
    assert unproven_len(survey(Dump(data=broken))) == unproven_len(survey(Dump(data=data))) + (
        SECTOR_LEN
    )


@pytest.mark.sample(3)
@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("device", DEVICES)
def test_a_whole_flash_is_refused_by_none_of_these_checks(device, paired):
    verdict = judge_backup(forged(*device, paired=paired).data)
    assert verdict.usable
    assert "rf-calibration 0x" in verdict.checks[0].text


@pytest.mark.sample(5)
@pytest.mark.parametrize("way", WAYS[:4])
@pytest.mark.parametrize("device", DEVICES)
def test_a_sector_too_few_or_many_before_the_calibration_makes_no_backup(device, way):
    broken = torn(forged(*device).data, way, 0x14_0000 // SECTOR_LEN, 1, 0)
    verdict = judge_backup(broken)
    assert verdict.level is BackupLevel.NONE
    assert {item.reason for item in verdict.because} == {BackupReason.SHIFTED}


def test_what_a_device_proved_at_its_address_is_restorable_also_from_an_unusual_place():
    broken = torn(forged().data, "lost", 0x14_0000 // SECTOR_LEN, 1, 0)
    verdict = judge_backup(broken, flash_size=len(broken), as_read=True)
    assert verdict.level is BackupLevel.RESTORABLE


def test_a_store_moved_to_the_place_of_another_chip_is_never_called_whole():
    broken = torn(forged("BK7231N").data, "added blank", 0x1D_4000 // SECTOR_LEN, 7, 0)
    verdict = judge_backup(broken)
    assert verdict.level is BackupLevel.RESTORABLE
    assert verdict.because[0].reason is BackupReason.ORDER_UNPROVEN


def test_the_last_sector_of_a_store_that_stands_in_front_of_it_is_seen():
    broken = torn(forged("BK7238").data, "exchanged", 479, 1, SECTORS - 1)
    assert judge_backup(broken).level is BackupLevel.NONE


def test_where_nothing_stands_in_a_place_of_its_own_no_order_is_claimed():
    data = bytearray(forge_flash(chip="BK7231T"))
    data[0x1E_0000:0x1E_1000] = b"\xff" * SECTOR_LEN
    verdict = judge_backup(bytes(data))
    assert not verdict.usable
    assert BackupReason.ORDER_UNPROVEN in {item.reason for item in verdict.because}


@pytest.mark.sample(2)
@pytest.mark.parametrize("what", ["laid over", "exchanged"])
@pytest.mark.parametrize("device", DEVICES[:3])
def test_an_application_without_the_header_in_its_place_is_no_whole_one(device, what):
    data = forged(*device).data
    broken = torn(data, what, 0x12_9000 // SECTOR_LEN, 1, 0x4_0000 // SECTOR_LEN)
    assert judge_backup(broken).level is BackupLevel.NONE


def test_a_header_that_was_moved_behind_its_place_is_found_there():
    data = forged("BK7231N").data
    broken = torn(data, "exchanged", 0x12_9000 // SECTOR_LEN, 1, 0x1B_0000 // SECTOR_LEN)
    verdict = judge_backup(broken)
    assert "0x1B0F0A" in verdict.because[0].text


@pytest.mark.parametrize("end", range(0x2_2000, 0x7_7000, 0x1_1000))
def test_an_application_without_header_that_stops_with_a_sector_is_half_written(end):
    data = bytearray(forged("BK7231T").data)
    data[end:0x12_A000] = b"\xff" * (0x12_A000 - end)
    verdict = judge_backup(bytes(data))
    assert {item.reason for item in verdict.because} == {BackupReason.HALF_WRITTEN}


def test_a_store_whose_oldest_copies_are_erased_proves_no_order():
    data = bytearray(forged("BK7231T").data)
    data[0x1F_F000:] = b"\xff" * SECTOR_LEN
    verdict = judge_backup(bytes(data))
    assert verdict.level is BackupLevel.RESTORABLE
    assert [item.reason for item in verdict.remarks] == [BackupReason.ORDER_UNPROVEN]


T3 = ("BK7231N", StoreKind.TUYAOS3)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("device", "way", "at", "other", "level"),
    [
        (("BK7231T",), "exchanged", 0x1E_F000, 0x1F_D000, BackupLevel.NONE),  # older over newer
        (("BK7231T",), "exchanged", 0x1F_2000, 0x1F_3000, BackupLevel.NONE),
        (("BK7231T",), "laid over", 0x1F_E000, 0x4_0000, BackupLevel.RESTORABLE),  # foreign bytes
        (("BK7231T",), "laid over", 0x1F_5000, 0x4_0000, BackupLevel.RESTORABLE),
        (("BK7231T",), "laid over", 0x1F_5000, 0x1F_6000, BackupLevel.NONE),
        (T3, "laid over", 0x1F_F000, 0x1F_E000, BackupLevel.NONE),  # the doubled end
        (T3, "laid over", 0x1F_F000, 0x4_0000, BackupLevel.RESTORABLE),
        (T3, "laid over", 0x1F_4000, 0x1F_F000, BackupLevel.NONE),
        (T3, "exchanged", 0x1F_4000, 0x14_0000, BackupLevel.NONE),
        (T3, "exchanged", 0x1F_4000, 0x1F_8000, BackupLevel.WHOLE),  # any order is right
    ],
)
def test_each_place_of_a_store_holds_what_belongs_there(device, way, at, other, level):
    broken = torn(forged(*device).data, way, at // SECTOR_LEN, 1, other // SECTOR_LEN)
    assert judge_backup(broken).level is level
