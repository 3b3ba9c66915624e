"""Which boot loader a file holds, and for which chips it is."""

from __future__ import annotations

import zlib

from plugsmith.chips.catalog import boot_codes, boot_codes_for_crc, chips
from plugsmith.chips.model import MARKER_ADDR, BootCode, KeyClass
from plugsmith.image.crc import bad_lines
from plugsmith.image.model import CodeSection, LoaderFacts
from plugsmith.image.partition import find_tables
from plugsmith.image.physical import (
    APP_LOGICAL_START,
    APP_START,
    LINE_LEN,
    LOADER_LEN,
    STORED_LEN,
    strip_lines,
)
from plugsmith.image.rbl import TRAILER_LEN, read_trailer
from plugsmith.image.sections import LOADER_ENDS, find_key, looks_like_code, measure_loader

_HEAD_LEN = 8
_MARKER_LEN = 8


def loader_starts_at(data: bytes, at: int = 0) -> bool:
    """Whether the file holds a boot loader from `at` on (not an application)."""
    head = data[at : at + _HEAD_LEN]
    if len(head) < _HEAD_LEN:
        return False
    for code in boot_codes():
        if code.loader_head == head:
            return True
    if _marker(data, at) in _markers() and _app_follows(data, at):
        return True
    for end in LOADER_ENDS:
        trailer = read_trailer(data, at + end - TRAILER_LEN)
        if trailer is not None and trailer.header.partition == "bootloader":
            return True
    if not looks_like_code(data, at):
        return False
    tables = find_tables(strip_lines(data[at : at + LOADER_LEN]))
    return any(table.find("bootloader") is not None for table in tables)


def _app_follows(data: bytes, at: int) -> bool:
    """Whether vectors stand where an application starts: applications hold the marker as well."""
    start = at + APP_START
    head = data[start : start + STORED_LEN]
    if len(head) < STORED_LEN or bad_lines(head):
        return False
    return find_key(head[:LINE_LEN], APP_LOGICAL_START)[2]


def read_loader(data: bytes, at: int = 0) -> LoaderFacts:
    """The facts about the boot loader at `at`, which `loader_starts_at` has found."""
    section = measure_loader(data, at=at)
    flash = data[at : at + LOADER_LEN]
    known = _fitting_codes(flash, section)
    names = {name for code in known for name in code.chips}
    if not names:
        names = _chips_by_head(flash, section.key_class)
    return LoaderFacts(
        section=section,
        boot_codes=tuple(code.name for code in known),
        chips=tuple(item.name for item in chips() if item.name in names),
        fingerprint=zlib.crc32(flash[:256]),
        tables=tuple(find_tables(strip_lines(flash))),
    )


def _fitting_codes(flash: bytes, section: CodeSection) -> list[BootCode]:
    """The known boot codes that the fingerprints leave; else those of header and head."""
    by_print = [
        set(boot_codes_for_crc(covers, zlib.crc32(flash[:covers]))) for covers in (256, 257)
    ]
    exact = by_print[0] & by_print[1] or by_print[1] or by_print[0]
    fitting = [code for code in boot_codes() if code in exact]
    if len(fitting) == 1:
        return fitting
    pool = fitting or [code for code in boot_codes() if _head_fits(code, flash)]
    if section.trailer is None or not section.trailer.header.sound:
        return fitting
    header = section.trailer.header
    return [
        code
        for code in pool
        if (code.rbl_raw_size, code.rbl_version) == (header.raw_size, header.version)
    ] or fitting


def _head_fits(code: BootCode, flash: bytes) -> bool:
    return code.loader_head is None or flash.startswith(code.loader_head)


def _chips_by_head(flash: bytes, key_class: KeyClass) -> set[str]:
    """Chips by first bytes and marker: what is left when the fingerprint is unknown."""
    stored = _marker(flash, 0)
    marker = stored if stored in _markers() else None
    heads = {item.name for item in chips() if flash[:_HEAD_LEN] in item.loader_heads}
    marked = {
        item.name
        for item in chips()
        if item.marker == marker and (item.loader_heads or marker is not None)
    }
    keyed = {
        item.name
        for item in chips()
        if key_class is KeyClass.UNKNOWN or item.expects_key in {key_class, KeyClass.UNKNOWN}
    }
    return heads & marked or (marked & keyed if marker else set())


def _marker(data: bytes, at: int) -> bytes:
    return data[at + MARKER_ADDR : at + MARKER_ADDR + _MARKER_LEN]


def _markers() -> set[bytes]:
    return {item.marker for item in chips() if item.marker is not None}
