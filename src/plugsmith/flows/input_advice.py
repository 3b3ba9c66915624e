"""Which verb helps with a file that another verb refused: by what the file is, not by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.image.model import ImageKind
from plugsmith.messages import _
from plugsmith.openbeken.config_block import MAGIC

if TYPE_CHECKING:
    from plugsmith.image.model import FirmwareImage

_PROBE = 4096


def what_helps(data: bytes, image: FirmwareImage) -> str:
    """One sentence with the command for this kind of file."""
    if "rotated" in {item.code for item in image.problems}:
        return _("Put it right first: `plugsmith dump repair FILE -o OUT`.")
    match image.kind:
        case ImageKind.OTA:
            return _(
                "Send it to a running device with `plugsmith device ota`, or take the QIO file of "
                "the same release for the wires (`plugsmith image fetch`)."
            )
        case ImageKind.BOOTLOADER:
            return _("Use it with `plugsmith image convert --to qio --loader FILE`.")
        case ImageKind.UNKNOWN:
            return _of_unknown(data)
        case _ if image.problems:
            return _of_broken(image)
        case _:
            return _(
                "It is firmware: `plugsmith flash` writes it, `plugsmith image info` explains."
            )


def _of_broken(image: FirmwareImage) -> str:
    if image.kind is ImageKind.UF2:
        return _("Build it again with ESPHome or LibreTiny, or download it again.")
    return _("Download it again with `plugsmith image fetch`, or read the device again.")


def _of_unknown(data: bytes) -> str:
    if data.startswith(MAGIC):
        return _(
            "It is OpenBeken's settings block: `plugsmith obk config read` shows it, and "
            "`plugsmith obk config write --block` writes it."
        )
    if _is_text(data):
        return _(
            "It is a text: `plugsmith dump config` and `plugsmith template export` read pin texts, "
            "`plugsmith template lint` reads templates."
        )
    return _("Run `plugsmith dump info` on the file to see what it is.")


def _is_text(data: bytes) -> bool:
    head = data[:_PROBE]
    printable = sum(byte in b"\t\r\n" or 0x20 <= byte < 0x7F for byte in head)
    return bool(head) and printable >= 0.95 * len(head)
