"""Say what a file is that is no firmware of these chips: first-timers get the oddest things."""

from __future__ import annotations

from plugsmith.image.model import FindingLevel, ImageFinding
from plugsmith.messages import N_, _

_MAGICS = (
    (0, b"PK\x03\x04", N_("a ZIP archive: unpack it and take the file inside")),
    (0, b"\x1f\x8b", N_("a gzip archive: unpack it and take the file inside")),
    (0, b"7z\xbc\xaf", N_("a 7z archive: unpack it and take the file inside")),
    (0, b"Rar!", N_("a RAR archive: unpack it and take the file inside")),
    (0, b"\x7fELF", N_("a linker output (ELF), not the image that is made of it")),
    (0, b"\xe9", N_("an image for an Espressif chip, not for a Beken chip")),
    (0, b"<!DOCTYPE", N_("a web page: the download did not give the file but a page about it")),
    (0, b"<html", N_("a web page: the download did not give the file but a page about it")),
    (0, b"{", N_("a JSON text, perhaps a template: no firmware")),
    (0, b":", N_("an Intel HEX text, which no tool for these chips uses")),
)


def foreign_finding(data: bytes) -> ImageFinding:
    """The problem with `data`, which has no boot loader, application or package in it."""
    return ImageFinding(code="not-firmware", level=FindingLevel.PROBLEM, text=_reason(data), at=0)


def _reason(data: bytes) -> str:
    if not data:
        return _("The file is empty.")
    if data.count(data[0]) == len(data):
        return _("Every byte of the file is 0x{byte:02X}: there is nothing in it.", byte=data[0])
    for at, magic, name in _MAGICS:
        if data[at : at + len(magic)] == magic:
            return _("The file is {name}.", name=_(name))
    return _("The file holds neither a boot loader nor an application of these chips.")
