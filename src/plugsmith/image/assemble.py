"""Make one file kind out of another: QIO, application and OTA package, also out of dumps.

An application file is the stored lines as they lie in flash from 0x11000 on. A QIO file is boot
loader, application and header up to the end of the application partition. An OTA package holds the
plain code. The boot loader of a new QIO file must come from somewhere: the source itself, or a
second file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import KeyClass
from plugsmith.errors import PlugsmithError
from plugsmith.errors.image import (
    ConversionImpossible,
    ImageDamaged,
    ImageForOtherChip,
    ImageUnknown,
    KeyMissing,
)
from plugsmith.image.bare_code import without_filling
from plugsmith.image.crc import build_lines
from plugsmith.image.kinds import recognise
from plugsmith.image.model import CodeForm, CodeSection, FirmwareImage, ImageKind, LoaderFacts
from plugsmith.image.ota import package_start, read_package, write_package
from plugsmith.image.packaged import uf2_application
from plugsmith.image.packages.uf2 import read_uf2
from plugsmith.image.physical import (
    APP_LOGICAL_START,
    APP_START,
    LOADER_LEN,
)
from plugsmith.image.rbl import TRAILER_LEN, header_for
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble
from plugsmith.image.sections import find_key
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip

TARGETS = (ImageKind.QIO, ImageKind.APP, ImageKind.OTA)
# findings that make the bytes themselves untrustworthy; a rotated or odd-sized dump is not one
_FATAL = frozenset(
    {"crc16", "erased-gap", "header-crc", "body", "vectors", "no-code", "cut-off", "goes-on"}
)
_DEFAULT_VERSION = "1.00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertInput:
    """A file with what `recognise` said about it; `name` is for sentences only."""

    name: str
    data: bytes = field(repr=False)
    image: FirmwareImage


@dataclass(frozen=True, slots=True, kw_only=True)
class _App:
    """An application taken out of a source: plain code and the key it is or will be stored with."""

    code: bytes = field(repr=False)
    key: ScrambleKey

    @property
    def stored(self) -> bytes:
        return build_lines(scramble(self.code, self.key, start=APP_LOGICAL_START))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One conversion; `chips` are those that the result can be for."""

    source: ConvertInput
    to: ImageKind
    loader: ConvertInput | None
    chips: tuple[str, ...]

    @property
    def stored_key(self) -> ScrambleKey:
        """The key that plain code will be stored with: none in a package.

        ConversionImpossible while the chips that are left differ in it.
        """
        if self.to is ImageKind.OTA:
            return PLAIN_KEY
        keys = {_key_of(find_chip(name)) for name in self.chips}
        if len(keys) == 1:
            return keys.pop()
        raise _impossible(
            self.source,
            self.to,
            _(
                "The same code is for {chips}, which differ in the code key.",
                chips=_(" and ").join(self.chips),
            )
            if keys
            else _("The file does not say which chip it is for, and so not which code key."),
            _("Name the chip with --chip."),
        )


def convert(
    source: ConvertInput,
    *,
    to: ImageKind,
    loader: ConvertInput | None = None,
    chip: str | None = None,
    time: int = 0,
) -> bytes:
    """The content of `source` as a file of kind `to`.

    `loader` gives the boot loader of a QIO file when the source has none; `chip` decides the code
    key when neither a package or bare code (which are plain) nor the loader does; `time` is Unix
    time for new headers. Raises ImageForOtherChip, ImageDamaged, ImageUnknown, KeyMissing or
    ConversionImpossible.
    """
    if to not in TARGETS:
        raise _impossible(
            source, to, _("Only qio, app and ota can be made."), _("Choose one of these kinds.")
        )
    job = _Job(source=source, to=to, loader=loader, chips=_chips_left(source, to, chip, loader))
    _refuse_no_application(source, to)
    if to is ImageKind.QIO:
        _check_loader(source, loader)
    source = _with_lines(job)
    _refuse_damage(source)
    app = _take_app(source, job)
    match to:
        case ImageKind.APP:
            return app.stored
        case ImageKind.OTA:
            version = source.image.version or _DEFAULT_VERSION
            return write_package(app.code, version=version, time=time)
        case _:
            return _make_qio(source, app, loader, time)


