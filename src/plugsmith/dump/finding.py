"""What a finder found: a span of the file, what it is, and why we think so."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.memory import AddressRange


class FindingKind(StrEnum):
    """The things that lie in a flash of these chips."""

    BOOTLOADER = "bootloader"
    APPLICATION = "application"
    OTA_PACKAGE = "ota-package"
    RF_CALIBRATION = "rf-calibration"
    FAST_CONNECT = "fast-connect"
    OBK_CONFIG = "openbeken-config"
    LITTLEFS = "littlefs"
    EASYFLASH = "easyflash"
    TUYA_FILES = "tuya-files"
    TUYA_PROTECTED = "tuya-protected"
    TUYA_KEY = "tuya-key"
    TUYA_STORAGE = "tuya-storage"
    TUYA_SWAP = "tuya-storage-spare"
    LIBRETINY = "libretiny-store"
    FOREIGN_FILE = "foreign-file"
    ERASED = "erased"
    ZERO = "zero"
    UNKNOWN = "unknown"


@frozen
class Finding:
    """One recognised thing; `span` in file offsets; `facts` never hold a secret."""

    kind: FindingKind
    span: AddressRange
    evidence: tuple[str, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    sound: bool = True


_BLANK = b"\xff"
_PAGE = 0x1000


def find_all(data: bytes, pattern: bytes, *, limit: int = 256) -> list[int]:
    """Offsets of `pattern` in `data`, ascending, at most `limit`; overlapping hits count."""
    hits: list[int] = []
    beside = len(pattern) - 1  # of which one byte at least is not blank
    for start, end in _written(data) if pattern.strip(_BLANK) else [(0, len(data))]:
        at = data.find(pattern, max(0, start - beside), end + beside)
        while at >= 0 and len(hits) < limit:
            if not hits or at > hits[-1]:  # what reaches into two stretches is found in both
                hits.append(at)
            at = data.find(pattern, at + 1, end + beside)
    return hits


def _written(data: bytes) -> list[tuple[int, int]]:
    """Stretches of pages that are not blank: half of a flash is.

    To see that is four times quicker than to search there.
    """
    stretches: list[tuple[int, int]] = []
    blank = _BLANK * _PAGE
    for page in range(0, len(data), _PAGE):
        if data.startswith(blank, page):
            continue
        joined = bool(stretches) and stretches[-1][1] == page
        start = stretches.pop()[0] if joined else page
        stretches.append((start, min(page + _PAGE, len(data))))
    return stretches


def find_in_steps(data: bytes, pattern: bytes, *, step: int, limit: int = 256) -> list[int]:
    """Offsets of `pattern` that are multiples of `step`, ascending, at most `limit`.

    Several times quicker than `find_all` in bytes without order, such as what a wrong key makes.
    """
    firsts, first = data[::step], pattern[:1]
    hits: list[int] = []
    if firsts.count(first) > len(firsts) // 16:  # made to be slow
        return _find_in_columns(data, pattern, step=step, limit=limit)
    at = firsts.find(first)
    while at >= 0 and len(hits) < limit:
        if data.startswith(pattern, at * step):
            hits.append(at * step)
        at = firsts.find(first, at + 1)
    return hits


def _find_in_columns(data: bytes, pattern: bytes, *, step: int, limit: int) -> list[int]:
    """The same, equally quick for all bytes: each byte of the pattern is compared in all rows."""
    rows = max(0, (len(data) - len(pattern)) // step + 1)
    alike = int.from_bytes(b"\x01" * rows, "big")
    for place, byte in enumerate(pattern):
        is_it = bytes(value == byte for value in range(256))
        column = data[place::step][:rows].translate(is_it)
        alike &= int.from_bytes(column, "big")
    found = alike.to_bytes(rows, "big")
    return [row * step for row in find_all(found, b"\x01", limit=limit)]
