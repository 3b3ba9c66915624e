"""Firmware of the BK7236 and its kin: a Cortex-M33 vector table with a mark, in lines with CRC16s.

Source: chips-beyond.md 1. Loader and application have the same mark but for one byte; BK7258 and
BK7239N have it too, so that only OpenBeken's name or the size of a whole flash tells them apart.
The makers' tools write a name of the product behind the mark and leave the CRC16 of its line as it
was. Encrypted code has another mark, and no vector table that could be read.
"""

from __future__ import annotations

import hashlib
import re
from struct import Struct

from plugsmith.image.crc import bad_lines, code_end
from plugsmith.image.model import (
    ONLY_READ,
    CheckVerdict,
    FindingLevel,
    FirmwareImage,
    ImageFinding,
    ImageKind,
)
from plugsmith.image.partition import find_tables
from plugsmith.image.physical import APP_START, LINE_LEN, LOADER_LEN, STORED_LEN, strip_lines
from plugsmith.memory import format_addr
from plugsmith.messages import _
from plugsmith.records import frozen

_VECTORS = Struct("<2I")
_STACKS = range(0x2800_0004, 0x280A_0001, 4)
_CODE = range(0x0200_0001, 0x0300_0000, 2)  # odd: Thumb
_MARK_AT, _MARK = 0x100, b"BK7236"
_SEALED = (b"BEKEN", b"BK.SB")  # of encrypted code, of code that is signed
_LOADER = 0x10  # the byte behind the mark; 0 in an application
_HEAD_LEN = 0x120
_HEAD_STORED = _HEAD_LEN // LINE_LEN * STORED_LEN
_MARK_LINE = _MARK_AT // LINE_LEN * STORED_LEN
_PRODUCT = slice(_MARK_AT + 8, _MARK_AT + 23)  # 15 letters, then their CRC-8
_OWNERS = {0x40_0000: ("BK7236", "BK7239N"), 0x80_0000: ("BK7258",)}
_ALL = ("BK7236", "BK7239N", "BK7258")
_SEALED_ON = ("BK7236", "BK7239N")
_NAMED = re.compile(rb"Open(BK7236|BK7239N)_\d+\.\d+\.\d+")


@frozen
class _Piece:
    loader: bool
    stored: bool  # in lines with CRC16s, as in flash
    sealed: bool = False


def recognise_later(data: bytes) -> FirmwareImage | None:
    """What `data` is as firmware or flash of such a chip; None for everything else."""
    first = _piece(data, 0)
    if first is None:
        return None
    app = _piece(data, APP_START) if first.loader and first.stored else None
    chips = _chips(data, first)
    starts = [0, *([APP_START] if app is not None else [])]
    bad = [at + line for at in starts for line in _bad(data, at)] if first.stored else []
    findings = [_note(data, chips, first)]
    if bad:
        text = _(
            "{bad} lines of its code fail their CRC16, the first at {at}: the file is damaged.",
            bad=len(bad),
            at=format_addr(bad[0]),
        )
        findings.append(
            ImageFinding(code="crc16", level=FindingLevel.PROBLEM, text=text, at=bad[0])
        )
    crc = CheckVerdict.SKIPPED if not first.stored else CheckVerdict.OK
    vectors = CheckVerdict.SKIPPED if first.sealed else CheckVerdict.OK
    return FirmwareImage(
        kind=_kind(len(data), first, app=app is not None),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        chips=chips,
        checks={"crc16": CheckVerdict.FAILED if bad else crc, "vectors": vectors},
        findings=tuple(findings),
    )


def is_later(image: FirmwareImage | None) -> bool:
    """Whether a recogniser of ours said that of a file."""
    return image is not None and image.only_read


