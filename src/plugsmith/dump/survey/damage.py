"""What is wrong with a surveyed file, as a list of named things with a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.survey.chip_guess import memory_map
from plugsmith.dump.survey.report import Damage, DamageKind, DumpKind, DumpReport
from plugsmith.dump.survey.standing import moved
from plugsmith.dump.survey.store_places import erased_offsets, store_places
from plugsmith.image.foreign.odd_files import words_of
from plugsmith.image.later_beken import is_later
from plugsmith.image.physical import LINE_LEN
from plugsmith.memory import SECTOR_LEN, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.image.foreign.other_maker import OtherMaker

_MISMATCH = (DamageKind.MISMATCH,)
_DAMAGED = (
    DamageKind.APP_DAMAGED,
    DamageKind.APP_INCOMPLETE,
    DamageKind.LOADER_DAMAGED,
    DamageKind.SHIFTED,
    DamageKind.BYTES_LOST,
    DamageKind.MOVED,
)
# What the recogniser of firmware files says -> what the survey may have said of it already.
_SAID_BY_SURVEY = {
    "chip-conflict": _MISMATCH,
    "key-conflict": _MISMATCH,
    "rotated": (DamageKind.ROTATED,),
    "cut-off": (DamageKind.TRUNCATED, DamageKind.APP_INCOMPLETE),
    "repeated": (DamageKind.TRAILING,),
    "no-loader": (DamageKind.LOADER_MISSING, DamageKind.ROTATED, DamageKind.SHIFTED),
    "no-application": (DamageKind.APP_MISSING, DamageKind.TRUNCATED),
    "no-code": (DamageKind.APP_MISSING, DamageKind.LOADER_MISSING),
}
_LEAST_FLASH = 512 << 10
_NO_FLASH = {DumpKind.BLANK, DumpKind.RANDOM, DumpKind.UNKNOWN}


def assess(report: DumpReport, *, stores: Sequence[VendorStore]) -> tuple[Damage, ...]:
    """Everything wrong that the survey can see; () for a sound whole flash."""
    if report.kind in _NO_FLASH:
        return tuple(_nothing(report))
    if report.looks_like:
        text = _("This is {what}: it holds no data of any one device.", what=report.looks_like)
        return (Damage(kind=DamageKind.IMAGE, text=text), *_of_image(report, ()))
    firmware = () if is_later(report.image) else (*_loader(report), *_application(report))
    seen = (
        *_layout(report),
        *moved(report, stores),
        *firmware,
        *_rf(report),
        *_storage(report, stores),
    )
    of_image = _of_image(report, {item.kind for item in seen})
    return (*seen, *(item for item in of_image if not _ends_with_its_flash(report, item)))


def of_other(other: OtherMaker) -> tuple[Damage, ...]:
    """The one thing to say of another maker's chip, whose places nobody here knows."""
    return (Damage(kind=DamageKind.NOT_A_FLASH, text=words_of(other)),)


def _of_image(report: DumpReport, seen: Collection[DamageKind]) -> Iterator[Damage]:
    """What speaks against the file as firmware, where the survey of the flash does not say it."""
    for item in report.image.problems if report.image is not None else ():
        same = _SAID_BY_SURVEY.get(item.code, _DAMAGED)
        if not any(kind in seen for kind in same):
            yield Damage(kind=next(iter(same)), text=item.text)


def _ends_with_its_flash(report: DumpReport, item: Damage) -> bool:
    """A flash of 1 MiB ends before the place of a full image's header; that is no cut."""
    whole = report.size >= _LEAST_FLASH and report.size.bit_count() == 1
    return whole and item.kind is DamageKind.TRUNCATED


def found(report: DumpReport, kind: FindingKind) -> Finding | None:
    """The first finding of a kind."""
    return next((item for item in report.findings if item.kind is kind), None)


def is_image(report: DumpReport) -> bool:
    """Whether the file ends with its application, as firmware images do."""
    app = found(report, FindingKind.APPLICATION)
    whole = app is not None and app.facts.get("trailer") is not None
    return whole and app is not None and app.span.end == report.size and report.layout.straight


def _nothing(report: DumpReport) -> Iterator[Damage]:
    if report.kind is DumpKind.BLANK:
        yield Damage(
            kind=DamageKind.BLANK, text=_("All bytes are the same: nothing was stored or read.")
        )
    elif report.looks_like:
        yield Damage(
            kind=DamageKind.NOT_A_FLASH,
            text=_("This is {what}, not a flash dump.", what=report.looks_like),
        )
    else:
        yield Damage(
            kind=DamageKind.NOT_A_FLASH,
            text=_("Nothing in it is known from the flash of a Beken chip."),
        )


def _layout(report: DumpReport) -> Iterator[Damage]:
    layout = report.layout
    if layout.rotation:
        yield Damage(
            kind=DamageKind.ROTATED,
            text=_(
                "The file starts at flash address {start} and wraps around: an old tool read it "
                "that way. It must not be written back like this.",
                start=format_addr(layout.rotation),
            ),
        )
    if layout.shift:
        text = (
            _("{count} foreign bytes stand in front of the flash content.", count=layout.shift)
            if layout.shift > 0
            else _("The first {count} bytes of the flash are missing.", count=-layout.shift)
        )
        yield Damage(kind=DamageKind.SHIFTED, text=text)
    for slip in layout.slips:
        yield Damage(
            kind=DamageKind.BYTES_LOST,
            text=_(
                "{count} bytes are missing somewhere between {after} and {before} of the file.",
                count=slip.amount,
                after=format_addr(slip.after),
                before=format_addr(slip.before),
            )
            if slip.amount > 0
            else _(
                "{count} foreign bytes stand somewhere between {after} and {before} of the file.",
                count=-slip.amount,
                after=format_addr(slip.after),
                before=format_addr(slip.before),
            ),
        )
    yield from _ends(report)


