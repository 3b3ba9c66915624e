"""Where in a flash: by address, or by the name of a region in the maps of a chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from plugsmith.errors import UsageError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.memory import AddressRange

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
