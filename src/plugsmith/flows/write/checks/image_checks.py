"""Checks before a write on the file: is it for this chip, is it whole, would it start there?

Each takes the subject of the preflight and answers None where there is no file, or nothing to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, Family, KeyClass, RegionRole
from plugsmith.flows.permissions import Permission
from plugsmith.flows.write.checks.preflight import doubtful, needs, passed, refused
from plugsmith.image.model import CheckVerdict, ImageKind
from plugsmith.memory import format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.boot.identity import Identity
    from plugsmith.chips.model import Chip
    from plugsmith.flows.write.checks.preflight import PreflightCheck, PreflightSubject
    from plugsmith.flows.write.source import ImageSource
    from plugsmith.image.model import CodeSection, FirmwareImage

_KINDS = {
    ImageKind.QIO: N_("a full image: boot loader and application"),
    ImageKind.APP: N_("an application alone"),
    ImageKind.FULL_DUMP: N_("a whole flash"),
    ImageKind.FLASH_START: N_("a flash from its start, of which the firmware is taken"),
    ImageKind.UF2: N_("a UF2 file"),
}
_KEYS = {
    KeyClass.TUYA: N_("scrambled with Tuya's key"),
    KeyClass.NONE: N_("not scrambled"),
    KeyClass.OTHER: N_("scrambled with a key of its own"),
}
_BLANK_HEAD = {b"\xff" * 8, b""}
_FETCH = N_("Download the file again.")


def check_kind(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the file is a firmware or a flash at all."""
    if subject.source is None:
        return None
    image, name = subject.source.image, subject.source.name
    if image.kind in _KINDS:
        return passed("image-kind", _("{name} is {kind}.", name=name, kind=_(_KINDS[image.kind])))
    return refused(
        "image-kind",
        _("{name} is of the kind {kind}, which is not written.", name=name, kind=image.kind.value),
        subject.remedy or _("Use a QIO file of the release."),
    )


