"""Boot loaders, by the first bytes and fingerprints of the chip catalogue."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import boot_codes, boot_codes_for_crc, chips
from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.image.crc import check_code
from plugsmith.image.physical import LINE_LEN, LOADER_LEN
from plugsmith.image.rbl import read_trailer
from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from plugsmith.chips.model import BootCode

MARKER_AT = 0x110
_TRAILERS = (0x1_0F9A, 0xFE9A)


def find(data: bytes) -> list[Finding]:
    """Places that start like a known boot loader, or that a boot loader's trailer points back to.

    The span may be cut by the end of the file.
    """
    starts = [(at, False) for head in _heads() for at in find_all(data, head, limit=8)]
    starts += [(at, True) for at in _by_trailer(data)]
    found: list[Finding] = []
    for at, whole in starts:
        known = any(at in old.span for old in found)
        finding = None if known else _judge(data, at, must_be_whole=whole)
        if finding is not None:
            found.append(finding)
    return found


def _by_trailer(data: bytes) -> list[int]:
    """Starts of loaders that nobody knows: their container header names the partition."""
    starts: list[int] = []
    for at in find_all(data, b"RBL\0"):
        trailer = read_trailer(data, at)
        if trailer is not None and trailer.lines_ok and trailer.header.partition == "bootloader":
            starts += [at - place for place in _TRAILERS if at >= place]
    return starts


@cache
def _heads() -> tuple[bytes, ...]:
    heads = [head for chip in chips() for head in chip.loader_heads]
    heads += [code.loader_head for code in boot_codes() if code.loader_head is not None]
    return tuple(dict.fromkeys(heads))


def _judge(data: bytes, at: int, *, must_be_whole: bool) -> Finding | None:
    span = AddressRange(at, min(at + LOADER_LEN, len(data)))
    stored = data[span.start : span.end]
    lines = check_code(stored)
    if lines.lines < 8 or 0 in lines.bad:
        return None
    trailer = next(
        (item for item in (read_trailer(stored, place) for place in _TRAILERS) if item), None
    )
    raw_size = trailer.header.raw_size if trailer else None
    if must_be_whole and (raw_size is None or lines.lines * LINE_LEN < raw_size):
        return None
    codes = _codes(stored)
    exact = [code for code in codes if raw_size is not None and code.rbl_raw_size == raw_size]
    codes = exact or codes
    evidence = ["first bytes"]
    if codes:
        evidence.append("fingerprint")
    if trailer is not None:
        evidence.append("RBL trailer")
    return Finding(
        kind=FindingKind.BOOTLOADER,
        span=span,
        evidence=tuple(evidence),
        facts={
            "boot_code": codes[0].name if len(codes) == 1 else None,
            "chips": [*(_chips_by_code(codes) or _chips_by_head(stored))],
            "marker": _marker(stored),
            "bad_lines": len(lines.bad),
        },
        sound=len(span) == LOADER_LEN and not lines.bad and trailer is not None,
    )


def _codes(stored: bytes) -> list[BootCode]:
    for covers in (257, 256):
        found = boot_codes_for_crc(covers, zlib.crc32(stored[:covers]))
        if found:
            return list(found)
    return []


def _chips_by_code(codes: list[BootCode]) -> list[str]:
    return list(dict.fromkeys(name for code in codes for name in code.chips))


def _chips_by_head(stored: bytes) -> list[str]:
    return [chip.name for chip in chips() if stored[:8] in chip.loader_heads]


def _marker(stored: bytes) -> str | None:
    text = stored[MARKER_AT : MARKER_AT + 8].rstrip(b"\0")
    return text.decode("ascii") if text.startswith(b"BK7") and text.isalnum() else None
