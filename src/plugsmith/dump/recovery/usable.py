"""Whether a file can be a flash dump at all, and whose firmware it holds if not the vendor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finders import foreign_file, obk_config
from plugsmith.dump.randomness import Texture, measure, uniform_byte
from plugsmith.errors.content import InputEmpty, InputTooLarge, InputUnusable
from plugsmith.image.crc import bad_lines
from plugsmith.image.foreign.marks import is_archive
from plugsmith.image.physical import STORED_LEN
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.dump.recovery.firmware_default import ClearCode

MAX_LEN = 0x100_0000  # the largest flash of any chip in the address table has 8 MiB
MIN_LEN = 0x100

_PROBES = 16  # places looked at; code fills most of a dump that is nothing but code
_PROBE_LINES = 4  # 64 bits of checksum: no random stretch passes

_FIRMWARES = ((b"OpenBK7231", "OpenBeken"), (b"ESPHome", "ESPHome"), (b"LibreTiny", "LibreTiny"))


def check_not_uniform(data: bytes, *, name: str) -> None:
    """Raise InputError for files that hold nothing: empty, one value only, or far too large."""
    if not data:
        raise InputEmpty(name=name)
    if len(data) > MAX_LEN:
        raise InputTooLarge(name=name, size=len(data), limit=MAX_LEN)
    only = uniform_byte(data)
    if only is not None:
        raise InputUnusable(
            name=name,
            kind=_("a file in which every byte is {value}", value=f"0x{only:02X}"),
            reason=_("Nothing was read from the chip, or the flash is blank."),
        )


def check_usable(data: bytes, *, name: str, vendor: bool) -> None:
    """Raise InputError where a file without vendor data is random, too short, or another kind.

    Of an archive also where vendor data show through: nothing of them stands in its place.
    """
    if vendor and not is_archive(data):
        return
    foreign = foreign_file.find(data)
    if foreign:
        raise InputUnusable(
            name=name,
            kind=str(foreign[0].facts.get("what")),
            reason=_("A flash dump is the raw content of the chip's memory."),
        )
    if len(data) < MIN_LEN:
        raise InputUnusable(
            name=name,
            kind=_("only {size} bytes long", size=len(data)),
            reason=_("That is less than the smallest part of a flash."),
        )
    if measure(data).texture is Texture.RANDOM and not has_code_lines(data):
        raise InputUnusable(
            name=name,
            kind=_("random data without any structure"),
            reason=_("A real dump holds erased areas and code; this one has neither."),
        )


def has_code_lines(data: bytes) -> bool:
    """Whether some stretch has right line checksums: scrambled code looks random otherwise."""
    for place in range(0, len(data), max(len(data) // _PROBES, 1)):
        for phase in range(STORED_LEN):
            at = place + phase
            stretch = data[at : at + _PROBE_LINES * STORED_LEN]
            if len(stretch) == _PROBE_LINES * STORED_LEN and not bad_lines(stretch):
                return True
    return False


def other_firmware(data: bytes, codes: Iterable[ClearCode]) -> str | None:
    """The name of a firmware that is not the vendor's; None for the vendor's or no firmware."""
    if obk_config.find(data):
        return "OpenBeken"
    for mark, firmware in _FIRMWARES:
        if any(mark in clear.code for clear in codes):
            return firmware
    return None
