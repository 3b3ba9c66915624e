"""A file as a firmware image: what the recogniser of firmware files says about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.survey.report import DumpKind
from plugsmith.image.kinds import recognise
from plugsmith.image.model import KIND_WORDS, FirmwareImage, ImageKind
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.dump.finding import Finding

PACKAGES = frozenset({ImageKind.OTA, ImageKind.UF2})
_PIECES = frozenset({ImageKind.BOOTLOADER, ImageKind.APP})
_OF_FIRMWARE = frozenset(
    {FindingKind.BOOTLOADER, FindingKind.APPLICATION, FindingKind.ERASED, FindingKind.ZERO}
)
_FIRMWARE_KINDS = {
    "OpenBeken": DumpKind.OPENBEKEN,
    "ESPHome": DumpKind.ESPHOME,
    "LibreTiny": DumpKind.ESPHOME,
}


def known_image(data: bytes) -> FirmwareImage | None:
    """What `data` is as a firmware file; None where the recogniser knows nothing in it."""
    image = recognise(data)
    return image if image.kind is not ImageKind.UNKNOWN or image.app or image.loader else None


def stands_alone(image: FirmwareImage, findings: Iterable[Finding]) -> bool:
    """Whether the file is one piece of firmware and no flash: nothing of a device is in it.

    A package says so by its own structure, whatever its payload looks like.
    """
    if image.kind in PACKAGES:
        return True
    return image.kind in _PIECES and all(item.kind in _OF_FIRMWARE for item in findings)


def image_kind(image: FirmwareImage) -> tuple[DumpKind, str]:
    """Kind and words for a firmware file in which no finder of flash contents found anything."""
    words = _(KIND_WORDS.get(image.kind, N_("firmware")))
    named = " ".join(item for item in (image.firmware, image.version) if item)
    return (
        _FIRMWARE_KINDS.get(image.firmware or "", DumpKind.PARTIAL),
        f"{words}: {named}" if named else words,
    )


def key_word(image: FirmwareImage | None) -> str | None:
    """The key class of the code as reports name it."""
    if image is None or image.key is KeyClass.UNKNOWN:
        return None
    return image.key.value
