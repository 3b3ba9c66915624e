"""What is this file? Kind, chips, key, firmware, checks - from its bytes, never from its name."""

from __future__ import annotations

import hashlib

from plugsmith.chips.catalog import boot_codes
from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.catalog import chips as all_chips
from plugsmith.chips.model import Family, KeyClass
from plugsmith.image.app import name_firmware
from plugsmith.image.bare_code import is_plain_code, with_plain_code, without_filling
from plugsmith.image.checks import CheckList, check_match, check_section
from plugsmith.image.crc import build_lines
from plugsmith.image.foreign.odd_files import foreign_finding
from plugsmith.image.later_beken import recognise_later
from plugsmith.image.loader import loader_starts_at, read_loader
from plugsmith.image.model import (
    AppFacts,
    CheckVerdict,
    FirmwareImage,
    ImageKind,
    LoaderFacts,
    WriteSpan,
)
from plugsmith.image.ota import package_start
from plugsmith.image.packaged import recognise_ota, recognise_uf2
from plugsmith.image.packages.uf2 import is_uf2
from plugsmith.image.physical import APP_START, LOADER_LEN, STORED_LEN
from plugsmith.image.sections import APP_ENDS, goes_on, looks_like_code, measure_app
from plugsmith.memory import SECTOR_LEN, format_addr
from plugsmith.messages import _

FULL_SIZES = frozenset({0x20_0000, 0x40_0000, 0x80_0000, 0x100_0000})
_APP_PARTITION_END = 0x13_2000  # the longest one


def recognise(data: bytes) -> FirmwareImage:
    """Say what the file with the content `data` is. Any bytes give an answer; nothing is raised."""
    if is_uf2(data):
        return recognise_uf2(data)
    packed_at = package_start(data)
    if packed_at is not None:
        return recognise_ota(data, packed_at)
    later = recognise_later(data)
    if later is not None:
        return later
    if is_plain_code(data):
        return with_plain_code(data, _of_flash(build_lines(without_filling(data))))
    return _of_flash(data)


def _of_flash(data: bytes) -> FirmwareImage:
    """A file whose code lies in stored lines."""
    if loader_starts_at(data):
        return _with_loader(data)
    if looks_like_code(data, 0):
        return _from_application(data)
    if len(data) > APP_START and looks_like_code(data, APP_START):
        return _with_loader(data, has_loader=False)
    checks = CheckList()
    checks.findings.append(foreign_finding(data))
    return _result(data, ImageKind.UNKNOWN, checks)


def read_app(data: bytes, *, at: int = APP_START, limit: int | None = None) -> AppFacts:
    """The application whose physical address 0x11000 is at `at` of the file."""
    section = measure_app(data, at=at, limit=limit)
    naming = name_firmware(section.code, section.key_class)
    return AppFacts(
        section=section,
        chips=naming.chips,
        firmware=naming.firmware,
        version=naming.version,
        project=naming.project,
    )


def _with_loader(data: bytes, *, has_loader: bool = True) -> FirmwareImage:
    """A file whose first byte is physical address 0."""
    checks = CheckList()
    loader = read_loader(data) if has_loader else None
    limit = _app_limit(loader)
    app = read_app(data, limit=limit) if looks_like_code(data, APP_START) else None
    kind = _kind_from_zero(data, limit, checks)
    if app is not None:
        _check_app(checks, data, app, kind)
    elif kind is not ImageKind.BOOTLOADER:
        checks.record("crc16", CheckVerdict.MISSING)
        checks.problem(
            "no-application",
            _("There is no application at 0x011000, where every chip of this family keeps it."),
            at=APP_START,
        )
    if loader is None:
        checks.problem("no-loader", _("The boot loader in front of the application is missing."))
    else:
        check_section(checks, loader.section)
        _note_unknown_loader(checks, loader)
        if app is not None:
            check_match(checks, loader, app)
        _check_loader_end(checks, loader, alone=kind is ImageKind.BOOTLOADER)
    _check_repeated(checks, data)
    return _result(data, kind, checks, loader=loader, app=app)