def plain_code(source: ConvertInput) -> bytes | None:
    """The code of the application in `source`, whatever key it is or will be stored with.

    None where there is none that can be read.
    """
    job = _Job(source=source, to=ImageKind.OTA, loader=None, chips=())
    try:
        return _take_app(_with_lines(job), job).code
    except PlugsmithError:
        return None


def _chips_left(
    source: ConvertInput, to: ImageKind, chip: str | None, loader: ConvertInput | None
) -> tuple[str, ...]:
    """The chips that the result can be for: the named one, or those that all files allow.

    Raises ImageForOtherChip where the name contradicts the content.
    """
    found = source.image.chips
    if chip is not None:
        named = find_chip(chip).name
        if found and named not in found:
            raise ImageForOtherChip(named=named, name=source.name, found=" / ".join(found))
        if find_chip(named).expects_key is KeyClass.UNKNOWN:
            raise _impossible(
                source,
                to,
                _("How code is stored on a {chip} is not known.", chip=named),
                _("Name another chip, or leave --chip out."),
            )
        return (named,)
    facts = loader.image.loader if loader is not None else None
    theirs = facts.chips if facts is not None else ()
    return tuple(name for name in found if name in theirs) if found and theirs else found or theirs


def _refuse_no_application(source: ConvertInput, to: ImageKind) -> None:
    """A file that is known and holds no application."""
    image = source.image
    if image.kind is ImageKind.BOOTLOADER and image.app is None:
        raise _impossible(
            source,
            to,
            _("It is a boot loader alone: there is no application in it."),
            _("Give the file with the application, and name this one with --loader."),
        )
    missing = [item for item in image.problems if item.code == "no-application"]
    if missing and image.kind is not ImageKind.UNKNOWN:
        remedy = _("Take another file of the same firmware.")
        raise _impossible(source, to, missing[0].text, remedy)


def _check_loader(source: ConvertInput, loader: ConvertInput | None) -> None:
    """That a QIO file has a boot loader to start with, and one for the same chip."""
    if source.image.kind is ImageKind.UNKNOWN and source.image.app is None:
        return  # that it is no firmware is the better refusal
    facts = (loader or source).image.loader
    if facts is None:
        raise _impossible(
            source,
            ImageKind.QIO,
            _("A QIO file starts with a boot loader, and there is none in it.")
            if loader is None
            else _("A QIO file starts with a boot loader, and there is none in {name}.",
                   name=loader.name),
            _("Name a QIO file, a backup or a boot loader of the same chip with --loader."),
        )  # fmt: skip
    ours, theirs = set(source.image.chips), set(facts.chips)
    if loader is not None and ours and theirs and not ours & theirs:
        raise _impossible(
            source,
            ImageKind.QIO,
            _(
                "The boot loader is for {loader}, but the application is for {app}.",
                loader=" / ".join(sorted(theirs)),
                app=" / ".join(sorted(ours)),
            ),
            _("Name a boot loader of the same chip with --loader."),
        )


def _with_lines(job: _Job) -> ConvertInput:
    """Bare code as it would lie in flash; every other source as it is."""
    source = job.source
    image = source.image
    if image.form is not CodeForm.PLAIN_CODE:
        return source
    code = without_filling(source.data)
    if image.loader is None and image.key is KeyClass.NONE:
        code = scramble(code, job.stored_key, start=APP_LOGICAL_START)
    data = build_lines(code)
    return ConvertInput(name=source.name, data=data, image=recognise(data))


def pieces(source: ConvertInput) -> list[tuple[int, bytes]]:
    """(physical address, bytes) of everything that `source.image.writes` announces."""
    image = source.image
    if image.kind is ImageKind.UF2:
        segments = read_uf2(source.data).segments if image.writes else ()
        return [(item.start, item.data) for item in segments]
    return [(item.start, source.data[item.offset :][: item.length]) for item in image.writes]


def _refuse_damage(source: ConvertInput) -> None:
    app = source.image.app
    if app is not None and app.section.key is None and not app.section.bad:
        raise KeyMissing(name=source.name)
    fatal = [item for item in source.image.problems if item.code in _FATAL]
    if fatal:
        raise ImageDamaged(name=source.name, problem=fatal[0].text)