def _ends(report: DumpReport) -> Iterator[Damage]:
    layout = report.layout
    if layout.start:
        yield Damage(
            kind=DamageKind.TRUNCATED,
            text=_(
                "The file holds the flash only from address {start} on.",
                start=format_addr(layout.start),
            ),
        )
    elif is_image(report):
        yield Damage(
            kind=DamageKind.IMAGE,
            text=_("This is a firmware image: it holds no data of any one device."),
        )
    elif not layout.complete and not layout.rotation and report.flash_size:
        yield Damage(
            kind=DamageKind.TRUNCATED,
            text=_(
                "The file ends at {size} of {whole} bytes.",
                size=report.size,
                whole=report.flash_size,
            ),
        )
    if layout.trailing:
        yield Damage(
            kind=DamageKind.TRAILING,
            text=_("{count} bytes follow the flash content.", count=layout.trailing),
        )


def _loader(report: DumpReport) -> Iterator[Damage]:
    loader = found(report, FindingKind.BOOTLOADER)
    if loader is None:
        if report.kind is not DumpKind.STORAGE_ONLY or report.layout.complete:
            yield Damage(
                kind=DamageKind.LOADER_MISSING, text=_("There is no boot loader in the file.")
            )
    elif not loader.sound:
        bad = _number(loader.facts["bad_lines"])
        yield Damage(
            kind=DamageKind.LOADER_DAMAGED,
            text=_(
                "The boot loader is damaged: {count} of its lines fail their checksum, "
                "or it is cut off.",
                count=bad,
            )
            if bad
            else _("The boot loader is damaged: the header at its end is missing or wrong."),
        )


def _application(report: DumpReport) -> Iterator[Damage]:
    app = found(report, FindingKind.APPLICATION)
    if app is None:
        if report.kind is not DumpKind.STORAGE_ONLY or report.layout.complete:
            yield Damage(
                kind=DamageKind.APP_MISSING, text=_("There is no application in the file.")
            )
        return
    bad = _number(app.facts["bad_lines"])
    if bad:
        yield Damage(
            kind=DamageKind.APP_DAMAGED,
            text=_(
                "{bad} of {lines} lines of the application fail their checksum, first at {at}.",
                bad=bad,
                lines=_number(app.facts["lines"]),
                at=format_addr(_number(app.facts["first_bad"])),
            ),
        )
    end = _number(app.facts["code_end"])
    if app.facts["trailer"] is None and end % SECTOR_LEN == 0:
        yield Damage(
            kind=DamageKind.APP_INCOMPLETE,
            text=_(
                "The application has no header and stops at {at}, exactly where a sector ends: it "
                "looks half written.",
                at=format_addr(end),
            ),
        )
    expected = -(-_number(app.facts.get("raw_size")) // LINE_LEN)
    if _number(app.facts["lines"]) < expected:
        yield Damage(
            kind=DamageKind.APP_INCOMPLETE,
            text=_(
                "The application stops at {at}: {have} of {whole} lines are there. "
                "It looks half written.",
                at=format_addr(_number(app.facts["code_end"])),
                have=_number(app.facts["lines"]),
                whole=expected,
            ),
        )


def _rf(report: DumpReport) -> Iterator[Damage]:
    if not report.layout.complete or found(report, FindingKind.RF_CALIBRATION) is not None:
        return
    yield Damage(
        kind=DamageKind.RF_MISSING,
        text=_(
            "There is no RF calibration in the flash: the device's own MAC and "
            "tuning are lost or were never there."
        ),
    )


def _storage(report: DumpReport, stores: Sequence[VendorStore]) -> Iterator[Damage]:
    filled = [store for store in stores if store.sectors]
    if not filled:
        if report.kind in {DumpKind.FACTORY, DumpKind.STORAGE_ONLY} or _storage_cut(report):
            yield Damage(
                kind=DamageKind.STORAGE_MISSING,
                text=_("The vendor's storage cannot be read: it is missing or its key is lost."),
            )
        return
    store = filled[0]
    if store.key_block is None:
        yield Damage(
            kind=DamageKind.KEY_MISSING,
            text=_("The key block of the vendor's storage is missing or damaged."),
        )
    sums = [sector.sum_ok for sector in store.sectors]
    bad = sums.count(False)
    places = store_places(store, blank=erased_offsets(report))
    missing = max(_lost_blocks(store), places.missing)
    if bad or missing:
        yield Damage(
            kind=DamageKind.STORAGE_DAMAGED,
            text=_(
                "The vendor's storage is damaged: {bad} of {count} sectors fail their sum, "
                "{missing} are missing.",
                bad=bad,
                count=len(sums),
                missing=missing,
            ),
        )


def _lost_blocks(store: VendorStore) -> int:
    """Blocks below the highest one of which no copy is there."""
    own = [group for group in store.groups if group.sectors & store.own]
    newest = (own or store.groups)[0].newest
    return max(newest) + 1 - len(newest) if newest else 0


def _storage_cut(report: DumpReport) -> bool:
    """Whether a piece of vendor flash ends before the place of the storage."""
    if report.kind is not DumpKind.PARTIAL or report.firmware is None:
        return False
    layout = memory_map(report.chip)
    key = layout.region(RegionRole.KEY) if layout else None
    return key is not None and report.size < key.span.end and report.firmware.name == "Tuya"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