def _from_application(data: bytes) -> FirmwareImage:
    """A file whose first byte is physical address 0x11000: an application, or a rotated dump."""
    checks = CheckList()
    loader_at = len(data) - LOADER_LEN
    rotated = len(data) in FULL_SIZES and loader_starts_at(data, loader_at)
    loader = read_loader(data, loader_at) if rotated else None
    limit = _app_limit(loader) - APP_START
    app = read_app(data, at=0, limit=limit)
    _check_app(checks, data, app, ImageKind.APP)
    if len(data) <= _aligned(_APP_PARTITION_END) - APP_START:
        return _result(data, ImageKind.APP, checks, app=app)
    kind = ImageKind.FULL_DUMP if _full_from_app(len(data)) else ImageKind.UNKNOWN
    if loader is not None:
        check_section(checks, loader.section)
        check_match(checks, loader, app)
    else:
        checks.problem("no-loader", _("The boot loader is not in the file."))
    checks.problem(
        "rotated",
        _(
            "The file starts at address 0x011000 instead of 0, as old versions of the GUI flasher "
            "read it. Put it right with `plugsmith dump repair` first."
        ),
        at=0,
    )
    return _result(data, kind, checks, loader=loader, app=app, rotation=APP_START)


def _full_from_app(size: int) -> bool:
    return size in FULL_SIZES or size + APP_START in FULL_SIZES


def _app_limit(loader: LoaderFacts | None) -> int:
    """Physical end of the application partition, from the boot loader's own table."""
    for table in loader.tables if loader else ():
        entry = table.find("app")
        if entry is not None and entry.span.start == APP_START and entry.span:
            return min(entry.span.end, max(FULL_SIZES))
    return _APP_PARTITION_END


def _kind_from_zero(data: bytes, limit: int, checks: CheckList) -> ImageKind:
    size = len(data)
    if size <= LOADER_LEN:
        return ImageKind.BOOTLOADER
    if size in FULL_SIZES:
        return ImageKind.FULL_DUMP
    if size <= _aligned(max(limit, *APP_ENDS)):
        return ImageKind.QIO
    checks.note(
        "flash-start",
        _(
            "The file holds a flash from its start to {end}: more than boot loader and "
            "application, less than a whole flash. Of it the firmware can be written, but it "
            "brings no device back.",
            end=format_addr(size),
        ),
        at=size,
    )
    return ImageKind.FLASH_START


def _check_repeated(checks: CheckList, data: bytes) -> None:
    """Whether a flash was read as one of twice its size: addresses behind its end wrap."""
    half = len(data) // 2
    if len(data) not in FULL_SIZES or data[:half] != data[half:]:
        return
    checks.problem(
        "repeated",
        _(
            "The second half of the file repeats the first: a smaller flash was read as if it had "
            "{size} bytes. `plugsmith dump repair` keeps the first half.",
            size=len(data),
        ),
        at=half,
    )


def _check_loader_end(checks: CheckList, loader: LoaderFacts, *, alone: bool) -> None:
    """A loader that is known to carry a header ends with it."""
    labelled = {code.name for code in boot_codes() if code.rbl_raw_size is not None}
    if loader.section.trailer is not None or not set(loader.boot_codes) & labelled:
        return
    if alone:
        checks.problem(
            "cut-off",
            _("The file ends before the header that this boot loader has: it was cut off."),
            at=loader.section.limit,
        )
        return
    checks.record("loader-header", CheckVerdict.FAILED)
    checks.problem(
        "header-missing",
        _("The header that this boot loader has at its end is missing: the file is damaged."),
        at=loader.section.limit,
    )


