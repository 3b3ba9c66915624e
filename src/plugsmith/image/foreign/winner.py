"""Images and flashes of the W600 and W800, by the CRCs of their headers: chips-beyond.md 1."""

from __future__ import annotations

import zlib
from struct import Struct
from typing import TYPE_CHECKING

from plugsmith.image.foreign.other_maker import OtherMaker, Part, part
from plugsmith.messages import N_
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = bytes.fromhex("9FFFFFA0")
_WORDS = Struct("<14I")
_FLASH_BASE, _LARGEST = 0x0800_0000, 0x100_0000
_STARTS = (0x0, 0x2000)
_MOST_IMAGES = 16


@frozen
class _Form:
    """A header of `length` bytes, the last four its CRC; which word is the CRC of the image.

    `following`: which word is the address of the next header in a flash. `gaps`: how many bytes of
    FF may lie between header and image.
    """

    chip: str
    length: int
    image_crc: int
    following: int | None
    gaps: tuple[int, ...]


_FORMS = (
    _Form(chip="W600", length=56, image_crc=4, following=None, gaps=(0, 200)),
    _Form(chip="W800", length=64, image_crc=6, following=14, gaps=(0,)),
)


@frozen
class _Image:
    form: _Form
    start: int  # in the flash
    length: int
    end: int | None  # in the file, if the image follows its header and its CRC is right


def winner(data: bytes) -> OtherMaker | None:
    """What `data` is by the header of its first image, and the images that follow it."""
    for start in _STARTS:
        first = _image(data, start)
        if first is None:
            continue
        images = tuple(_in_flash(data, start) if start else _in_file(data))
        whole = start == 0 and all(item.end is not None for item in images)
        checked = (
            N_("the CRC-32 of the header"),
            *((N_("the CRC-32 of the image"),) if whole else ()),
        )
        return OtherMaker(
            chip=first.form.chip, checked=checked, flash=start > 0, parts=_parts(images)
        )
    return None


def _parts(images: tuple[_Image, ...]) -> tuple[Part, ...]:
    return tuple(
        part(b"image %d" % number, item.start, item.length)
        for number, item in enumerate(images, 1)
        if 0 <= item.start < _LARGEST
    )


def _in_file(data: bytes) -> Iterator[_Image]:
    """One after the other, as far as they are sound; on a W600 with FF up to the next sector."""
    at: int | None = 0
    for _number in range(_MOST_IMAGES):
        image = _image(data, at) if at is not None else None
        if image is None:
            return
        yield image
        at = image.end
        while at is not None and data.startswith(b"\xff\xff\xff\xff", at):
            at += 4


def _in_flash(data: bytes, at: int) -> Iterator[_Image]:
    """Each header names the next; where it lies on a W600 is not known."""
    seen: set[int] = set()
    while at not in seen and len(seen) < _MOST_IMAGES:
        seen.add(at)
        image = _image(data, at)
        if image is None:
            return
        yield image
        if image.form.following is None:
            return
        word = at + 4 * image.form.following
        at = int.from_bytes(data[word : word + 4], "little") - _FLASH_BASE
        if not 0 < at < len(data):
            return


def _image(data: bytes, at: int) -> _Image | None:
    """The image whose header lies at `at`, if the header's CRC is right."""
    if not data.startswith(_MAGIC, at) or len(data) < at + _WORDS.size:
        return None
    words = _WORDS.unpack_from(data, at)
    for form in _FORMS:
        end = at + form.length
        if data[end - 4 : end] == _crc(data[at : end - 4]):
            crc, length = words[form.image_crc].to_bytes(4, "little"), words[3]
            return _Image(
                form=form,
                start=words[2] & (_FLASH_BASE - 1),
                length=length,
                end=_end(data, end, length, crc, form.gaps),
            )
    return None


def _end(data: bytes, at: int, length: int, crc: bytes, gaps: tuple[int, ...]) -> int | None:
    for gap in gaps:
        start = at + gap
        filled = data[at:start] == b"\xff" * gap
        if filled and len(data) >= start + length and _crc(data[start : start + length]) == crc:
            return start + length
    return None


def _crc(piece: bytes) -> bytes:
    """CRC-32 that is not inverted at its end."""
    return (zlib.crc32(piece) ^ 0xFFFF_FFFF).to_bytes(4, "little")
