"""What follows from the checks of a backup, and from the chip and the firmware: on made reports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plugsmith.dump import health
from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.health import BackupLevel, judge, judge_backup
from plugsmith.dump.health_checks import BackupCheck, BackupReason, CheckOutcome
from plugsmith.dump.layout import Layout
from plugsmith.dump.survey.report import DumpKind, DumpReport, FirmwareFacts, Secrets
from plugsmith.memory import AddressRange

REPORT = DumpReport(
    kind=DumpKind.FACTORY,
    size=0x20_0000,
    chip="BK7231T",
    chip_evidence=(),
    flash_size=0x20_0000,
    layout=Layout(flash_size=0x20_0000, complete=True),
    firmware=FirmwareFacts(name="Tuya"),
    mac=None,
    regions=(),
    findings=(),
    secrets=Secrets(),
    damage=(),
)
PASSED, LOST, FAILED = CheckOutcome.PASSED, CheckOutcome.LOST, CheckOutcome.FAILED
UNPROVEN = (LOST, BackupReason.ORDER_UNPROVEN)
GOOD = (PASSED, BackupReason.APP_SOUND)
NO_RF = (LOST, BackupReason.NO_CALIBRATION)
NO_LOADER = (FAILED, BackupReason.NO_LOADER)


@pytest.fixture
def judged(monkeypatch):
    """The verdict on a report of which the checks found what is given."""

    def verdict(*found, report=REPORT, **how):
        checks = tuple(
            BackupCheck(name=str(at), outcome=outcome, reason=reason, text=f"Text {at}.")
            for at, (outcome, reason) in enumerate(found)
        )
        monkeypatch.setattr(health, "run_checks", lambda _report, *, as_read: checks)
        answer = judge(report, **how)
        assert answer.checks == checks
        return answer

    return verdict


def reasons(items):
    return [item.reason for item in items]


def test_a_file_that_passes_every_check_is_whole(judged):
    verdict = judged(GOOD, (PASSED, BackupReason.LOADER_SOUND))
    assert (verdict.level, verdict.usable, verdict.restorable) == (BackupLevel.WHOLE, True, True)
    assert reasons(verdict.because) == [BackupReason.APP_SOUND, BackupReason.LOADER_SOUND]
    assert [item.text for item in verdict.because] == ["Text 0.", "Text 1."]
    assert verdict.remarks == ()


def test_one_failed_check_makes_it_no_backup_and_only_that_is_the_reason(judged):
    verdict = judged(GOOD, NO_LOADER, NO_RF)
    assert (verdict.level, verdict.usable, verdict.restorable) == (BackupLevel.NONE, False, False)
    assert reasons(verdict.because) == [BackupReason.NO_LOADER]
    assert verdict.remarks == ()


def test_what_is_lost_makes_it_restorable_and_is_told_first(judged):
    verdict = judged(GOOD, NO_RF)
    assert (verdict.level, verdict.usable, verdict.restorable) == (
        BackupLevel.RESTORABLE, False, True,
    )  # fmt: skip
    assert reasons(verdict.because) == [
        BackupReason.RESTORABLE, BackupReason.NO_CALIBRATION, BackupReason.APP_SOUND
    ]  # fmt: skip
    assert reasons(verdict.remarks) == [BackupReason.RESTORABLE, BackupReason.NO_CALIBRATION]
    assert "are lost already" in verdict.because[0].text


def test_where_only_the_order_is_unproven_nothing_is_called_lost(judged):
    verdict = judged(UNPROVEN, GOOD)
    assert verdict.level is BackupLevel.RESTORABLE
    assert reasons(verdict.because) == [BackupReason.ORDER_UNPROVEN, BackupReason.APP_SOUND]
    assert reasons(verdict.remarks) == [BackupReason.ORDER_UNPROVEN]
    both = judged(UNPROVEN, NO_RF)
    assert reasons(both.because)[0] is BackupReason.RESTORABLE


@pytest.mark.parametrize(
    ("theirs", "ours", "foreign"),
    [
        ("BK7231T", "BK7231T", False),
        ("BK7231T", "WB3S", False),  # a module with that chip
        ("BK7231T", "BK7231N", True),
        ("BK7231T", None, False),
        (None, "BK7231N", False),
        ("BK7252", "BK7231U", False),  # one loader serves both
        ("BK7231U", "BK7252", False),
        ("BK7231T", "BK7252", True),
        ("BK7252", "BK7231T", True),
        ("nothing known", "nothing known", False),
        ("BK7231T", "nothing known", True),
    ],
)
def test_a_file_of_another_chip_is_foreign(judged, theirs, ours, foreign):
    verdict = judged(GOOD, report=replace(REPORT, chip=theirs), chip=ours)
    assert (verdict.level is BackupLevel.NONE) is foreign
    assert (reasons(verdict.because) == [BackupReason.FOREIGN]) is foreign
    if foreign:
        assert verdict.because[0].text == f"The file is of a {theirs}, the device is a {ours}."


STORE = Finding(kind=FindingKind.TUYA_STORAGE, span=AddressRange(0x1E_F000, 0x1F_D000))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (DumpKind.OPENBEKEN, True),
        (DumpKind.ESPHOME, True),
        (DumpKind.OTHER_VENDOR, True),
        (DumpKind.FACTORY, False),
        (DumpKind.PARTIAL, False),
    ],
)
def test_another_firmware_is_told_in_every_verdict_that_can_be_written_back(judged, kind, told):
    other = replace(REPORT, kind=kind, firmware=FirmwareFacts(name="OpenBeken"))
    for found in ([GOOD], [GOOD, NO_RF], [GOOD, UNPROVEN]):
        remarks = judged(*found, report=other).remarks
        assert (BackupReason.NOT_FACTORY in reasons(remarks)) is told


def test_another_firmware_is_named_and_whether_the_vendors_store_is_still_there(judged):
    other = replace(REPORT, kind=DumpKind.OPENBEKEN, firmware=FirmwareFacts(name="OpenBeken"))
    (bare,) = judged(GOOD, report=other).remarks
    assert "The firmware in it is OpenBeken" in bare.text
    assert "storage is still there" not in bare.text
    (held,) = judged(GOOD, report=replace(other, findings=(STORE,))).remarks
    assert "storage is still there" in held.text
    (nameless,) = judged(GOOD, report=replace(other, firmware=None)).remarks
    assert "The firmware in it is unknown" in nameless.text


def test_what_is_too_large_is_no_flash_and_what_is_empty_is_empty():
    assert reasons(judge_backup(b"").because) == [BackupReason.EMPTY]
    large = judge_backup(bytes(0x100_0001))
    assert (large.level, reasons(large.because)) == (BackupLevel.NONE, [BackupReason.NOT_A_FLASH])
    assert large.because[0].text


def test_only_of_a_device_that_proved_every_byte_the_order_is_not_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(
        health, "run_checks", lambda _report, *, as_read: (asked.append(as_read), ())[1]
    )
    judge(REPORT)
    judge(REPORT, as_read=True)
    judge_backup(b"\xff" * 0x1000)
    judge_backup(b"\xff" * 0x1000, as_read=True)
    assert asked == [False, True, False, True]