def _take_app(source: ConvertInput, job: _Job) -> _App:
    image = source.image
    if image.app is not None:
        return _app_of_section(source, image.app.section)
    if image.kind is ImageKind.OTA:
        return _app_of_package(source, job)
    if image.kind is ImageKind.UF2:
        content = read_uf2(source.data)
        if any(item.start == APP_START for item in content.segments):
            return _app_of_section(source, uf2_application(content))
    reasons = [item.text for item in image.problems]
    raise ImageUnknown(name=source.name, reason=reasons[0] if reasons else image.kind.value)


def _app_of_section(source: ConvertInput, section: CodeSection) -> _App:
    if section.key is None:  # in a UF2 file; other sources were looked at before
        raise KeyMissing(name=source.name)
    header = section.trailer.header if section.trailer else None
    raw_len = header.raw_size if header is not None and section.body_ok else len(section.code)
    return _App(code=section.code[:raw_len], key=section.key)


def _app_of_package(source: ConvertInput, job: _Job) -> _App:
    package = read_package(source.data, package_start(source.data) or 0)
    key_class, key, _vectors = find_key(package.code, APP_LOGICAL_START)
    if key is not None and key_class is not KeyClass.NONE:
        return _App(code=scramble(package.code, key, start=APP_LOGICAL_START), key=key)
    return _App(code=package.code, key=job.stored_key)


def _key_of(owner: Chip) -> ScrambleKey:
    return TUYA_KEY if owner.expects_key is KeyClass.TUYA else PLAIN_KEY


def _make_qio(source: ConvertInput, app: _App, loader: ConvertInput | None, time: int) -> bytes:
    if source.image.kind is ImageKind.QIO and loader is None:
        return source.data
    origin = loader or source
    facts = origin.image.loader
    if facts is None:  # asked before; bare code with a boot loader is read anew since
        raise ImageUnknown(name=origin.name, reason=origin.image.kind.value)
    if loader is not None:
        _refuse_damage(loader)
        _check_keys(source, app, facts)
    start = facts.section.start
    flash = bytearray(origin.data[start : start + LOADER_LEN].ljust(LOADER_LEN, b"\xff"))
    table = next((item for item in facts.tables if item.find("app") is not None), None)
    entry = table.find("app") if table else None
    end = entry.span.end if entry is not None else APP_START + len(app.stored) + TRAILER_LEN
    if APP_START + len(app.stored) + TRAILER_LEN > end:
        raise _impossible(
            source,
            ImageKind.QIO,
            _("The application is larger than its partition on this chip."),
            _("Use a smaller build of the firmware."),
        )
    flash += app.stored.ljust(end - APP_START, b"\xff")
    flash[end - TRAILER_LEN :] = _trailer(source, app, origin, time)
    return bytes(flash)


def _trailer(source: ConvertInput, app: _App, origin: ConvertInput, time: int) -> bytes:
    """The header of the application: its own where it still describes the code, else a new one."""
    section = source.image.app.section if source.image.app else None
    if section is not None and section.trailer is not None and section.body_ok:
        return source.data[section.trailer.at : section.trailer.end]
    facts = origin.image.loader
    own = facts.section.trailer if facts is not None else None
    version = own.header.version if own is not None and own.header.sound else _DEFAULT_VERSION
    raw = scramble(app.code, app.key, start=APP_LOGICAL_START)
    return header_for(raw, partition="app", version=version, time=time).trailer()


def _check_keys(source: ConvertInput, app: _App, facts: LoaderFacts) -> None:
    if facts.section.key is not None and facts.section.key != app.key:
        raise _impossible(
            source,
            ImageKind.QIO,
            _("Boot loader and application are not scrambled with the same key."),
            _("Name a boot loader of the same chip with --loader."),
        )


def _impossible(
    source: ConvertInput, wanted: ImageKind, reason: str, remedy: str
) -> ConversionImpossible:
    return ConversionImpossible(name=source.name, wanted=wanted.value, reason=reason, remedy=remedy)
