"""What a file is: kinds, layouts, damage and the verdict on it as a backup."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from dump_rig import DEVICES, dump_of, esphome_flash, forged, forged_address, key_addr
from pace import within_cpu

import plugsmith.dump.survey.survey as survey_module
from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import RegionRole
from plugsmith.dump.health import BackupLevel, judge, judge_backup
from plugsmith.dump.health_checks import BackupReason, CheckOutcome
from plugsmith.dump.survey.report import DamageKind, DumpKind, Looked
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import InputEmpty, InputTooLarge
from plugsmith.forge.damage import DamageName, damage
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.packages import forge_ota
from plugsmith.forge.rf import forge_rf
from plugsmith.image.kinds import recognise
from plugsmith.memory import merge_ranges
from plugsmith.openbeken.settings import default_block

RANDOM = random.Random(5).randbytes(0x4_0000)


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.bin", RANDOM)
    return made.getvalue()


@pytest.mark.parametrize(("name", "kind"), DEVICES)
def test_a_factory_dump_is_a_backup(name, kind):
    made = forged(name, kind)
    report = survey(dump_of(made.data))
    assert (report.kind, report.chip, report.damage) == (DumpKind.FACTORY, name, ())
    assert report.layout.complete
    assert report.flash_size == 0x20_0000
    assert report.mac == forged_address(made.data)
    verdict = judge(report, chip=name)
    assert verdict.usable
    assert [(item.name, item.outcome) for item in verdict.checks] == [
        (name, CheckOutcome.PASSED)
        for name in ("complete", "bootloader", "application", "calibration", "storage")
    ]
    assert len(verdict.because) == 5
    assert verdict.remarks == ()


@pytest.mark.parametrize("name", ["BK7231T", "BK7231N"])
def test_of_two_calibrations_the_one_where_the_chip_looks_for_it_is_its_own(name):
    """The other one is in front of it or behind it: left by another device, or by a mix-up."""
    data = bytearray(forged(name).data)
    home = find_chip(name).memory_map.region(RegionRole.RF).span.start
    elsewhere = {0x1E_0000: 0x1D_0000, 0x1D_0000: 0x1E_2000}[home]
    own = data[home : home + 0x1000]
    data[elsewhere : elsewhere + 0x1000] = forge_rf(b"\xc8\x47\x8c\1\2\3").ljust(0x1000, b"\xff")
    report = survey(dump_of(bytes(data)))
    assert report.mac == forged_address(forged(name).data)
    seen = {item.name: item for item in judge(report, chip=name).checks}
    assert seen["calibration"].outcome is CheckOutcome.PASSED
    assert f"{home:06X}" in seen["calibration"].text
    data[home : home + 0x1000] = own[:4] + bytes(0x100) + own[0x104:]  # its own is damaged
    report = survey(dump_of(bytes(data)))
    seen = {item.name: item for item in judge(report, chip=name).checks}
    assert seen["calibration"].outcome is CheckOutcome.LOST


def test_a_loader_without_its_header_is_damaged_for_whoever_is_asked():
    data = bytearray(forged("BK7231T").data)
    data[0x1_0F00:0x1_1000] = b"\xff" * 0x100
    report, image = survey(dump_of(bytes(data))), recognise(bytes(data))
    assert [item.kind for item in report.damage] == [DamageKind.LOADER_DAMAGED]
    assert "header" in report.damage[0].text
    assert [item.code for item in image.problems] == ["header-missing"]


def test_regions_cover_the_file_and_gaps_are_measured():
    data = bytearray(forged(paired=True).data)
    data[0x14_0000:0x14_8000] = RANDOM[:0x8000]
    report = survey(dump_of(bytes(data)))
    spans = [region.span for region in report.regions]
    assert spans == sorted(spans)
    assert [(span.start, span.end) for span in merge_ranges(spans)] == [(0, len(data))]
    assert sum(len(span) for span in spans) == len(data)
    gap = next(region for region in report.regions if region.span.start == 0x14_0000)
    assert (gap.name, gap.texture.texture.value) == ("unknown", "random")
    assert gap.facts["place"] == "update download"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff" * 0x20_0000, DumpKind.BLANK),
        (bytes(0x20_0000), DumpKind.BLANK),
        (b"\x55" * 0x4000, DumpKind.BLANK),
        (RANDOM, DumpKind.RANDOM),
        (b"\x7f", DumpKind.UNKNOWN),
        (bytes(0x100_0000), DumpKind.BLANK),
        (zipped(), DumpKind.UNKNOWN),
        (b"\xff\xd8\xff\xe0" + RANDOM, DumpKind.UNKNOWN),
        (b"rl1_pin is 26\n" * 400, DumpKind.UNKNOWN),
    ],
    ids=["FF", "zeros", "uniform", "random", "one byte", "16 MiB", "ZIP", "JPEG", "text"],
)
def test_what_is_no_flash_has_a_name(data, kind):
    report = survey(dump_of(data))
    assert report.kind is kind
    assert report.damage
    verdict = judge_backup(data)
    assert not verdict.usable
    assert verdict.because[0].reason in {BackupReason.BLANK, BackupReason.NOT_A_FLASH}


def test_a_zip_and_a_text_are_called_that():
    assert survey(dump_of(zipped())).looks_like == "a ZIP archive"
    assert survey(dump_of(b"hello\n" * 200)).looks_like == "a text file"


def test_empty_and_huge_files_are_typed_errors():
    with pytest.raises(InputEmpty):
        survey(dump_of(b""))
    with pytest.raises(InputTooLarge):
        survey(dump_of(bytes(0x100_0001)))
    assert [item.reason for item in judge_backup(b"").because] == [BackupReason.EMPTY]


@pytest.mark.parametrize(
    ("name", "reason", "found"),
    [
        (DamageName.ROTATED, BackupReason.ROTATED, DamageKind.ROTATED),
        (DamageName.SHIFTED, BackupReason.SHIFTED, DamageKind.SHIFTED),
        (DamageName.TRUNCATED, BackupReason.TRUNCATED, DamageKind.TRUNCATED),
        (DamageName.HALF_WRITTEN, BackupReason.HALF_WRITTEN, DamageKind.APP_INCOMPLETE),
    ],
)
def test_damage_makes_a_backup_unusable(name, reason, found):
    broken = damage(forged().data, name, key_addr=key_addr("BK7231T"))
    report = survey(dump_of(broken))
    assert found in {item.kind for item in report.damage}
    verdict = judge(report)
    assert not verdict.usable
    assert reason in {item.reason for item in verdict.because}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (DamageName.KEY_ERASED, DamageKind.KEY_MISSING),
        (DamageName.KEY_HEAD_ERASED, DamageKind.KEY_MISSING),
        (DamageName.FIRST_SECTOR_ERASED, DamageKind.STORAGE_DAMAGED),
        (DamageName.STORAGE_ERASED, DamageKind.STORAGE_MISSING),
    ],
)
def test_damage_of_the_storage_is_named_and_does_not_stop_a_restore(name, found):
    known = forged("BK7231T", device_key=bytes.fromhex("cb4e3ea400309dab656d8dbfe4b93f35"))
    broken = damage(known.data, name, key_addr=key_addr("BK7231T"))
    report = survey(dump_of(broken))
    assert [item.kind for item in report.damage] == [found]
    verdict = judge(report)
    assert (verdict.level, verdict.usable) == (BackupLevel.RESTORABLE, False)
    assert verdict.because[0].reason is BackupReason.RESTORABLE
    gone = found is DamageKind.STORAGE_MISSING
    reason = BackupReason.VENDOR_DATA_LOST if gone else BackupReason.STORAGE_DAMAGED
    assert reason in {item.reason for item in verdict.remarks}


_HEADER_AT = 0x129F0A


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", ["BK7231T", "BK7231N", "BK7238"])
@pytest.mark.parametrize(
    "hole",
    [
        (0x11000, 0x12000),  # what our own interrupted flash leaves
        (0x11000, 0x11022),  # the vectors alone
        (0x11022, 0x11044),
        (0x11000, 0x1E0000),
        (0x20000, 0x21000),
        (0x0, 0x1000),
        (0x8000, 0x9000),
    ],
)
@pytest.mark.parametrize("fill", [b"\xff", b"\0"])
def test_no_hole_in_boot_loader_or_application_is_a_backup(name, hole, fill):
    data = bytearray(forged(name).data)
    data[hole[0] : hole[1]] = fill * (hole[1] - hole[0])
    verdict = judge_backup(bytes(data), chip=name)
    assert verdict.level is BackupLevel.NONE
    assert verdict.because
    failed = {item.name for item in verdict.checks if item.outcome is CheckOutcome.FAILED}
    assert ("bootloader" if hole[0] < 0x11000 else "application") in failed


def test_a_damaged_header_of_the_application_is_no_backup():
    data = bytearray(forged("BK7231T").data)
    data[_HEADER_AT + 0x50] ^= 1
    assert judge_backup(bytes(data)).level is BackupLevel.NONE


def test_an_application_for_another_chip_is_no_backup():
    data = bytearray(forged("BK7231T").data)
    data[0x11000:0x129F70] = forged("BK7231N").data[0x11000:0x129F70]
    assert judge_backup(bytes(data)).level is BackupLevel.NONE


@pytest.mark.sample(2)
@pytest.mark.parametrize(("name", "kind"), DEVICES)
def test_each_lost_thing_makes_it_restorable_only(name, kind):
    whole = forged(name, kind).data
    for role, reason in (
        (RegionRole.RF, BackupReason.NO_CALIBRATION),
        (RegionRole.KEY, BackupReason.STORAGE_DAMAGED),
    ):
        region = find_chip(name).memory_map.region(role)
        data = bytearray(whole)
        end = 0x20_0000 if role is RegionRole.KEY else region.span.end
        data[region.span.start : end] = b"\xff" * (end - region.span.start)
        verdict = judge_backup(bytes(data), chip=name)
        wanted = BackupReason.VENDOR_DATA_LOST if role is RegionRole.KEY else reason
        assert verdict.level is BackupLevel.RESTORABLE
        assert wanted in {item.reason for item in verdict.because}


def test_a_flipped_bit_in_code_is_seen():
    broken = bytearray(forged().data)
    broken[0x2_0000] ^= 4
    report = survey(dump_of(bytes(broken)))
    assert [item.kind for item in report.damage] == [DamageKind.APP_DAMAGED]
    assert not judge(report).usable


def test_a_flipped_bit_in_the_boot_loader_is_seen():
    broken = bytearray(forged().data)
    broken[0x5000] ^= 4
    assert DamageKind.LOADER_DAMAGED in {
        item.kind for item in survey(dump_of(bytes(broken))).damage
    }


def test_lost_calibration_is_a_remark():
    broken = bytearray(forged().data)
    broken[0x1E_0000:0x1E_1000] = b"\xff" * 0x1000
    verdict = judge_backup(bytes(broken))
    assert verdict.level is BackupLevel.RESTORABLE
    assert BackupReason.NO_CALIBRATION in {item.reason for item in verdict.remarks}


def test_a_dump_of_another_chip_is_foreign():
    verdict = judge_backup(forged("BK7231N").data, chip="BK7231T")
    assert [item.reason for item in verdict.because] == [BackupReason.FOREIGN]
    assert judge_backup(forged("BK7231N").data, chip="CB2S").usable  # a module of the same chip


def test_openbeken_is_named_and_no_factory_firmware():
    data = bytearray(forged("BK7231N").data)
    image = forge_openbeken_qio("BK7231N", "1.18.300")
    data[: len(image)] = image
    report = survey(dump_of(bytes(data)))
    assert (report.kind, report.firmware.name) == (DumpKind.OPENBEKEN, "OpenBeken")
    assert report.firmware.version == "1.18.300"
    verdict = judge(report)
    assert verdict.usable
    assert verdict.remarks[-1].reason is BackupReason.NOT_FACTORY
    assert "storage is still there" in verdict.remarks[-1].text


def test_openbeken_without_the_vendors_data_is_restorable():
    data = bytearray(forged("BK7231N").data)
    image = forge_openbeken_qio("BK7231N", "1.18.300")
    data[: len(image)] = image
    data[0x1D_1000:] = b"\xff" * (len(data) - 0x1D_1000)
    verdict = judge_backup(bytes(data))
    assert verdict.level is BackupLevel.RESTORABLE
    assert {item.reason for item in verdict.remarks} >= {
        BackupReason.VENDOR_DATA_LOST,
        BackupReason.NOT_FACTORY,
    }


def test_dump_and_image_agree_on_chip_firmware_and_version():
    for name, kind in DEVICES:
        data = forged(name, kind).data
        report, image = survey(dump_of(data)), recognise(data)
        assert report.chip == image.chip
        assert (report.firmware.name, report.firmware.version) == (image.firmware, image.version)


@pytest.mark.parametrize("name", ["BK7231T", "BK7238"])
def test_packages_are_known_and_nobody_looked_into_them(name):
    report = survey(dump_of(forge_ota(name, code_len=0x8000)))
    assert (report.kind, report.chip) == (DumpKind.OPENBEKEN, name)
    assert "updates over the air" in report.looks_like
    assert report.secrets.looked is Looked.NO
    assert judge(report).level is BackupLevel.NONE


def test_what_was_not_read_is_not_called_clean():
    assert survey(dump_of(zipped())).secrets.looked is Looked.NO
    assert survey(dump_of(RANDOM)).secrets.looked is Looked.NO
    whole = bytearray(forged().data)
    assert survey(dump_of(bytes(whole))).secrets.looked is Looked.ALL
    whole[0x14_0000:0x14_8000] = RANDOM[:0x8000]
    assert survey(dump_of(bytes(whole))).secrets.looked is Looked.PARTLY


def test_a_firmware_image_is_no_backup():
    report = survey(dump_of(forge_openbeken_qio("BK7231T", "1.18.300")))
    assert report.kind is DumpKind.OPENBEKEN
    assert [item.kind for item in report.damage] == [DamageKind.IMAGE]
    assert not judge(report).usable


def test_esphome_is_named():
    report = survey(dump_of(esphome_flash()))
    assert (report.kind, report.firmware.version) == (DumpKind.ESPHOME, "2026.1.0")


def test_storage_alone_is_named_and_knows_its_chip():
    whole = forged("BK7231T").data
    report = survey(dump_of(whole[key_addr("BK7231T") :]))
    assert (report.kind, report.chip) == (DumpKind.STORAGE_ONLY, "BK7231T")
    assert report.layout.start == key_addr("BK7231T")
    assert not report.layout.complete


def test_the_front_of_a_flash_is_a_part():
    report = survey(dump_of(forged("BK7231T").data[:0x10_0000]))
    assert report.kind is DumpKind.PARTIAL
    assert {item.kind for item in report.damage} >= {
        DamageKind.TRUNCATED,
        DamageKind.STORAGE_MISSING,
    }


def test_secrets_are_told_by_kind():
    paired = survey(dump_of(forged(paired=True).data)).secrets
    assert (paired.wifi, paired.cloud, paired.device) == (True, True, True)
    fresh = survey(dump_of(forged().data)).secrets
    assert (fresh.wifi, fresh.cloud) == (False, False)


def test_a_wifi_cache_is_found_behind_long_digit_strings():
    """Gamma tables hold thousands of digits; they must not hide what comes after them."""
    whole = bytearray(forged("BK7231T", paired=True).data)
    whole[0x13_8000:0x13_9000] = b"0123456789abcdef" * 256
    found = [item.span.start for item in survey(dump_of(bytes(whole))).findings]
    caches = [
        item.facts["form"]
        for item in survey(dump_of(bytes(whole))).findings
        if item.kind.value == "fast-connect"
    ]
    assert sorted(caches) == ["plain", "xor"]
    assert 0x13_8000 not in found


def test_bytes_are_searched_once_however_often_they_are_judged(monkeypatch):
    data, searched = bytearray(forged("BK7231T").data), []
    data[0x1F_0000:0x1F_0004] = b"once"
    found = survey_module.find_stores
    monkeypatch.setattr(
        survey_module, "find_stores", lambda looked: (searched.append(looked), found(looked))[1]
    )
    levels = [
        judge_backup(bytes(data), flash_size=size).level for size in (None, len(data), 1 << 22)
    ]
    assert levels == [BackupLevel.RESTORABLE, BackupLevel.RESTORABLE, BackupLevel.NONE]
    survey(dump_of(bytes(data)))
    assert searched == [data]


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "unit",
    [
        lambda: default_block(chip="BK7231T", mac="84:e3:42:01:02:03").raw.ljust(4096, b"\xff"),
        lambda: b"CFG\x00\x05\0\0\0" + bytes(4088),
        lambda: forge_rf(bytes(6)).ljust(4096, b"\xff"),
        lambda: b"addRepeatingEvent ",
    ],
    ids=["settings blocks", "blocks with a wrong sum", "calibrations", "commands in one line"],
)
def test_the_largest_file_full_of_the_same_thing_takes_seconds(unit):
    """16 MiB with thousands of findings: the work grows with the file, not with its square."""
    piece = unit()
    with within_cpu(15):  # 2 to 3 s; minutes before
        survey(dump_of(piece * (0x100_0000 // len(piece))))