def check_chip(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the file is for the chip that answers."""
    image, identity = subject.image, subject.identity
    if image is None:
        return None
    chip = identity.chip.name
    if not image.chips:
        return refused(
            "image-chip",
            _("{name} does not tell which chip it is for.", name=image.name),
            subject.remedy or _("Use a full image (QIO) of the release for {chip}.", chip=chip),
        )
    if chip in image.chips:
        return passed("image-chip", _("{name} is for this chip.", name=image.name))
    theirs = _(" or ").join(image.chips)
    if set(identity.twins) & set(image.chips):
        return doubtful(
            "image-chip",
            _(
                "{name} is for {chips}, which cannot be told from a {chip} over these wires. If "
                "the chip is not a {chips}, it may not start.",
                name=image.name,
                chips=theirs,
                chip=chip,
            ),
            _("Read what is printed on the chip."),
        )
    return refused(
        "image-chip",
        _(
            "{name} is for {chips}, but the connected chip is a {chip}.",
            name=image.name,
            chips=theirs,
            chip=chip,
        ),
        subject.remedy or _asset_hint(identity),
    )


def _asset_hint(identity: Identity) -> str:
    prefix = identity.chip.openbeken_prefix
    if prefix is None:
        return _("Use an image for {chip}.", chip=identity.chip.name)
    return _("Use the file {prefix}_QIO_<version>.bin.", prefix=prefix)


def check_key(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the chip can read the code: it unscrambles what it runs with a key of its own."""
    image, device = subject.image, subject.identity.key.key_class
    if image is None:
        return None
    if image.key is device or image.key not in _KEYS or device not in _KEYS:
        return passed("key", _("Nothing says that this chip could not read the code in the file."))
    return needs(
        "key",
        Permission.KEY_MISMATCH,
        _(
            "The code in the file is {image}, but this chip expects code that is {device}: it "
            "would not start.",
            image=_(_KEYS[image.key]),
            device=_(_KEYS[device]),
        ),
        subject.remedy or _asset_hint(subject.identity),
    )


def check_fit(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the file ends inside the flash."""
    image, size = subject.image, subject.identity.flash.size
    if image is None:
        return None
    if image.end <= size:
        return passed("image-size", _("The image fits into the flash."))
    return refused(
        "image-size",
        _(
            "{name} ends at {end}, behind the end of the flash at {size}.",
            name=image.name,
            end=format_addr(image.end),
            size=format_addr(size),
        ),
        _("Use an image or backup for a flash of this size."),
    )


def check_problems(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the recogniser found the file damaged."""
    image = subject.image
    if image is None or subject.facts is not None:
        return None
    if not image.problems:
        return passed("image-whole", _("Nothing of the file is missing or damaged."))
    return refused(
        "image-whole",
        _("{name} is damaged: {text}", name=image.name, text="; ".join(image.problems)),
        _(_FETCH),
    )


def check_crc16(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether each line of code carries its own right checksum; the chip checks them as it runs."""
    if subject.source is None:
        return None
    image = subject.source.image
    sections: list[CodeSection] = [
        side.section for side in (image.loader, image.app) if side is not None
    ]
    lines = sum(section.lines for section in sections)
    words = _("All {lines} lines of code carry a right checksum (CRC16).", lines=lines)
    return _content(image, "crc16", N_("a checksum of its code is wrong (CRC16)"), words)


def check_vectors(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the program begins as one for these chips does."""
    if subject.source is None:
        return None
    words = _("The program begins as programs for these chips do (vector table).")
    wrong = N_("its program does not begin as programs for these chips do (vector table)")
    return _content(subject.source.image, "vectors", wrong, words)


def check_header(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the label of the application tells of the application that is there."""
    if subject.source is None:
        return None
    image = subject.source.image
    if image.checks.get("header") is CheckVerdict.OK:
        words = _("The label of the application (RBL header) describes what is there.")
    else:
        words = _(
            "The application has no label (RBL header); boot loaders of these chips do without one."
        )
    wrong = N_("the label of the application (RBL header) describes something else")
    return _content(image, "header", wrong, words)


def _content(image: FirmwareImage, name: str, wrong: str, words: str) -> PreflightCheck:
    """One check of the recogniser, over boot loader and application together."""
    found = [image.checks.get(name), image.checks.get(f"loader-{name}")]
    if CheckVerdict.FAILED not in found:
        return passed(f"image-{name}", words)
    texts = " ".join(item.text for item in image.problems)
    return refused(
        f"image-{name}",
        _("The file is damaged: {what}. {text}", what=_(wrong), text=texts).rstrip(),
        _(_FETCH),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoaderThere:
    """What starts the chip now: its first bytes, and the boot codes of the catalogue they fit."""

    chip: Chip
    flash_size: int
    head: bytes
    boots: tuple[str, ...]


def check_loader(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the boot loader that will be on the chip can start what is written."""
    if subject.source is None:
        return None
    identity = subject.identity
    boots = (identity.boot.name,) if identity.boot is not None else ()
    there = LoaderThere(
        chip=identity.chip, flash_size=identity.flash.size, head=identity.loader_head, boots=boots
    )
    return judge_loader(there, subject.source)


def judge_loader(there: LoaderThere, source: ImageSource) -> PreflightCheck:
    """The answer of `check_loader`, whoever read the chip."""
    stays = _("The boot loader on the chip stays as it is.")
    if there.chip.family is Family.LOADER:
        stays = _("The boot loader on the chip stays as it is; a loader in the file is left out.")
    elif any(piece.span.start < APP_START for piece in source.pieces):
        return _new_loader(there, source.image)
    elif not there.boots and there.head[:8] in _BLANK_HEAD:
        return refused(
            "boot-loader",
            _("The chip has no boot loader, and the file brings none: it would not start."),
            _("Use a QIO file of the release: it brings the boot loader."),
        )
    return _too_long(there, source) or passed("boot-loader", stays)


def _new_loader(there: LoaderThere, image: FirmwareImage) -> PreflightCheck:
    theirs = image.loader.boot_codes if image.loader else ()
    same = [name for name in there.boots if name in theirs]
    if same:
        return passed(
            "boot-loader",
            _("The boot loader of the file is the one on the chip ({name}).", name=same[0]),
        )
    return passed(
        "boot-loader",
        _(
            "The boot loader changes from {ours} to {theirs}, because the application of the file "
            "belongs to that one. The chip's ROM keeps the download port alive in any case.",
            ours=" / ".join(there.boots) or _("an unknown one"),
            theirs=" / ".join(theirs) or _("an unknown one"),
        ),
    )


def _too_long(there: LoaderThere, source: ImageSource) -> PreflightCheck | None:
    """A refusal if an image that is no dump is longer than the partition of the chip's loader."""
    region = there.chip.memory_map.region(RegionRole.APP)
    pieces = source.pieces
    ends = [piece.span.end for piece in pieces if piece.span.start <= APP_START]
    end = max(ends, default=APP_START)
    if region is None or end <= region.span.end or end >= there.flash_size:
        return None
    return refused(
        "boot-loader",
        _(
            "The application ends at {end}, behind its place on this chip ({limit}): the boot "
            "loader's own update area lies there.",
            end=format_addr(end),
            limit=format_addr(region.span.end),
        ),
        _("Use a build for this chip."),
    )
