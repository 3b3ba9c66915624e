"""Where in a flash: by address, or by the name of a region in the maps of a chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plugsmith.errors import UsageError
from plugsmith.memory import AddressRange, format_addr, parse_size
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from pathlib import Path


REGION = N_(
    "Instead of --start: a region by name, as rf, config, bootloader, vendor-kv; with --chip, "
    "because every chip has its own map."
)
_MAPS = ("openbeken", "tuya", "sdk", "libretiny")  # whose names come first


class Placed(Protocol):
    """The part of a request that says where."""

    @property
    def chip(self) -> str | None:
        """The expected chip."""

    @property
    def region(self) -> str | None:
        """A region of its maps."""


def where(request: Placed, start: str | None, length: str | None) -> tuple[str, str | None]:
    """(start, length) as texts; UsageError where neither or both of address and name are given."""
    if request.region is None:
        if start is None:
            raise UsageError(problem=_("give --start, or --region with --chip"), option="--start")
        return start, length
    if start not in {None, "0"} or length is not None:
        raise UsageError(problem=_("--region says start and length already"), option="--region")
    span = region_span(request.chip, request.region)
    return f"0x{span.start:X}", f"0x{len(span):X}"


def region_span(chip_name: str | None, wanted: str) -> AddressRange:
    """The range of a region by the name or the role that a map of the chip gives it."""
    from plugsmith.chips.catalog import chip as chip_record

    if chip_name is None:
        raise UsageError(problem=_("a region needs --chip: every chip has its own map"))
    maps = [found for name in _MAPS if (found := chip_record(chip_name).map_of(name))]
    known: dict[str, AddressRange] = {}
    for item in maps:
        for region in item.regions:
            known.setdefault(region.role.value, region.span)
            known.setdefault(region.name.casefold(), region.span)
    if wanted.casefold() not in known:
        names = ", ".join(sorted(known))
        raise UsageError(
            problem=_("{chip} has no region {name!r}; there are: {known}", chip=chip_name,
                      name=wanted[:40], known=names),
            option="--region",
        )  # fmt: skip
    return known[wanted.casefold()]


def skip_in(file: Path, request: Placed, skip: str | None, start: str) -> str | None:
    """How much of a file to leave out: of a whole flash, what lies before the region."""
    if request.region is None or skip is not None:
        return skip
    from plugsmith.flows.image.file import open_image

    span = region_span(request.chip, request.region)
    return "0" if len(open_image(file).data) <= len(span) else start


def bytes_of(
    file: Path, length: str | None, *, skip: str | None = None, start: int | None = None
) -> bytes:
    """`length` bytes of a file from `skip` on; UsageError where it has not so many.

    A whole flash that is to go, or is compared, elsewhere than where it belongs (`start`) is
    refused unless `skip` says which part of it is meant: WholeFlashGiven.
    """
    from plugsmith.errors.image import WholeFlashGiven
    from plugsmith.flows.image.file import open_image
    from plugsmith.image.model import ImageKind

    opened = open_image(file)
    if skip is None and start and opened.image.kind in {ImageKind.FULL_DUMP, ImageKind.FLASH_START}:
        raise WholeFlashGiven(name=opened.name, start=format_addr(start))
    data = opened.data[parse_size(skip) if skip else 0 :]
    amount = parse_size(length, whole=len(data)) if length else len(data)
    if not 0 < amount <= len(data):
        asked = " ".join(
            text
            for text in (f"--skip {skip}" if skip else "", f"--length {length}" if length else "")
            if text
        )
        raise UsageError(problem=_("{asked} is not in the file", asked=asked))
    return data[:amount]


def span_in(start: str, length: str | None, *, size: int) -> AddressRange:
    """A range inside a memory of `size`; UsageError for what cannot be meant."""
    first = parse_size(start)
    if first >= size:
        raise UsageError(
            problem=_("--start {start} lies behind the end (0x{size:X})", start=start, size=size)
        )
    amount = size - first if length is None or length == "all" else parse_size(length)
    if amount <= 0 or first + amount > size:
        raise UsageError(
            problem=_(
                "{start} + {length} ends behind 0x{size:X}", start=start, length=length, size=size
            )
        )
    return AddressRange.sized(first, amount)
