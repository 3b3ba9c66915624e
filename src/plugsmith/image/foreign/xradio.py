"""Images and flashes of XRadio's chips, by the checksums of their sections: chips-beyond.md 1."""

from __future__ import annotations

from struct import Struct

from plugsmith.image.foreign.other_maker import OtherMaker, Part, part
from plugsmith.messages import N_

_CHIPS = "XR809/XR872/XR806"  # one form of header for all of them
_HEAD = Struct("<4sIHH7I24s")
_LAST = 0xFFFF_FFFF
_NAMES = {
    0xA5FF_5A00: b"boot",
    0xA5FE_5A01: b"app",
    0xA5FD_5A02: b"app_xip",
    0xA5FC_5A03: b"net",
    0xA5FB_5A04: b"net_ap",
    0xA5FA_5A05: b"wlan_bl",
    0xA5F9_5A06: b"wlan_fw",
    0xA5F8_5A07: b"wlan_sdd",
    0xA5F6_5A09: b"app_psram",
}
_MOST_SECTIONS = 32
_FLASH_UNIT = 0x10_0000  # flashes are whole MiB


def xradio(data: bytes) -> OtherMaker | None:
    """What `data` is, if the header at its start is sound; its parts are the sound sections."""
    if not _is_header(data, 0):
        return None
    parts: list[Part] = []
    at, sound = 0, True
    for _number in range(_MOST_SECTIONS):
        fields = _HEAD.unpack_from(data, at)
        size, following, name = fields[4], fields[9], _NAMES.get(fields[10], b"section")
        end = at + _HEAD.size + size
        sound = end <= len(data) and (fields[3] + _sum16(data[end - size : end])) & 0xFFFF == 0xFFFF
        if not sound:
            break
        parts.append(part(name, at, end - at))
        if following == _LAST:
            break
        sound = following >= end and _is_header(data, following)
        if not sound:
            break
        at = following
    checked = (
        N_("the checksum of the header"),
        *((N_("the checksums of all sections"),) if sound else ()),
    )
    flash = len(data) % _FLASH_UNIT == 0
    return OtherMaker(chip=_CHIPS, checked=checked, flash=flash, parts=tuple(parts))


def _is_header(data: bytes, at: int) -> bool:
    head = data[at : at + _HEAD.size]
    return len(head) == _HEAD.size and head.startswith(b"AWIH") and _sum16(head) == 0xFFFF


def _sum16(piece: bytes) -> int:
    """Of half words in the order of this chip; an odd byte at the end counts as it is."""
    return (sum(piece[::2]) + (sum(piece[1::2]) << 8)) & 0xFFFF
