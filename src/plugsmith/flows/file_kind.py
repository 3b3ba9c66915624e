"""The kinds of files that people give to a verb: what each is called, and what helps with it."""

from __future__ import annotations

from enum import StrEnum

from plugsmith.image.model import KIND_WORDS, ImageKind
from plugsmith.messages import N_


class FileKind(StrEnum):
    """Everything that people give to a verb as a file."""

    BLANK = "blank"
    FACTORY = "factory"  # a whole flash with the vendor's firmware
    OPENBEKEN = "openbeken"  # a whole flash with OpenBeken
    FLASH = "flash"  # a whole flash with other firmware
    PART = "part"  # of a flash: what of it is known is no firmware file
    DISORDERED = "disordered"  # a flash whose bytes are not where they belong
    FLASH_START = "flash-start"
    QIO = "qio"
    APPLICATION = "application"
    UF2 = "uf2"
    UPDATE = "update"
    LOADER = "loader"
    SETTINGS = "settings"
    RF = "rf"
    PINS = "pins"  # a text with a vendor's configuration
    TEMPLATE = "template"
    TEXT = "text"
    PAGE = "page"
    PACKED = "packed"
    DOCUMENT = "document"  # a picture, a program, ...
    OTHER_CHIP = "other-chip"
    UNKNOWN = "unknown"


K = FileKind
FLASHES = frozenset({K.FACTORY, K.OPENBEKEN, K.FLASH, K.PART, K.DISORDERED, K.FLASH_START})
FIRMWARE = frozenset({K.QIO, K.APPLICATION, K.UF2, K.FLASH_START})
WITH_CODE = FLASHES | FIRMWARE | {K.UPDATE, K.LOADER}
TEXTS = frozenset({K.PINS, K.TEMPLATE, K.TEXT})
OF_IMAGE = {
    ImageKind.OTA: K.UPDATE,
    ImageKind.UF2: K.UF2,
    ImageKind.BOOTLOADER: K.LOADER,
    ImageKind.APP: K.APPLICATION,
    ImageKind.QIO: K.QIO,
    ImageKind.FLASH_START: K.FLASH_START,
}
_IT_IS_FIRMWARE = N_(
    "It is firmware: `plugsmith flash` writes it, `plugsmith image info` explains."
)
_IT_IS_A_FLASH = N_(
    "It is a flash dump: `plugsmith dump info` says what is in it, `plugsmith dump config` shows "
    "the pins, `plugsmith restore` puts a whole one back."
)
ADVICE = {
    **dict.fromkeys(FIRMWARE, _IT_IS_FIRMWARE),
    **dict.fromkeys((K.FACTORY, K.FLASH, K.PART), _IT_IS_A_FLASH),
    K.OPENBEKEN: N_(
        "It is a flash with OpenBeken: `plugsmith obk config read` shows its settings, `plugsmith "
        "dump info` what else is in it."
    ),
    K.DISORDERED: N_("Put it right first: `plugsmith dump repair FILE -o OUT`."),
    K.UPDATE: N_(
        "Send it to a running device with `plugsmith device ota`, or take the QIO file of the same "
        "release for the wires (`plugsmith image fetch`)."
    ),
    K.LOADER: N_("Use it with `plugsmith image convert --to qio --loader FILE`."),
    K.SETTINGS: N_(
        "It is OpenBeken's settings block: `plugsmith obk config read` shows it, and `plugsmith "
        "obk config write --block` writes it."
    ),
    K.RF: N_(
        "It is a sector with RF calibration: `plugsmith rf show` explains it, and `plugsmith rf "
        "put-back` writes it."
    ),
    K.PINS: N_(
        "It is a text with pins: `plugsmith dump config` shows them, `plugsmith template export` "
        "makes a template, `plugsmith device apply HOST FILE` sets a device up."
    ),
    K.TEMPLATE: N_(
        "It is a template: `plugsmith template lint` checks it, `plugsmith device apply HOST FILE` "
        "sets a device up."
    ),
    K.BLANK: N_("Nothing is in it: read the device again with `plugsmith backup`."),
    K.UNKNOWN: N_("Run `plugsmith dump info` on the file to see what it is."),
}
WORDS = {
    **{kind: KIND_WORDS[image] for image, kind in OF_IMAGE.items()},
    K.FACTORY: N_("a flash with the vendor's firmware"),
    K.OPENBEKEN: N_("a flash with OpenBeken"),
    K.FLASH: KIND_WORDS[ImageKind.FULL_DUMP],
    K.PART: N_("a part of a flash"),
    K.DISORDERED: N_("a flash in the wrong order"),
    K.SETTINGS: N_("OpenBeken's settings block"),
    K.RF: N_("a sector with RF calibration"),
    K.PINS: N_("a text with pins"),
    K.TEMPLATE: N_("an OpenBeken template"),
    K.BLANK: N_("a file in which every byte is the same"),
    K.OTHER_CHIP: N_("a file for another maker's chip"),
    K.UNKNOWN: N_("a file that Plugsmith does not know"),
}
