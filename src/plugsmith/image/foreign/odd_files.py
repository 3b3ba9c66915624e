"""Say what a file is that is no firmware of these chips: first-timers get the oddest things."""

from __future__ import annotations

from plugsmith.chips.other_chips import other_chip
from plugsmith.image.foreign.other_makers import OtherMaker, espressif_header, read_other_maker
from plugsmith.image.model import FindingLevel, ImageFinding
from plugsmith.messages import N_, _
from plugsmith.visible import visible_line

_MAGICS = (
    (0, b"PK\x03\x04", N_("a ZIP archive: unpack it and take the file inside")),
    (0, b"\x1f\x8b", N_("a gzip archive: unpack it and take the file inside")),
    (0, b"7z\xbc\xaf", N_("a 7z archive: unpack it and take the file inside")),
    (0, b"Rar!", N_("a RAR archive: unpack it and take the file inside")),
    (0, b"\x7fELF", N_("a linker output (ELF), not the image that is made of it")),
    (0, b"<!DOCTYPE", N_("a web page: the download did not give the file but a page about it")),
    (0, b"<html", N_("a web page: the download did not give the file but a page about it")),
    (0, b"{", N_("a JSON text, perhaps a template: no firmware")),
    (0, b":", N_("an Intel HEX text, which no tool for these chips uses")),
)


def foreign_finding(data: bytes) -> ImageFinding:
    """The problem with `data`, which has no boot loader, application or package in it."""
    code = "other-chip" if read_other_maker(data) is not None else "not-firmware"
    return ImageFinding(code=code, level=FindingLevel.PROBLEM, text=_reason(data), at=0)


def name_of(other: OtherMaker) -> str:
    """What the file is, without a sentence."""
    if other.flash:
        return _("a flash of the chip {chip}", chip=other.chip)
    return _("an image for the chip {chip}", chip=other.chip)


def words_of(other: OtherMaker) -> str:
    """What the file is, what was checked, where its parts lie, and who can do something with it."""
    lines = [
        _("The file is {name}.", name=name_of(other)),
        _("Seen: {checked}.", checked=", ".join(_(item) for item in other.checked)),
    ]
    if other.parts:
        listed = ", ".join(f"{visible_line(item.name)} {item.span}" for item in other.parts)
        lines.append(_("Its parts: {listed}.", listed=listed))
    known = other_chip(other.chip)
    if known is not None and known.tool:
        lines.append(_("Plugsmith cannot write it; {tool} can.", tool=known.tool))
    return " ".join(lines)


def _reason(data: bytes) -> str:
    if not data:
        return _("The file is empty.")
    if data.count(data[0]) == len(data):
        return _("Every byte of the file is 0x{byte:02X}: there is nothing in it.", byte=data[0])
    other = read_other_maker(data)
    if other is not None:
        return words_of(other)
    chip = espressif_header(data)
    if chip is not None:  # cut off, or altered
        return _("The file is {name}.", name=_("an image for the chip {chip}", chip=chip))
    for at, magic, name in _MAGICS:
        if data[at : at + len(magic)] == magic:
            return _("The file is {name}.", name=_(name))
    return _("The file holds neither a boot loader nor an application of these chips.")
