"""The checks before another program writes; each of them can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as beken_chip
from plugsmith.chips.model import KeyClass
from plugsmith.flows.permissions import Permission
from plugsmith.flows.write.preflight import needs, passed, refused
from plugsmith.image.kinds import recognise
from plugsmith.memory import format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.bridge.image import ViaImage
    from plugsmith.flows.write.preflight import PreflightCheck
    from plugsmith.image.model import FirmwareImage
    from plugsmith.library.via_backups import ViaPassport

_SURE = (KeyClass.TUYA, KeyClass.NONE, KeyClass.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaSubject:
    """What the checks look at; `named` is the chip by the user's word, `chip` by the best word."""

    image: ViaImage
    passport: ViaPassport | None
    program: str
    named: str | None
    chip: str | None
    mac: str | None
    content: bytes = field(repr=False)

    @property
    def now(self) -> FirmwareImage:
        """What the flash holds, as firmware of a chip of ours."""
        return recognise(self.content)


def via_checks(subject: ViaSubject) -> list[PreflightCheck]:
    """All answers, in order."""
    found = [_chip(subject), _fits(subject), _owner(subject)]
    if subject.image.beken is not None:
        found += [_device(subject), _key(subject)]
    return [check for check in found if check is not None]


def _chip(subject: ViaSubject) -> PreflightCheck:
    image, chip = subject.image, subject.chip
    theirs = _(" or ").join(image.chips)
    if subject.named not in {None, chip}:
        return refused(
            "image-chip",
            _("The connected chip is a {chip}, not the {named} that you named.",
              chip=chip, named=subject.named),
            _("Check the port and the wires."),
        )  # fmt: skip
    if chip is not None and chip in image.chips:
        return passed("image-chip", _("{name} is for this chip.", name=image.name))
    if not image.chips or chip is None:
        return refused(
            "image-chip",
            _("{name} does not tell which chip it is for.", name=image.name)
            if not image.chips
            else _("{program} did not say which chip answers.", program=subject.program),
            _("Name the chip with --chip, and use a file that is made for it."),
        )
    return refused(
        "image-chip",
        _("{name} is for {chips}, but the connected chip is a {chip}.",
          name=image.name, chips=theirs, chip=chip),
        _("Use an image for {chip}.", chip=chip),
    )  # fmt: skip


def _fits(subject: ViaSubject) -> PreflightCheck:
    image, size = subject.image, len(subject.content)
    if image.end <= size:
        return passed("image-size", _("The image fits into the flash."))
    return refused(
        "image-size",
        _("{name} ends at {end}, behind the end of the flash at {size}.",
          name=image.name, end=format_addr(image.end), size=format_addr(size)),
        _("Use an image or backup for a flash of this size."),
    )  # fmt: skip


def _owner(subject: ViaSubject) -> PreflightCheck | None:
    """A whole flash holds what belongs to one device alone; on our chips it is kept anyway."""
    image, passport = subject.image, subject.passport
    if image.beken is not None or len(image.data) < len(subject.content):
        return None
    ours = passport is not None and passport.fits(image.data) and passport.mac is not None
    if ours and passport is not None and passport.mac == subject.mac:
        return passed("image-owner", _("{name} was read from this very device.", name=image.name))
    return needs(
        "image-owner",
        Permission.RF,
        _("{name} is a whole flash, and nothing proves that it is this device's own: it brings the "
          "calibration of the radio and the settings of the device that it was read from.",
          name=image.name),
        _("Use the backup that `--via` made of this device, with its passport beside it."),
    )  # fmt: skip


def _device(subject: ViaSubject) -> PreflightCheck:
    """Which of our chips it is by its content: a wrong word of the user could cost the loader."""
    chips = subject.now.chips
    chip = subject.chip or ""
    if chip in chips:
        return passed("chip", _("What the flash holds is for a {chip}.", chip=chip))
    words = (
        _("The flash holds firmware for {chips}, but you named a {chip}.",
          chips=_(" or ").join(chips), chip=chip)
        if chips
        else _("What the flash holds does not tell that this is a {chip}.", chip=chip)
    )  # fmt: skip
    return refused(
        "chip", words, _("Use `plugsmith flash` without --via: it asks the chip itself.")
    )


def _key(subject: ViaSubject) -> PreflightCheck:
    image = subject.image.beken
    assert image is not None
    theirs, now = image.image.key, subject.now.key
    if theirs is now or theirs not in _SURE or now not in _SURE:
        return passed("key", _("Nothing says that this chip could not read the code in the file."))
    return needs(
        "key",
        Permission.KEY_MISMATCH,
        _("The code in the file is scrambled with another key than the code that the chip runs: it "
          "would not start."),
        _("Use an image for {chip}.", chip=beken_chip(subject.chip or "").name),
    )  # fmt: skip
