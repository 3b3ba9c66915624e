"""The file that another program shall write: for which chips it is, and where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors import InputUnusable
from plugsmith.flows.bridge.commands import beken_chips
from plugsmith.flows.bridge.results import ViaImageRow
from plugsmith.flows.bridge.said import known_name
from plugsmith.flows.judged_file import open_file
from plugsmith.flows.write.source import load_image, sha256
from plugsmith.flows.write.target_image import Segment
from plugsmith.image.foreign.ameba_slots import place_of
from plugsmith.image.foreign.esp8266_places import runs_at
from plugsmith.image.foreign.odd_files import name_of
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.library.via_backups import passport_of
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.write.source import ImageSource
    from plugsmith.image.foreign.other_maker import OtherMaker, Part

_APPLICATION = N_(
    "It is an application alone, as updates over the network are: it brings no boot loader, and "
    "where it belongs depends on the partitions of the device. Use the file for a first flash, "
    "often called factory."
)
_LOADER_ALONE = N_(
    "It is a boot loader alone: no program follows that it could start. Use the file for a first "
    "flash, often called factory."
)
_UNKNOWN_PLACE = N_("Where it belongs in the flash is not known here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaImage:
    """`pieces` with their places; `own`: where the file's table keeps what is a device's own.

    `beken`: as our own verbs judge it, for chips of ours.
    """

    name: str
    data: bytes = field(repr=False)
    kind: str
    chips: tuple[str, ...]
    pieces: tuple[Segment, ...]
    own: tuple[Part, ...] = ()
    beken: ImageSource | None = None

    @property
    def end(self) -> int:
        """The first address behind its last byte."""
        return max(piece.span.end for piece in self.pieces)

    def row(self) -> ViaImageRow:
        """As a result tells it."""
        return ViaImageRow(
            file=self.name,
            kind=self.kind,
            chips=self.chips,
            size=len(self.data),
            sha256=sha256(self.data),
        )


def read_via_image(path: Path) -> ViaImage:
    """The image in `path`; exit-9 errors for what is none, or has no place that is known."""
    file = open_file(path)
    saved = _saved(path, file.data)
    if saved is not None:
        return saved
    other = read_other_maker(file.data)
    if other is None:
        source = load_image(path)
        return ViaImage(
            name=path.name,
            data=source.data,
            kind=source.image.kind.value,
            chips=source.image.chips,
            pieces=source.pieces,
            beken=source,
        )
    start = _place(other, file.data)
    if start is None:
        raise InputUnusable(
            name=path.name,
            kind=name_of(other),
            reason=_(_why_no_place(other, file.data)),
            remedy="",
        )
    return ViaImage(
        name=path.name,
        data=file.data,
        kind=name_of(other),
        chips=(other.chip,),
        pieces=(Segment(start=start, data=file.data),),
        own=tuple(part for part in other.parts if part.own),
    )


def _saved(path: Path, data: bytes) -> ViaImage | None:
    """A whole read of another maker's chip, whose passport counts more than its content."""
    passport = passport_of(path)
    if passport is None or passport.chip is None or not passport.fits(data):
        return None
    chip = known_name(passport.chip)
    if chip.upper() in beken_chips():
        return None
    return ViaImage(
        name=path.name,
        data=data,
        kind=_("a flash of the chip {chip}", chip=chip),
        chips=(chip,),
        pieces=(Segment(start=0, data=data),),
    )


def _place(other: OtherMaker, data: bytes) -> int | None:
    """Where it belongs (chips-beyond.md 1); None where that is not known."""
    if other.flash or (other.chip == "ESP8266" and runs_at(data) == 0):
        return 0
    return place_of(data) if other.chip == "RTL8710B" else None


def _why_no_place(other: OtherMaker, data: bytes) -> str:
    if other.chip == "ESP8266" and runs_at(data) is None:
        return _LOADER_ALONE
    return _APPLICATION if other.chip.startswith("ESP") else _UNKNOWN_PLACE
