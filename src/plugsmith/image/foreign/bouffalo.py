"""Images, flashes and updates of Bouffalo Lab's chips, by their checksums: chips-beyond.md 1."""

from __future__ import annotations

import hashlib
import zlib
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING

from plugsmith.image.foreign.other_maker import OtherMaker, Part, part
from plugsmith.messages import N_
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = ((0x00, b"BFNP"), (0x08, b"FCFG"), (0x64, b"PCFG"))
_FLASH_SETTINGS = range(0x0C, 0x60)  # their CRC-32 follows them
_CLOCK = 0x68
_NO_CRC = bytes.fromhex("EFBEADDE")

_TABLE = Struct("<4s2H2I")
_ENTRY = Struct("<3B9s6I")
_TABLES = (0xE000, 0xF000, 0x1000, 0x2000)
_MOST_ENTRIES = 16
_OWN = ("PSM", "KEY", "kv", "factory", "rf_para")

_UPDATE = Struct("<16s4sI8s16s16s32s")
_UPDATE_MARK, _UPDATE_LEN = b"BL60X_OTA_Ver1.0", 512
_PLAIN = b"RAW "


@frozen
class _Form:
    """A boot header of `length` bytes, the last four its CRC-32; so many bytes are the clock's."""

    chip: str
    length: int
    clock: int


_FORMS = (
    _Form(chip="BL602/BL702", length=176, clock=8),
    _Form(chip="BL702L", length=240, clock=8),
    _Form(chip="BL616", length=256, clock=12),
    _Form(chip="BL808", length=352, clock=20),
)
_ANY = "BL602/BL702/BL616"


def bouffalo(data: bytes) -> OtherMaker | None:
    """What `data` is by a boot header, a partition table or the head of an update."""
    update = _update(data)
    if update is not None:
        return update
    table = next(filter(None, (_table(data, at) for at in _TABLES)), ())
    for at in (0, *(item.span.start for item in table if item.name == "FW")):
        header = _header(data, at)
        if header is None:
            continue
        chip, checked = header
        if table:
            checked = (*checked, N_("the CRC-32 of the partition table"))
        return OtherMaker(chip=chip, checked=checked, flash=bool(table), parts=table)
    return None


def _header(data: bytes, at: int) -> tuple[str, tuple[str, ...]] | None:
    """The chip of the boot header at `at`, and by what it is known.

    The boot ROM may be told not to look at the header's CRC; a filler stands in its place then,
    and those of the settings for flash and clock are right all the same.
    """
    if any(not data.startswith(mark, at + place) for place, mark in _MARKS):
        return None
    for form in _FORMS:
        if _summed(data, at, form.length - 4):
            return form.chip, (N_("the CRC-32 of the boot header"),)
    for form in _FORMS:
        settings = (_FLASH_SETTINGS, range(_CLOCK, _CLOCK + form.clock))
        if data.startswith(_NO_CRC, at + form.length - 4) and all(
            _summed(data, at + span.start, len(span)) for span in settings
        ):
            return form.chip, (N_("the CRC-32 of the settings for flash and clock"),)
    return None


def _summed(data: bytes, at: int, length: int) -> bool:
    """Whether the CRC-32 of `length` bytes at `at` follows them."""
    piece = data[at : at + length]
    return data[at + length : at + length + 4] == zlib.crc32(piece).to_bytes(4, "little")


def _table(data: bytes, at: int) -> tuple[Part, ...]:
    """The rows of the partition table at `at`, if both of its checksums are right."""
    if not data.startswith(b"BFPT", at) or not _summed(data, at, _TABLE.size - 4):
        return ()
    _mark, _zero, count, _age, _crc = _TABLE.unpack_from(data, at)
    rows = at + _TABLE.size
    if count > _MOST_ENTRIES or not _summed(data, rows, count * _ENTRY.size):
        return ()
    return tuple(
        chain.from_iterable(
            _spans(data, row) for row in range(rows, rows + count * _ENTRY.size, _ENTRY.size)
        )
    )


def _spans(data: bytes, row: int) -> Iterator[Part]:
    """One place of a partition, or two: the second takes an update while the first runs."""
    _kind, _device, _active, name, start, other, size, other_size, _len, _age = _ENTRY.unpack_from(
        data, row
    )
    first = part(name, start, size)
    own = first.name in _OWN
    if size:
        yield part(name, start, size, own=own)
    if other_size:
        yield part(name, other, other_size, own=own)


def _update(data: bytes) -> OtherMaker | None:
    """An update over the air: the SHA-256 of what follows its head."""
    if not data.startswith(_UPDATE_MARK) or len(data) <= _UPDATE_LEN:
        return None
    _mark, packing, length, _pad, _hard, _soft, digest = _UPDATE.unpack_from(data)
    body = data[_UPDATE_LEN : _UPDATE_LEN + length]
    if len(body) != length or hashlib.sha256(body).digest() != digest:
        return None
    inner = _header(body, 0) if packing == _PLAIN else None
    return OtherMaker(
        chip=inner[0] if inner is not None else _ANY,
        checked=(N_("the SHA-256 of the update"), *(inner[1] if inner is not None else ())),
        flash=False,
    )
