"""Is a file usable as a backup? Yes or no, and because of what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.survey.report import DamageKind, DumpKind, DumpReport
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import InputEmpty, InputTooLarge, PlugsmithError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator


class BackupReason(StrEnum):
    """Why a file is no backup (the first group) or what to know about one that is."""

    EMPTY = "empty"
    BLANK = "blank"
    NOT_A_FLASH = "not-a-flash"
    ROTATED = "rotated"
    SHIFTED = "shifted"
    TRUNCATED = "truncated"
    FOREIGN = "foreign"
    HALF_WRITTEN = "half-written"
    NO_LOADER = "no-bootloader"
    WHOLE = "whole"
    NOT_FACTORY = "not-factory"
    NO_CALIBRATION = "no-calibration"
    STORAGE_DAMAGED = "storage-damaged"


_FATAL = {
    DamageKind.BLANK: BackupReason.BLANK,
    DamageKind.NOT_A_FLASH: BackupReason.NOT_A_FLASH,
    DamageKind.ROTATED: BackupReason.ROTATED,
    DamageKind.SHIFTED: BackupReason.SHIFTED,
    DamageKind.TRAILING: BackupReason.SHIFTED,
    DamageKind.BYTES_LOST: BackupReason.SHIFTED,
    DamageKind.TRUNCATED: BackupReason.TRUNCATED,
    DamageKind.IMAGE: BackupReason.TRUNCATED,
    DamageKind.LOADER_MISSING: BackupReason.NO_LOADER,
    DamageKind.LOADER_DAMAGED: BackupReason.NO_LOADER,
    DamageKind.APP_MISSING: BackupReason.HALF_WRITTEN,
    DamageKind.APP_DAMAGED: BackupReason.HALF_WRITTEN,
    DamageKind.APP_INCOMPLETE: BackupReason.HALF_WRITTEN,
}
_REMARKS = {
    DamageKind.RF_MISSING: BackupReason.NO_CALIBRATION,
    DamageKind.STORAGE_MISSING: BackupReason.STORAGE_DAMAGED,
    DamageKind.STORAGE_DAMAGED: BackupReason.STORAGE_DAMAGED,
    DamageKind.KEY_MISSING: BackupReason.STORAGE_DAMAGED,
}
_TWINS = ({"BK7231U", "BK7252"},)
_FOREIGN_KINDS = (DumpKind.OPENBEKEN, DumpKind.ESPHOME, DumpKind.OTHER_VENDOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason with its sentence."""

    reason: BackupReason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupVerdict:
    """`usable`: written back as it is, the file gives the device back that it was read from."""

    usable: bool
    because: tuple[Because, ...]


def judge_backup(data: bytes, *, chip: str | None = None) -> BackupVerdict:
    """The verdict on `data`; with `chip`, a dump of another chip is foreign. Never raises."""
    try:
        report = survey(Dump(data=data))
    except (InputEmpty, InputTooLarge) as problem:
        reason = BackupReason.EMPTY if isinstance(problem, InputEmpty) else BackupReason.NOT_A_FLASH
        return BackupVerdict(usable=False, because=(Because(reason=reason, text=problem.message),))
    return judge(report, chip=chip)


def judge(report: DumpReport, *, chip: str | None = None) -> BackupVerdict:
    """The verdict on a surveyed file."""
    against = [*_fatal(report), *_wrong_chip(report, chip)]
    if against:
        return BackupVerdict(usable=False, because=tuple(against))
    sound = Because(
        reason=BackupReason.WHOLE,
        text=_("The whole flash is there, boot loader and application pass their checks."),
    )
    return BackupVerdict(usable=True, because=(sound, *_remarks(report)))


def _fatal(report: DumpReport) -> Iterator[Because]:
    for item in report.damage:
        if item.kind in _FATAL:
            yield Because(reason=_FATAL[item.kind], text=item.text)
    if not report.damage and not report.layout.complete:
        yield Because(
            reason=BackupReason.TRUNCATED, text=_("The file does not hold the whole flash.")
        )


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


def _remarks(report: DumpReport) -> Iterator[Because]:
    if report.kind in _FOREIGN_KINDS:
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
    for item in report.damage:
        if item.kind in _REMARKS:
            yield Because(reason=_REMARKS[item.kind], text=item.text)
