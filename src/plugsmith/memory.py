"""Addresses, half-open ranges, and the Flash interface that every way to reach a chip offers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECTOR_LEN = 0x1000  # erase unit of every NOR part on these boards
BLOCK_LEN = 0x1_0000  # large erase unit
PAGE_LEN = 0x100  # NOR program unit

_SIZE = re.compile(r"(?P<number>0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)(?P<unit>[kKmM]?)")
_UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


@dataclass(frozen=True, slots=True, order=True)
class AddressRange:
    """Bytes from `start` up to, not including, `end`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a range: {self.start:#x}..{self.end:#x}")

    @classmethod
    def sized(cls, start: int, length: int) -> AddressRange:
        """The range of `length` bytes at `start`."""
        return cls(start, start + length)

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return self.end > self.start

    def __contains__(self, addr: int) -> bool:
        return self.start <= addr < self.end

    def __str__(self) -> str:
        return f"0x{self.start:06X}..0x{self.end:06X}"

    def covers(self, other: AddressRange) -> bool:
        """Whether all of `other` lies inside."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: AddressRange) -> bool:
        """Whether at least one byte is shared."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: AddressRange) -> AddressRange | None:
        """The shared bytes, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return AddressRange(start, end) if start < end else None

    def aligned(self, unit: int) -> AddressRange:
        """The smallest range of whole units that covers this one."""
        return AddressRange(self.start // unit * unit, -(-self.end // unit) * unit)

    def split(self, unit: int) -> Iterator[AddressRange]:
        """Pieces that end at multiples of `unit` (the first and last may be shorter)."""
        at = self.start
        while at < self.end:
            stop = min(self.end, (at // unit + 1) * unit)
            yield AddressRange(at, stop)
            at = stop


def merge_ranges(ranges: Iterable[AddressRange]) -> list[AddressRange]:
    """The same bytes as sorted ranges that neither touch nor overlap; empty ones dropped."""
    merged: list[AddressRange] = []
    for item in sorted(ranges):
        if not item:
            continue
        if merged and item.start <= merged[-1].end:
            merged[-1] = AddressRange(merged[-1].start, max(merged[-1].end, item.end))
        else:
            merged.append(item)
    return merged


def subtract_ranges(
    whole: Iterable[AddressRange], holes: Iterable[AddressRange]
) -> list[AddressRange]:
    """`whole` without the bytes of `holes`."""
    cuts, first, rest = merge_ranges(holes), 0, []
    for item in merge_ranges(whole):
        start = item.start
        while first < len(cuts) and cuts[first].end <= start:
            first += 1
        for at in range(first, len(cuts)):
            if cuts[at].start >= item.end:
                break
            if start < cuts[at].start:
                rest.append(AddressRange(start, cuts[at].start))
            start = max(start, cuts[at].end)
        if start < item.end:
            rest.append(AddressRange(start, item.end))
    return rest


def parse_size(text: str, *, whole: int | None = None) -> int:
    """Bytes from `4096`, `0x1000`, `64k`, `2M` or, where `whole` is given, `all`.

    Raises UsageError for anything else.
    """
    if whole is not None and text.strip().lower() == "all":
        return whole
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(problem=_("'{text}' is not a size or address", text=text))
    return int(match["number"].replace("_", ""), 0) * _UNITS[match["unit"].lower()]


def format_addr(addr: int) -> str:
    """An address as users see it: 0x011000."""
    return f"0x{addr:06X}"


class Flash(Protocol):
    """A NOR flash that can be read and changed; addresses are physical, in bytes from 0."""

    @property
    def size(self) -> int:
        """Bytes in the flash."""

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`, proven against the device where the way allows it."""

    def erase(self, span: AddressRange) -> None:
        """Set the sectors of `span` to 0xFF; `span` must be sector-aligned."""

    def program(self, addr: int, data: bytes) -> None:
        """Clear bits so that erased bytes at `addr` become `data`."""

    def crc32(self, span: AddressRange) -> int:
        """zlib CRC-32 of `span` as computed by the device."""
