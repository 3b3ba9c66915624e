"""Firmware of the BK7236 and its kin: a Cortex-M33 vector table with a mark, in lines with CRC16s.

Source: chips-beyond.md 1. Loader and application have the same mark but for one byte; the BK7258
has it too, so that only the size of a whole flash tells the two apart.
"""

from __future__ import annotations

import hashlib
from struct import Struct

from plugsmith.image.crc import bad_lines, code_end
from plugsmith.image.model import CheckVerdict, FindingLevel, FirmwareImage, ImageFinding, ImageKind
from plugsmith.image.partition import find_tables
from plugsmith.image.physical import APP_START, LINE_LEN, LOADER_LEN, STORED_LEN, strip_lines
from plugsmith.memory import format_addr
from plugsmith.messages import _
from plugsmith.records import frozen

ONLY_READ = "only-read"
_VECTORS = Struct("<2I")
_STACKS = range(0x2800_0004, 0x280A_0001, 4)
_CODE = range(0x0200_0001, 0x0300_0000, 2)  # odd: Thumb
_MARK_AT, _MARK = 0x100, b"BK7236"
_LOADER = 0x10  # the byte behind the mark; 0 in an application
_HEAD_LEN = 0x120
_HEAD_STORED = _HEAD_LEN // LINE_LEN * STORED_LEN
_OWNERS = {0x40_0000: ("BK7236",), 0x80_0000: ("BK7258",)}


@frozen
class _Piece:
    loader: bool
    stored: bool  # in lines with CRC16s, as in flash


def recognise_later(data: bytes) -> FirmwareImage | None:
    """What `data` is as firmware or flash of such a chip; None for everything else."""
    first = _piece(data, 0)
    if first is None:
        return None
    app = _piece(data, APP_START) if first.loader and first.stored else None
    chips = _OWNERS.get(len(data), ("BK7236", "BK7258"))
    starts = [0, *([APP_START] if app is not None else [])]
    bad = [at + line for at in starts for line in _bad(data, at)] if first.stored else []
    findings = [_note(data, chips, stored=first.stored)]
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
    return FirmwareImage(
        kind=_kind(len(data), loader=first.loader, app=app is not None),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        chips=chips,
        checks={"crc16": CheckVerdict.FAILED if bad else crc, "vectors": CheckVerdict.OK},
        findings=tuple(findings),
    )


def is_later(image: FirmwareImage | None) -> bool:
    """Whether a recogniser of ours said that of a file."""
    return image is not None and any(item.code == ONLY_READ for item in image.notes)


def _piece(data: bytes, at: int) -> _Piece | None:
    lines = data[at : at + _HEAD_STORED]
    if len(lines) == _HEAD_STORED and not bad_lines(lines):
        found = _mark(strip_lines(lines))
        if found is not None:
            return _Piece(loader=found == _LOADER, stored=True)
    found = _mark(data[at : at + _HEAD_LEN])
    return _Piece(loader=found == _LOADER, stored=False) if found is not None else None


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
    return bad_lines(stored[: code_end(stored)])


def _kind(size: int, *, loader: bool, app: bool) -> ImageKind:
    if size in _OWNERS and loader:
        return ImageKind.FULL_DUMP
    if app:
        return ImageKind.QIO
    return ImageKind.BOOTLOADER if loader else ImageKind.APP


def _note(data: bytes, chips: tuple[str, ...], *, stored: bool) -> ImageFinding:
    text = _(
        "It is for {chips}: vector table and mark say so. Plugsmith reads these chips and does not "
        "write them.",
        chips=_(" or ").join(chips),
    )
    head = data[:LOADER_LEN]
    tables = find_tables(strip_lines(head) if stored else head)
    if tables:
        parts = ", ".join(f"{item.name} {item.span}" for item in tables[0].partitions)
        text += " " + _("Its parts: {listed}.", listed=parts)
    return ImageFinding(code=ONLY_READ, level=FindingLevel.NOTE, text=text)
