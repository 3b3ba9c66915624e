"""Say what a file is that is no firmware of these chips: first-timers get the oddest things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.other_chips import other_chip
from plugsmith.image.foreign.marks import mark_of
from plugsmith.image.foreign.other_makers import espressif_header, read_other_maker
from plugsmith.image.model import FindingLevel, ImageFinding
from plugsmith.messages import _
from plugsmith.visible import visible_line

if TYPE_CHECKING:
    from plugsmith.image.foreign.other_maker import OtherMaker


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
    return " ".join((*lines, tool_for(other))).rstrip()


def tool_for(other: OtherMaker) -> str:
    """Who writes such files; empty where that is not known."""
    known = other_chip(other.chip)
    if known is None or not known.tool:
        return ""
    if known.backup:  # one of the programs that Plugsmith runs
        return _("For that chip there is `plugsmith flash --via {tool}`.", tool=known.tool)
    return _("Plugsmith cannot write it; {tool} can.", tool=known.tool)


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
    mark = mark_of(data)
    if mark is not None:
        return " ".join((_("The file is {name}.", name=_(mark.name)), _(mark.advice)))
    return _("The file holds neither a boot loader nor an application of these chips.")
