"""Is a file a backup? Every yes is a list of checks that passed, each of them named.

Three verdicts: *whole* gives the device back as its maker sold it or as it is set up; *restorable*
gives it back as it is now, but something that only this device had is lost already; *none* does not
give a working device.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.health_checks import BackupCheck, BackupReason, CheckOutcome, run_checks
from plugsmith.dump.survey.report import DumpKind, DumpReport
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import InputEmpty, InputTooLarge, PlugsmithError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_TWINS = ({"BK7231U", "BK7252"},)
_FOREIGN_KINDS = (DumpKind.OPENBEKEN, DumpKind.ESPHOME, DumpKind.OTHER_VENDOR)


class BackupLevel(StrEnum):
    """What writing the file back gives."""

    WHOLE = "whole"
    RESTORABLE = "restorable"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason with its sentence."""

    reason: BackupReason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupVerdict:
    """The verdict, the reasons for it, what else to know, and every check that was made."""

    level: BackupLevel
    because: tuple[Because, ...]
    remarks: tuple[Because, ...] = ()
    checks: tuple[BackupCheck, ...] = ()

    @property
    def usable(self) -> bool:
        """Written back as it is, the file gives back everything that the device ever had."""
        return self.level is BackupLevel.WHOLE

    @property
    def restorable(self) -> bool:
        """Written back as it is, the file gives the device back as it was read."""
        return self.level is not BackupLevel.NONE


def judge_backup(
    data: bytes,
    *,
    chip: str | None = None,
    flash_size: int | None = None,
    as_read: bool = False,
) -> BackupVerdict:
    """The verdict on `data`; with `chip`, a dump of another chip is foreign. Never raises.

    `flash_size` is what the device has proven; without it the chip's usual sizes are expected.
    `as_read`: the device has proven every byte at its address, so the order need not be shown.
    """
    try:
        report = survey(Dump(data=bytes(data)), flash_size=flash_size)
    except (InputEmpty, InputTooLarge) as problem:
        reason = BackupReason.EMPTY if isinstance(problem, InputEmpty) else BackupReason.NOT_A_FLASH
        because = (Because(reason=reason, text=problem.message),)
        return BackupVerdict(level=BackupLevel.NONE, because=because)
    return judge(report, chip=chip, as_read=as_read)


def judge(report: DumpReport, *, chip: str | None = None, as_read: bool = False) -> BackupVerdict:
    """The verdict on a surveyed file."""
    checks = run_checks(report, as_read=as_read)
    failed = [*_of(checks, CheckOutcome.FAILED), *_wrong_chip(report, chip)]
    if failed:
        return BackupVerdict(level=BackupLevel.NONE, because=tuple(failed), checks=checks)
    lost, passed = _of(checks, CheckOutcome.LOST), _of(checks, CheckOutcome.PASSED)
    remarks = tuple(_other_firmware(report))
    if not lost:
        return BackupVerdict(
            level=BackupLevel.WHOLE, because=tuple(passed), remarks=remarks, checks=checks
        )
    if all(item.reason is BackupReason.ORDER_UNPROVEN for item in lost):
        because = (*lost, *passed)
        return BackupVerdict(
            level=BackupLevel.RESTORABLE,
            because=because,
            remarks=(*lost, *remarks),
            checks=checks,
        )
    summary = Because(
        reason=BackupReason.RESTORABLE,
        text=_(
            "It is restorable, but data that only this device had are lost already: it gives the "
            "device back as it was when it was read."
        ),
    )
    return BackupVerdict(
        level=BackupLevel.RESTORABLE,
        because=(summary, *lost, *passed),
        remarks=(summary, *lost, *remarks),
        checks=checks,
    )


def _of(checks: tuple[BackupCheck, ...], outcome: CheckOutcome) -> list[Because]:
    return [
        Because(reason=item.reason, text=item.text) for item in checks if item.outcome is outcome
    ]


def _wrong_chip(report: DumpReport, chip: str | None) -> Iterator[Because]:
    if chip is None or report.chip is None or report.chip in _same_flash(chip):
        return
    yield Because(
        reason=BackupReason.FOREIGN,
        text=_("The file is of a {theirs}, the device is a {ours}.", theirs=report.chip, ours=chip),
    )


def _same_flash(name: str) -> set[str]:
    """The chip and those whose dumps cannot be told from its own (one loader serves both)."""
    try:
        own = chip_called(name).name
    except PlugsmithError:
        return {name}
    return {own, *(twin for pair in _TWINS if own in pair for twin in pair)}


def _other_firmware(report: DumpReport) -> Iterator[Because]:
    if report.kind not in _FOREIGN_KINDS:
        return
    name = report.firmware.name if report.firmware else "unknown"
    vendor = any(item.kind is FindingKind.TUYA_STORAGE for item in report.findings)
    yield Because(
        reason=BackupReason.NOT_FACTORY,
        text=_(
            "The firmware in it is {name}: writing it back does not bring the factory "
            "firmware back, but the vendor's storage is still there.",
            name=name,
        )
        if vendor
        else _(
            "The firmware in it is {name}: writing it back does not bring the factory "
            "firmware back.",
            name=name,
        ),
    )
