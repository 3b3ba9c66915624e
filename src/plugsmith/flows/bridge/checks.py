"""The checks before another program writes; each of them can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as beken_chip
from plugsmith.chips.model import KeyClass
from plugsmith.flows.permissions import Permission
from plugsmith.flows.write.checks.image_checks import LoaderThere, judge_loader
from plugsmith.flows.write.checks.preflight import doubtful, needs, passed, refused
from plugsmith.image.foreign.ameba_slots import starting_slot
from plugsmith.image.foreign.esp8266_places import own_of
from plugsmith.image.kinds import recognise
from plugsmith.memory import format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.bridge.image import ViaImage
    from plugsmith.flows.bridge.said import Said
    from plugsmith.flows.write.checks.preflight import PreflightCheck
    from plugsmith.flows.write.source import ImageSource
    from plugsmith.image.model import FirmwareImage
    from plugsmith.library.via_backups import ViaPassport

_SMALLEST_FLASH = 0x8_0000
_SURE = (KeyClass.TUYA, KeyClass.NONE, KeyClass.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaSubject:
    """What the checks look at; `named` is the chip by the user's word, `chip` by the best word."""

    image: ViaImage
    passport: ViaPassport | None
    program: str
    named: str | None
    chip: str | None
    said: Said
    content: bytes = field(repr=False)

    @property
    def now(self) -> FirmwareImage:
        """What the flash holds, as firmware of a chip of ours."""
        return recognise(self.content)


def via_checks(subject: ViaSubject) -> list[PreflightCheck]:
    """All answers, in order."""
    found = [_chip(subject), _fits(subject), _owner(subject), _slot(subject)]
    if subject.image.beken is not None:
        found += [_device(subject), _key(subject), _loader(subject, subject.image.beken)]
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
    if subject.program == "esptool" and subject.said.chip is None:
        chip = None  # it always says it; a user's word for it could hide another one
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
    """What a device's flash holds belongs to it alone; on our chips that is kept anyway."""
    image, passport = subject.image, subject.passport
    if image.beken is not None:
        return None
    if passport is not None and not passport.fits(image.data):
        passport = None
    whole = len(image.data) >= len(subject.content) or _is_flash_size(len(image.data))
    if not whole and passport is None:
        return _foreign_data(subject)
    if own_read(subject):
        return passed("image-owner", _("{name} was read from this very device.", name=image.name))
    return needs(
        "image-owner",
        Permission.RF,
        _("{name} is a whole flash, and nothing proves that it is this device's own: it brings the "
          "calibration of the radio and the settings of the device that it was read from.",
          name=image.name),
        _("Use the backup that `--via` made of this device, with its passport beside it."),
    )  # fmt: skip


def own_read(subject: ViaSubject) -> bool:
    """Whether the file is a proven read of this very device."""
    passport = subject.passport
    if passport is None or passport.mac is None or passport.mac != subject.said.mac:
        return False
    return passport.fits(subject.image.data)


def lock_checks(subject: ViaSubject) -> list[PreflightCheck]:
    """Whether the chip would start a file that does not come from it; a chip of ours always asks.

    Espressif's chips can be locked to the keys of a device's maker for good.
    """
    name, locks = subject.image.name, subject.said.locks
    if subject.program != "esptool" or subject.chip == "ESP8266":
        return []
    encrypted, signed = locks.get("Flash Encryption"), locks.get("Secure Boot")
    if encrypted is None or signed is None:
        return [
            refused(
                "locks",
                _("{program} did not say whether the chip is locked to its maker's firmware.",
                  program=subject.program),
                _("Install its newest version."),
            )
        ]  # fmt: skip
    if not encrypted and not signed:
        return [passed("locks", _("Neither flash encryption nor secure boot is on."))]
    words = (
        _("The chip decrypts whatever it starts with a key of its own (flash encryption is on): "
          "{name}, which is not encrypted with it, would not start.", name=name)
        if encrypted
        else _("The chip starts only what is signed with the key of its maker (secure boot is on): "
               "{name} would not start.", name=name)
    )  # fmt: skip
    return [
        needs(
            "locks",
            Permission.KEY_MISMATCH,
            words,
            _("Such a chip keeps its maker's firmware; only a read of this very device goes back."),
        )
    ]


def _is_flash_size(size: int) -> bool:
    return size >= _SMALLEST_FLASH and size & (size - 1) == 0


def _foreign_data(subject: ViaSubject) -> PreflightCheck | None:
    """Whether a shorter file fills partitions in which a device keeps what is its own."""
    image, content = subject.image, subject.content
    for span in own_of(content) if "ESP8266" in image.chips else ():
        brought = image.data[span.start : span.end]
        if brought != content[span.start : span.start + len(brought)]:
            return needs(
                "image-owner",
                Permission.RF,
                _("{name} reaches into the end of the flash, where the chip keeps its RF "
                  "calibration: {place}.", name=image.name, place=str(span)),
                _("Use a shorter file."),
            )  # fmt: skip
    for part in image.own:
        brought = image.data[part.span.start : part.span.end]
        held = content[part.span.start : part.span.start + len(brought)]
        if brought != held and brought.strip(b"\xff"):
            return needs(
                "image-owner",
                Permission.RF,
                _("{name} fills the partition {part}, in which a device keeps its own settings or "
                  "its RF calibration, and nothing proves that they are this device's.",
                  name=image.name, part=part.name),
                _("Use a file for a first flash, which leaves it empty."),
            )  # fmt: skip
    return None


def _slot(subject: ViaSubject) -> PreflightCheck | None:
    """Whether the chip would go on starting other firmware than the one that is written."""
    image, flash = subject.image, bytearray(subject.content)
    if "RTL8710B" not in image.chips or image.pieces[0].span.start == 0:
        return None  # a whole flash brings its own switch
    for piece in image.pieces:
        flash[piece.span.start : piece.span.end] = piece.data
    written, starts = image.pieces[0].span.start, starting_slot(bytes(flash))
    if written == starts:
        return passed("slot", _("The chip starts what lies at {place}.", place=format_addr(starts)))
    return doubtful(
        "slot",
        _("The chip starts the firmware at {starts}, and this one goes to {written}: it will go on "
          "with what it runs now.",
          starts=format_addr(starts), written=format_addr(written)),
        _("Use ltchiptool with the UF2 file of the firmware: it writes the slot that starts."),
    )  # fmt: skip


def _loader(subject: ViaSubject, source: ImageSource) -> PreflightCheck | None:
    """As `plugsmith flash` asks it."""
    ours, now = subject.chip or "", subject.now
    if ours not in source.image.chips:
        return None  # another check tells
    there = LoaderThere(
        chip=beken_chip(ours),
        flash_size=len(subject.content),
        head=subject.content[:8],
        boots=now.loader.boot_codes if now.loader is not None else (),
    )
    return judge_loader(there, source)


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
