"""The file that shall be written: recognised by content, turned into pieces with places."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors import InputUnusable
from plugsmith.flows.image.file import open_image
from plugsmith.flows.judged_file import JudgedFile
from plugsmith.flows.write.checks.preflight import ImageFacts
from plugsmith.flows.write.target_image import Segment
from plugsmith.image.assemble import ConvertInput as OpenedFile
from plugsmith.image.assemble import pieces
from plugsmith.image.model import CheckVerdict, ImageKind
from plugsmith.image.rbl import TRAILER_LEN
from plugsmith.memory import AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.image.model import FirmwareImage

FIRMWARE_KINDS = frozenset({ImageKind.QIO, ImageKind.APP, ImageKind.FLASH_START, ImageKind.UF2})
_WRITABLE = FIRMWARE_KINDS | {ImageKind.FULL_DUMP}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource:
    """A recognised file; `loader_header` is the label inside its boot loader, if it has one."""

    path: Path
    data: bytes = field(repr=False)
    image: FirmwareImage
    pieces: tuple[Segment, ...]

    @property
    def name(self) -> str:
        """The name without its folder."""
        return self.path.name

    @property
    def loader_header(self) -> AddressRange | None:
        """Where the boot loader's RBL header lies, in flash addresses."""
        loader = self.image.loader
        if loader is None or loader.section.trailer is None:
            return None
        return AddressRange.sized(loader.section.trailer.at, TRAILER_LEN)

    @property
    def facts(self) -> ImageFacts:
        """What the preflight checks need."""
        return ImageFacts(
            name=self.name,
            chips=self.image.chips,
            key=self.image.key,
            end=max((piece.span.end for piece in self.pieces), default=0),
            problems=tuple(item.text for item in self.image.problems),
        )


def load_image(path: Path) -> ImageSource:
    """The image in `path`; exit-9 errors for what is no image, or damaged beyond use."""
    return _checked(path, open_image(path))


def whole_flash(path: Path, data: bytes) -> ImageSource:
    """A backup: all of it belongs at address 0. Whether it is sound is judged elsewhere."""
    image = JudgedFile(name=path.name, data=data).image
    return ImageSource(path=path, data=data, image=image, pieces=(Segment(start=0, data=data),))


def _checked(path: Path, file: OpenedFile) -> ImageSource:
    image = file.image
    found = tuple(Segment(start=start, data=data) for start, data in pieces(file))
    if image.kind not in _WRITABLE or not found or image.problems:
        raise InputUnusable(
            name=path.name,
            kind=_kind_words(image),
            reason=_reason(image) or _("It cannot be written over these wires."),
            remedy=JudgedFile(name=file.name, data=file.data).advice,
        )
    if image.kind is ImageKind.QIO and image.checks.get("header") is CheckVerdict.MISSING:
        raise InputUnusable(
            name=path.name,
            kind=_kind_words(image),
            reason=_("It ends before the header that every full image has: it was cut off."),
            remedy=_("Download it again with `plugsmith image fetch`."),
        )
    return ImageSource(path=path, data=file.data, image=image, pieces=found)


def sha256(data: bytes) -> str:
    """The digest by which journals and passports name content."""
    return hashlib.sha256(data).hexdigest()


def _kind_words(image: FirmwareImage) -> str:
    if image.only_read:
        return _("firmware or a flash of a chip that is only read here")
    words = {
        ImageKind.QIO: _("a damaged full image"),
        ImageKind.APP: _("a damaged application image"),
        ImageKind.FULL_DUMP: _("a damaged flash dump"),
        ImageKind.FLASH_START: _("a damaged start of a flash"),
        ImageKind.OTA: _("a package for updates over the air, not for writing over wires"),
        ImageKind.BOOTLOADER: _("a boot loader without an application"),
        ImageKind.UF2: _("a damaged UF2 file"),
        ImageKind.UNKNOWN: _("not a firmware image"),
    }
    return words[image.kind]


def _reason(image: FirmwareImage) -> str:
    told = image.notes if image.only_read and not image.problems else image.problems
    return " ".join(item.text for item in told)
