"""Preflight checks on the inside of an image, and on how it fits what is already on the chip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, Family, RegionRole
from plugsmith.flows.write.preflight import PreflightCheck
from plugsmith.flows.write.preflight import PreflightOutcome as Outcome
from plugsmith.image.model import CheckVerdict, ImageKind
from plugsmith.memory import AddressRange, format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.boot.identity import Identity
    from plugsmith.flows.write.target_image import Segment
    from plugsmith.image.model import CodeSection, FirmwareImage

_KINDS = {
    ImageKind.QIO: N_("a full image: boot loader and application"),
    ImageKind.APP: N_("an application alone"),
    ImageKind.FULL_DUMP: N_("a whole flash"),
    ImageKind.FLASH_START: N_("a flash from its start, of which the firmware is taken"),
    ImageKind.UF2: N_("a UF2 file"),
}
_BLANK_HEAD = {b"\xff" * 8, b""}


def content_checks(
    identity: Identity, image: FirmwareImage, pieces: Sequence[Segment], *, name: str
) -> list[PreflightCheck]:
    """Checks on content and places; a good file for this chip passes all of them."""
    checks = [
        _check_kind(image, name),
        _check_content(image, "crc16", N_("code checksums"), _crc_words(image)),
        _check_content(image, "vectors", N_("vector table"), _("The vector tables are whole.")),
        _check_content(image, "header", N_("header"), _header_words(image)),
        _check_loader(identity, image, pieces),
        _check_protected(identity, pieces),
        _check_rf(identity, pieces),
        _power_hint(),
    ]
    return [check for check in checks if check is not None]


def _check_kind(image: FirmwareImage, name: str) -> PreflightCheck:
    if image.kind in _KINDS:
        words = _(_KINDS[image.kind])
        return _passed("image-kind", _("{name} is {kind}.", name=name, kind=words))
    return _refused(
        "image-kind",
        _("{name} is of the kind {kind}, which is not written.", name=name, kind=image.kind.value),
        _("Use a QIO file of the release."),
    )


def _check_content(image: FirmwareImage, name: str, what: str, words: str) -> PreflightCheck:
    """One check of the recogniser, over boot loader and application together."""
    found = [image.checks.get(name), image.checks.get(f"loader-{name}")]
    if CheckVerdict.FAILED not in found:
        return _passed(f"image-{name}", words)
    texts = [item.text for item in image.problems]
    return _refused(
        f"image-{name}",
        _("The {what} of the file is wrong. {text}", what=_(what), text=" ".join(texts)),
        _("Download the file again."),
    )


def _crc_words(image: FirmwareImage) -> str:
    sections: list[CodeSection] = [
        side.section for side in (image.loader, image.app) if side is not None
    ]
    lines = sum(section.lines for section in sections)
    return _("All {lines} lines of code carry a right CRC16.", lines=lines)


def _header_words(image: FirmwareImage) -> str:
    if image.checks.get("header") is CheckVerdict.OK:
        return _("The header describes the application that is there.")
    return _("The application has no header; boot loaders of these chips do without one.")


def _check_loader(
    identity: Identity, image: FirmwareImage, pieces: Sequence[Segment]
) -> PreflightCheck | None:
    """Whether the boot loader that will be on the chip can start what is written."""
    brings_own = any(piece.span.start < APP_START for piece in pieces)
    if identity.family is Family.LOADER:
        return _fits_partition(identity, pieces) or _passed(
            "boot-loader",
            _("The boot loader on the chip stays as it is; a loader in the file is left out."),
        )
    if not brings_own and identity.boot is None and identity.loader_head in _BLANK_HEAD:
        return _refused(
            "boot-loader",
            _("The chip has no boot loader, and the file brings none: it would not start."),
            _("Use a QIO file of the release: it brings the boot loader."),
        )
    if not brings_own:
        return _fits_partition(identity, pieces) or _passed(
            "boot-loader", _("The boot loader on the chip stays as it is.")
        )
    theirs = image.loader.boot_codes if image.loader else ()
    ours = identity.boot.name if identity.boot else None
    if ours is not None and ours in theirs:
        return _passed(
            "boot-loader",
            _("The boot loader of the file is the one on the chip ({name}).", name=ours),
        )
    return _passed(
        "boot-loader",
        _(
            "The boot loader changes from {ours} to {theirs}, because the application of the file "
            "belongs to that one. The chip's ROM keeps the download port alive in any case.",
            ours=ours or _("an unknown one"),
            theirs=" / ".join(theirs) or _("an unknown one"),
        ),
    )


def _fits_partition(identity: Identity, pieces: Sequence[Segment]) -> PreflightCheck | None:
    """A refusal if an image that is no dump is longer than the partition of the chip's loader."""
    region = identity.chip.memory_map.region(RegionRole.APP)
    end = max((piece.span.end for piece in pieces if piece.span.start <= APP_START), default=0)
    if region is None or end <= region.span.end or end >= identity.flash.size:
        return None
    return _refused(
        "boot-loader",
        _(
            "The application ends at {end}, behind its partition on this chip ({limit}): the boot "
            "loader's own update area lies there.",
            end=format_addr(end),
            limit=format_addr(region.span.end),
        ),
        _("Use a build for this chip."),
    )


def _check_protected(identity: Identity, pieces: Sequence[Segment]) -> PreflightCheck:
    low = AddressRange(0, identity.chip.protected_until)
    touched = any(piece.span.overlaps(low) for piece in pieces)
    if identity.family is Family.LOADER and touched:
        return _passed(
            "protected",
            _("Nothing is erased or written below {limit}.", limit=format_addr(low.end)),
        )
    return _passed("protected", _("No protected range is reached."))


def _check_rf(identity: Identity, pieces: Sequence[Segment]) -> PreflightCheck:
    spans = [
        region.span
        for layout in identity.chip.memory_maps
        for region in layout.with_role(RegionRole.RF)
    ]
    if any(piece.span.overlaps(span) for piece in pieces for span in spans):
        return _passed(
            "rf", _("The file holds a radio calibration and address; the device keeps its own.")
        )
    return _passed("rf", _("Radio calibration and address are not touched."))


def _power_hint() -> PreflightCheck:
    return _passed(
        "power",
        _(
            "Feed the module from its own 3.3 V supply that can give 300 mA; the 3.3 V pin of most "
            "adapters is too weak for erasing."
        ),
    )


def _passed(name: str, text: str) -> PreflightCheck:
    return PreflightCheck(name=name, verdict=Outcome.PASS, text=text)


def _refused(name: str, text: str, remedy: str) -> PreflightCheck:
    return PreflightCheck(name=name, verdict=Outcome.REFUSE, text=text, remedy=remedy)