def _check_app(checks: CheckList, data: bytes, app: AppFacts, kind: ImageKind) -> None:
    check_section(checks, app.section)
    if app.section.trailer is None and goes_on(data, app.section):
        checks.problem(
            "goes-on",
            _(
                "The application goes on behind {at}, where its partition ends: it is larger than "
                "the chip takes.",
                at=format_addr(app.section.end),
            ),
            at=app.section.end,
        )
    if app.section.trailer is None and kind is ImageKind.QIO:
        checks.problem(
            "cut-off",
            _("The file ends before the header that every full image has: it was cut off."),
            at=app.section.limit,
        )
    elif app.section.trailer is None and kind is ImageKind.APP and _in_a_line(app):
        checks.problem(
            "cut-off",
            _("The file ends in the middle of a line of code: it was cut off."),
            at=app.section.end,
        )
    elif app.section.trailer is None and kind is not ImageKind.APP:
        checks.note(
            "no-header",
            _("The application has no header; that is unusual for a whole image, but no damage."),
        )
    if app.firmware is None and app.section.key_class is not KeyClass.UNKNOWN:
        checks.note("firmware-unknown", _("The application does not say which firmware it is."))


def _in_a_line(app: AppFacts) -> bool:
    """Whether the last bytes are the beginning of one more line."""
    section = app.section
    return bool(section.stray) and 0 < section.limit - section.end < STORED_LEN


def _note_unknown_loader(checks: CheckList, loader: LoaderFacts) -> None:
    known = len(loader.boot_codes) > 0
    checks.record("loader-known", CheckVerdict.OK if known else CheckVerdict.SKIPPED)
    if not known:
        checks.note(
            "loader-unknown",
            _(
                "The boot loader is none of the known ones (CRC-32 of its first 256 bytes: {crc}).",
                crc=f"{loader.fingerprint:08X}",
            ),
        )


def _result(
    data: bytes,
    kind: ImageKind,
    checks: CheckList,
    *,
    loader: LoaderFacts | None = None,
    app: AppFacts | None = None,
    rotation: int = 0,
) -> FirmwareImage:
    names = _chips_of(loader, app)
    return FirmwareImage(
        kind=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        chips=names,
        key=_key_of(loader, app),
        firmware=app.firmware if app else None,
        version=app.version if app else None,
        writes=_writes(kind, _code_end(data, kind, app), names, rotation),
        checks=dict(checks.verdicts),
        findings=tuple(checks.findings),
        loader=loader,
        app=app,
        rotation=rotation,
    )


def _code_end(data: bytes, kind: ImageKind, app: AppFacts | None) -> int:
    """The end of what would be written: of a flash start only boot loader and application."""
    if kind is not ImageKind.FLASH_START or app is None:
        return len(data)
    section = app.section
    return section.trailer.end if section.trailer is not None else section.end


def _chips_of(loader: LoaderFacts | None, app: AppFacts | None) -> tuple[str, ...]:
    """The chips that boot loader and application both allow; none when they contradict."""
    sides = [set(side.chips) for side in (loader, app) if side is not None and side.chips]
    if not sides:
        return ()
    common = set.intersection(*sides)
    return tuple(item.name for item in all_chips() if item.name in common)


def _key_of(loader: LoaderFacts | None, app: AppFacts | None) -> KeyClass:
    side = app or loader
    return side.section.key_class if side is not None else KeyClass.UNKNOWN


def _writes(
    kind: ImageKind, size: int, names: tuple[str, ...], rotation: int
) -> tuple[WriteSpan, ...]:
    """What would be written where; boot loaders of the loader family are never written."""
    loader_family = not names or any(find_chip(name).family is Family.LOADER for name in names)
    match kind:
        case ImageKind.APP:
            return (WriteSpan(start=APP_START, length=size, offset=0),)
        case ImageKind.QIO | ImageKind.FULL_DUMP | ImageKind.FLASH_START if rotation == 0:
            skip = APP_START if loader_family else 0
            return (WriteSpan(start=skip, length=size - skip, offset=skip),) if size > skip else ()
        case ImageKind.BOOTLOADER if not loader_family:
            return (WriteSpan(start=0, length=size, offset=0),)
        case _:
            return ()


def _aligned(addr: int) -> int:
    return -(-addr // SECTOR_LEN) * SECTOR_LEN
