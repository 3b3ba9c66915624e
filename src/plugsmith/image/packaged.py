"""Recognise packages: OTA files and UF2 files, by what is inside them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.errors import PlugsmithError
from plugsmith.errors.image import ContainerUnsupported
from plugsmith.image.app import CodeNaming, build_twins, chips_in_text, name_firmware
from plugsmith.image.checks import CheckList, check_section
from plugsmith.image.model import CheckVerdict, CodeForm, FirmwareImage, ImageKind, WriteSpan
from plugsmith.image.ota import UG_MAGIC, read_package
from plugsmith.image.packages.uf2 import Uf2File, flash_of, read_uf2
from plugsmith.image.physical import APP_LOGICAL_START, APP_START
from plugsmith.image.rbl import read_header
from plugsmith.image.scramble import scramble
from plugsmith.image.sections import find_key, measure_app
from plugsmith.memory import AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.image.model import CodeSection
    from plugsmith.image.rbl import RblHeader

APP_MAX_END = 0x13_2000  # end of the longest application partition; uart-protocol.md 6.2


def recognise_ota(data: bytes, at: int) -> FirmwareImage:
    """What is in the OTA package whose header is at `at`."""
    checks = CheckList()
    header = read_header(data, at)
    naming, key_class = CodeNaming(), KeyClass.UNKNOWN
    try:
        package = read_package(data, at)
    except ContainerUnsupported as refusal:
        checks.record("header", CheckVerdict.OK)
        checks.record("package", CheckVerdict.SKIPPED)
        checks.problem("container", refusal.message, at=at)
    except PlugsmithError as damage:
        header_ok = header is not None and header.sound
        checks.record("header", CheckVerdict.OK if header_ok else CheckVerdict.FAILED)
        checks.record("package", CheckVerdict.FAILED)
        checks.problem("package", damage.message, at=at)
    else:
        checks.record("header", CheckVerdict.OK)
        checks.record("package", CheckVerdict.OK)
        key_class, naming = _inside(package.code, checks)
        _note_rest(checks, data, package.end)
    said = chips_in_text(_texts(data, header))
    return FirmwareImage(
        kind=ImageKind.OTA,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        chips=_agreed(naming.chips, said, checks),
        key=key_class,
        firmware=naming.firmware,
        version=naming.version or (header.version if header and header.sound else None),
        form=CodeForm.PACKED,
        checks=dict(checks.verdicts),
        findings=tuple(checks.findings),
        header=header,
    )


def _note_rest(checks: CheckList, data: bytes, end: int) -> None:
    rest = data[end:].strip(b"\xff").strip(b"\0")
    if rest:
        checks.note(
            "after-package",
            _("Behind the package lie {count} bytes that do not belong to it.",
              count=len(data) - end),
            at=end,
        )  # fmt: skip


def _texts(data: bytes, header: RblHeader | None) -> str:
    """The texts of a package in which packers name the chip: the versions of RBL and UG header."""
    texts = [header.version] if header is not None and header.sound else []
    if data.startswith(UG_MAGIC):
        texts.append(data[4:16].split(b"\0")[0].decode("ascii", "replace"))
    return " ".join(texts)


def _agreed(inside: tuple[str, ...], said: tuple[str, ...], checks: CheckList) -> tuple[str, ...]:
    """The chips that the code and the package's own version text allow; () when they contradict."""
    if not inside or not said:
        return inside or said
    both = tuple(name for name in inside if name in said)
    if not both:
        checks.problem(
            "chip-conflict",
            _(
                "The package calls itself one for {said}, but its application is for {found}.",
                said=" / ".join(said),
                found=" / ".join(inside),
            ),
        )
    return both


def _inside(code: bytes, checks: CheckList) -> tuple[KeyClass, CodeNaming]:
    """Key class and naming of unpacked code, which is plain in every package known."""
    key_class, key, vectors_ok = find_key(code, APP_LOGICAL_START)
    checks.record("vectors", CheckVerdict.OK if vectors_ok else CheckVerdict.FAILED)
    if not vectors_ok or key is None:
        checks.problem(
            "vectors", _("The package does not hold an application of these chips."), at=0
        )
        return key_class, CodeNaming()
    plain = scramble(code, key, start=APP_LOGICAL_START)
    # the loader scrambles with the chip's key while it unpacks: the package itself has none,
    # and an N build is for N although its code is plain here
    named_with = KeyClass.TUYA if key_class is KeyClass.NONE else key_class
    naming = name_firmware(plain, named_with)
    if not naming.chips:  # a name that means a chip only where code is stored without a key
        naming = name_firmware(plain, key_class)
    if key_class is KeyClass.NONE:
        naming = replace(naming, chips=build_twins(naming.chips))
    return key_class, naming


def recognise_uf2(data: bytes) -> FirmwareImage:
    """What is in the UF2 file."""
    checks = CheckList()
    try:
        content = read_uf2(data)
    except PlugsmithError as damage:
        checks.record("blocks", CheckVerdict.FAILED)
        checks.problem("blocks", damage.message)
        return _uf2_result(data, checks, None, CodeNaming(), KeyClass.UNKNOWN)
    checks.record("blocks", CheckVerdict.OK)
    if content.chip is None:
        checks.problem(
            "family",
            _(
                "The file is for another chip family (number {family}), not for Beken BK72xx.",
                family=f"0x{content.family:08X}",
            ),
        )
    if not any(item.start == APP_START for item in content.segments):
        checks.problem("no-application", _("The file holds nothing for address 0x011000."))
        return _uf2_result(data, checks, content, CodeNaming(), KeyClass.UNKNOWN)
    section = uf2_application(content)
    check_section(checks, section)
    naming = name_firmware(section.code, section.key_class)
    return _uf2_result(data, checks, content, naming, section.key_class)


def uf2_application(content: Uf2File) -> CodeSection:
    """The application as it lies in flash after all segments were written."""
    ends = [item.start + len(item.data) for item in content.segments if item.start < APP_MAX_END]
    span = AddressRange(APP_START, min(max([APP_START, *ends]), APP_MAX_END))
    return measure_app(flash_of(content, span), at=0)


def _uf2_result(
    data: bytes,
    checks: CheckList,
    content: Uf2File | None,
    naming: CodeNaming,
    key_class: KeyClass,
) -> FirmwareImage:
    segments = content.segments if content else ()
    return FirmwareImage(
        kind=ImageKind.UF2,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        chips=(content.chip,) if content and content.chip else (),
        key=key_class,
        firmware=naming.firmware or (content.firmware if content else None),
        version=naming.version or (content.version if content else None),
        writes=tuple(
            WriteSpan(start=item.start, length=len(item.data), offset=0) for item in segments
        ),
        checks=dict(checks.verdicts),
        findings=tuple(checks.findings),
        built_for=content.board if content else None,
    )