def _chips(data: bytes, first: _Piece) -> tuple[str, ...]:
    """The chips that such firmware may be for; one where its own name says so."""
    code = strip_lines(data[: len(data) // STORED_LEN * STORED_LEN]) if first.stored else data
    named = {match[1].decode() for match in _NAMED.finditer(code)}
    if len(named) == 1:
        return tuple(named)
    return _SEALED_ON if first.sealed else _OWNERS.get(len(data), _ALL)


def _piece(data: bytes, at: int) -> _Piece | None:
    lines = data[at : at + _HEAD_STORED]
    if len(lines) == _HEAD_STORED and not _wrong_lines(lines):
        head = strip_lines(lines)
        found = _mark(head)
        if found is not None:
            return _Piece(loader=found == _LOADER, stored=True)
        if head.startswith(_SEALED, _MARK_AT):
            return _Piece(loader=True, stored=True, sealed=True)
    found = _mark(data[at : at + _HEAD_LEN])
    return _Piece(loader=found == _LOADER, stored=False) if found is not None else None


def _wrong_lines(lines: bytes) -> list[int]:
    """The lines whose CRC16 is wrong, but for the one in which a product is named since."""
    wrong = bad_lines(lines)
    if wrong != [_MARK_LINE] or not _product(strip_lines(lines[:_HEAD_STORED])):
        return wrong
    start = _MARK_LINE + _PRODUCT.start - _MARK_AT
    size = _PRODUCT.stop + 1 - _PRODUCT.start
    return bad_lines(lines[:start] + bytes(size) + lines[start + size :])


def _product(head: bytes) -> str:
    """The product that is named behind the mark, with its right CRC-8; "" where there is none."""
    name, crc = head[_PRODUCT], head[_PRODUCT.stop]
    letters = name.rstrip(b"\0")
    if not letters or not all(0x20 < byte < 0x7F for byte in letters):
        return ""
    return letters.decode("ascii") if _crc8(name) == crc else ""


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc


def _mark(head: bytes) -> int | None:
    """The byte behind the mark, if table and mark are there."""
    if len(head) < _HEAD_LEN or not head.startswith(_MARK, _MARK_AT):
        return None
    stack, reset = _VECTORS.unpack_from(head)
    kind, end = head[_MARK_AT + len(_MARK) : _MARK_AT + len(_MARK) + 2]
    known = kind in {0, _LOADER} and end == 0
    return kind if known and stack in _STACKS and reset in _CODE else None


def _bad(data: bytes, at: int) -> list[int]:
    stored = data[at : at + LOADER_LEN] if at == 0 and len(data) > LOADER_LEN else data[at:]
    head = _wrong_lines(stored[:_HEAD_STORED])
    rest = stored[_HEAD_STORED : code_end(stored)]
    return head + [_HEAD_STORED + line for line in bad_lines(rest)]


def _kind(size: int, first: _Piece, *, app: bool) -> ImageKind:
    if size in _OWNERS and first.loader:
        return ImageKind.FULL_DUMP
    if app or (first.sealed and size > LOADER_LEN):
        return ImageKind.QIO
    return ImageKind.BOOTLOADER if first.loader else ImageKind.APP


def _note(data: bytes, chips: tuple[str, ...], first: _Piece) -> ImageFinding:
    names = _(" or ").join(chips)
    text = _(
        "It is for {chips}: vector table and mark say so. Plugsmith reads these chips and does not "
        "write them.",
        chips=names,
    )
    if first.sealed:
        text = _(
            "It is encrypted or signed code for {chips}: its mark says so. Plugsmith reads these "
            "chips and does not write them.",
            chips=names,
        )
    head = data[:LOADER_LEN]
    head = strip_lines(head) if first.stored else head
    product = _product(head)
    if product:
        text += " " + _("It is named for the product {name}.", name=product)
    tables = find_tables(head)
    if tables:
        parts = ", ".join(f"{item.name} {item.span}" for item in tables[0].partitions)
        text += " " + _("Its parts: {listed}.", listed=parts)
    return ImageFinding(code=ONLY_READ, level=FindingLevel.NOTE, text=text)
