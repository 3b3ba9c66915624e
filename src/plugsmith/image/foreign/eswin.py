"""Packages that tools of Eswin's chips write, piece by piece: chips-beyond.md 1."""

from __future__ import annotations

from struct import Struct

from plugsmith.image.foreign.other_maker import OtherMaker, Part, part
from plugsmith.messages import N_
from plugsmith.records import frozen

_MOST_PIECES = 64
_LARGEST = 0x100_0000


@frozen
class _Form:
    """`marks`, then `head` bytes in front of the first `row` (type, place, length) and its piece.

    `counted`: the head is the number of pieces.
    """

    chip: str
    marks: tuple[bytes, ...]
    head: int
    counted: bool
    row: Struct


_FORMS = (
    _Form(chip="TR6260", marks=(b"oneb", b"beno"), head=4, counted=True, row=Struct("<3I")),
    _Form(chip="ECR6600", marks=(b"oneb",), head=1, counted=False, row=Struct("<B2I")),
)


def eswin(data: bytes) -> OtherMaker | None:
    """What `data` is, if its pieces end exactly where it ends."""
    for form in _FORMS:
        if data.startswith(form.marks) and (parts := _pieces(data, form)):
            checked = (N_("the lengths of its pieces, to the end of the file"),)
            return OtherMaker(chip=form.chip, checked=checked, flash=False, parts=parts)
    return None


def _pieces(data: bytes, form: _Form) -> tuple[Part, ...]:
    at = 4 + form.head
    parts: list[Part] = []
    while at + form.row.size <= len(data) and len(parts) < _MOST_PIECES:
        kind, place, length = form.row.unpack_from(data, at)
        at += form.row.size + length
        if not 0 < length <= _LARGEST:
            return ()
        parts.append(part(b"type %d" % kind, place, length))
    count = int.from_bytes(data[4 : 4 + form.head], "little")
    whole = at == len(data) and (not form.counted or count == len(parts))
    return tuple(parts) if whole else ()
