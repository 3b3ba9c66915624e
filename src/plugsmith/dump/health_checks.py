"""The checks behind the verdict on a backup: order, boot loader, application, RF, store.

Each looks at one thing and says what it saw; a thing that nobody looked at cannot pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind
from plugsmith.dump.survey.proven_code import CODE_KINDS
from plugsmith.dump.survey.report import DamageKind, DumpKind
from plugsmith.dump.survey.standing import calibrations, standings, unproven_len
from plugsmith.dump.survey.store_places import blank_places
from plugsmith.image.later_beken import is_later
from plugsmith.image.model import CheckVerdict
from plugsmith.memory import format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.dump.survey.report import Damage, DumpReport
    from plugsmith.image.model import CodeSection, FirmwareImage


class BackupReason(StrEnum):
    """What was found, as a stable word: against a backup, for it, or lost from it."""

    EMPTY = "empty"
    BLANK = "blank"
    NOT_A_FLASH = "not-a-flash"
    ROTATED = "rotated"
    SHIFTED = "shifted"
    TRUNCATED = "truncated"
    FOREIGN = "foreign"
    HALF_WRITTEN = "half-written"
    NO_LOADER = "no-bootloader"
    NOT_FACTORY = "not-factory"
    RESTORABLE = "restorable"
    ORDER_UNPROVEN = "order-unproven"
    NO_CALIBRATION = "no-calibration"
    STORAGE_DAMAGED = "storage-damaged"
    VENDOR_DATA_LOST = "vendor-data-lost"
    WHOLE = "whole"
    LOADER_SOUND = "bootloader-sound"
    APP_SOUND = "application-sound"
    CALIBRATION_SOUND = "calibration-sound"
    STORE_SOUND = "storage-sound"


class CheckOutcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    LOST = "lost"  # gone, but the file can be written back
    FAILED = "failed"  # no backup


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCheck:
    """One check: what was looked at, how it ended, and a sentence about what was seen."""

    name: str
    outcome: CheckOutcome
    reason: BackupReason
    text: str


_ORDER = {
    DamageKind.BLANK: BackupReason.BLANK,
    DamageKind.NOT_A_FLASH: BackupReason.NOT_A_FLASH,
    DamageKind.ROTATED: BackupReason.ROTATED,
    DamageKind.SHIFTED: BackupReason.SHIFTED,
    DamageKind.TRAILING: BackupReason.SHIFTED,
    DamageKind.BYTES_LOST: BackupReason.SHIFTED,
    DamageKind.MOVED: BackupReason.SHIFTED,
    DamageKind.TRUNCATED: BackupReason.TRUNCATED,
    DamageKind.IMAGE: BackupReason.TRUNCATED,
}
_LOADER = {DamageKind.LOADER_MISSING, DamageKind.LOADER_DAMAGED}
_APP = {DamageKind.APP_MISSING, DamageKind.APP_DAMAGED, DamageKind.APP_INCOMPLETE}
_STORE = {DamageKind.STORAGE_MISSING, DamageKind.STORAGE_DAMAGED, DamageKind.KEY_MISSING}
_NO_FLASH = {DumpKind.BLANK, DumpKind.RANDOM, DumpKind.UNKNOWN}


def run_checks(report: DumpReport, *, as_read: bool = False) -> tuple[BackupCheck, ...]:
    """Every check that can be made on the file; of what is no flash only the first.

    `as_read`: a device has proven each byte at its address, so the order is not the file's to show.
    """
    whole = _check_order(report, as_read=as_read)
    if report.kind in _NO_FLASH:
        return whole
    if is_later(report.image):  # nobody here could tell what makes it start again
        return (*whole, _check_later(report))
    return (
        *whole,
        _check_loader(report),
        _check_application(report),
        _check_calibration(report),
        _check_store(report),
    )


def _check_order(report: DumpReport, *, as_read: bool) -> tuple[BackupCheck, ...]:
    """Whether every byte of the flash is there, at its place."""
    wrong = [item for item in report.damage if item.kind in _ORDER]
    if as_read:
        wrong = [item for item in wrong if item.kind is not DamageKind.MOVED]
    if wrong:
        return tuple(_failed("complete", _ORDER[item.kind], item.text) for item in wrong)
    if not report.layout.complete or not report.layout.straight:
        text = _("The file does not hold the whole flash.")
        return (_failed("complete", BackupReason.TRUNCATED, text),)
    if as_read:
        text = _("All {size} bytes of the flash are there, in order.", size=report.size)
        return (_passed("complete", BackupReason.WHOLE, text), *_elsewhere(report))
    return (_check_places(report),)


def _elsewhere(report: DumpReport) -> Iterator[BackupCheck]:
    """What a device itself has elsewhere than its chip: no fault of the reading."""
    text = _texts(report.damage, {DamageKind.MOVED})
    if text:
        yield BackupCheck(
            name="places", outcome=CheckOutcome.LOST, reason=BackupReason.SHIFTED, text=text
        )


def _check_places(report: DumpReport) -> BackupCheck:
    """What proves the order: things behind the application that stand where the chip has them."""
    behind = [item for item in standings(report) if item.kind not in CODE_KINDS]
    proven = [item for item in behind if item.proven]
    unusual = any(item.kind is FindingKind.TUYA_KEY and not item.proven for item in behind)
    if unusual or not proven:
        text = _(
            "The file is as long as the flash, but nothing in it proves the order of what lies "
            "behind the application."
        )
        return BackupCheck(
            name="complete",
            outcome=CheckOutcome.LOST,
            reason=BackupReason.ORDER_UNPROVEN,
            text=text,
        )
    blank = blank_places(report)
    if blank:
        text = _(
            "{blank} {blank:sector is|sectors are} erased where the vendor's storage keeps older "
            "copies: nothing proves that none was lost.",
            blank=blank,
        )
        return BackupCheck(
            name="complete",
            outcome=CheckOutcome.LOST,
            reason=BackupReason.ORDER_UNPROVEN,
            text=text,
        )
    text = _(
        "All {size} bytes of the flash are there, and what has a place of its own stands in it "
        "({proven}). For {rest} bytes in between nothing can prove the order.",
        size=report.size,
        proven=", ".join(
            f"{item.kind.value} {format_addr(at)}"
            for item in proven
            for at in item.at
            if at in item.homes
        ),
        rest=unproven_len(report),
    )
    return _passed("complete", BackupReason.WHOLE, text)


def _check_later(report: DumpReport) -> BackupCheck:
    said = " ".join(item.text for item in report.image.notes) if report.image is not None else ""
    return _failed("application", BackupReason.ORDER_UNPROVEN, said)


def _check_loader(report: DumpReport) -> BackupCheck:
    name, reason = "bootloader", BackupReason.NO_LOADER
    wrong = _texts(report.damage, _LOADER)
    if wrong:
        return _failed(name, reason, wrong)
    image = report.image
    if image is None or image.loader is None:
        return _failed(name, reason, _("There is no boot loader at the start of the file."))
    if not _all_ok(image, "loader-crc16", "loader-vectors", "loader-header"):
        return _failed(name, reason, _problems(image, "loader"))
    section = image.loader.section
    known = image.loader.boot_codes
    text = _(
        "The boot loader ({name}) is whole: {lines} lines with a right CRC16, vectors, header.",
        name=known[0] if len(known) == 1 else _("one that is not in the list"),
        lines=section.lines,
    )
    return _passed(name, BackupReason.LOADER_SOUND, text)


def _check_application(report: DumpReport) -> BackupCheck:
    name, reason = "application", BackupReason.HALF_WRITTEN
    wrong = _texts(report.damage, _APP)
    if wrong:
        return _failed(name, reason, wrong)
    image = report.image
    if image is None or image.app is None:
        text = _("No application starts at 0x011000, where the boot loader looks for it.")
        return _failed(name, reason, text)
    header = image.checks.get("header")
    fits = image.checks.get("match") is not CheckVerdict.FAILED
    if not (_all_ok(image, "crc16", "vectors") and header is not CheckVerdict.FAILED and fits):
        return _failed(name, reason, _problems(image, "app"))
    return _passed(name, BackupReason.APP_SOUND, _application_text(image.app.section))


def _application_text(section: CodeSection) -> str:
    if section.trailer is None:
        return _(
            "The application is there: {lines} lines with a right CRC16, vectors. It has no "
            "header, so nothing tells whether more belongs to it; that is unusual, but no damage.",
            lines=section.lines,
        )
    return _(
        "The application is whole: {lines} lines with a right CRC16, vectors, and the header at "
        "{at} describes it.",
        lines=section.lines,
        at=format_addr(section.trailer.at),
    )


def _check_calibration(report: DumpReport) -> BackupCheck:
    sectors, at_home = calibrations(report)
    own = sectors[0] if sectors else None
    if own is not None and own.sound and at_home:
        text = _("RF calibration and MAC are there, at {at}.", at=format_addr(own.span.start))
        return _passed("calibration", BackupReason.CALIBRATION_SOUND, text)
    if own is None:
        text = _(
            "There is no RF calibration in the flash: the device's own MAC and "
            "tuning are lost or were never there."
        )
    elif own.sound:
        text = _(
            "There is RF calibration at {at}, but this chip looks for it elsewhere.",
            at=format_addr(own.span.start),
        )
    else:
        text = _("The RF calibration is damaged, or there is no MAC in it.")
    return BackupCheck(
        name="calibration",
        outcome=CheckOutcome.LOST,
        reason=BackupReason.NO_CALIBRATION,
        text=text,
    )


def _check_store(report: DumpReport) -> BackupCheck:
    wrong = [item for item in report.damage if item.kind in _STORE]
    held = [item for item in report.findings if item.kind is FindingKind.TUYA_STORAGE]
    gone = not held or any(item.kind is DamageKind.STORAGE_MISSING for item in wrong)
    if gone:
        texts = [item.text for item in wrong]
        texts.append(_("The vendor's data (pairing, pin configuration) are lost already."))
        return _lost_store(BackupReason.VENDOR_DATA_LOST, texts)
    if wrong:
        return _lost_store(BackupReason.STORAGE_DAMAGED, [item.text for item in wrong])
    sectors = sum(int(str(item.facts["sectors"])) for item in held)
    text = _(
        "The vendor's storage is whole: key and {count} sectors, each with a right sum.",
        count=sectors,
    )
    return _passed("storage", BackupReason.STORE_SOUND, text)


def _lost_store(reason: BackupReason, texts: list[str]) -> BackupCheck:
    return BackupCheck(
        name="storage", outcome=CheckOutcome.LOST, reason=reason, text=" ".join(texts)
    )


def _all_ok(image: FirmwareImage, *names: str) -> bool:
    return all(image.checks.get(name) is CheckVerdict.OK for name in names)


def _problems(image: FirmwareImage, part: str) -> str:
    """What the recogniser said against the file, or which of its checks was not passed."""
    texts = [item.text for item in image.problems]
    prefix = "loader-" if part == "loader" else ""
    missing = [
        name
        for name in ("crc16", "vectors", "header")
        if image.checks.get(prefix + name) is not CheckVerdict.OK
    ]
    return " ".join(texts) or _("Not proven: {checks}.", checks=", ".join(missing))


def _texts(damage: Iterable[Damage], kinds: set[DamageKind]) -> str:
    return " ".join(item.text for item in damage if item.kind in kinds)


def _passed(name: str, reason: BackupReason, text: str) -> BackupCheck:
    return BackupCheck(name=name, outcome=CheckOutcome.PASSED, reason=reason, text=text)


def _failed(name: str, reason: BackupReason, text: str) -> BackupCheck:
    return BackupCheck(name=name, outcome=CheckOutcome.FAILED, reason=reason, text=text)
