"""The map of a file: findings, and between them gaps with a measure of their randomness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.randomness import Texture, measure
from plugsmith.dump.survey.chip_guess import memory_map
from plugsmith.dump.survey.report import FileRegion
from plugsmith.memory import AddressRange, subtract_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.chips.model import MemoryMap
    from plugsmith.dump.layout import Layout

_FILLS = (FindingKind.ERASED, FindingKind.ZERO)
_GAP_NAMES = {Texture.ERASED: "erased", Texture.ZERO: "zero"}


def draw(
    data: bytes, *, findings: Sequence[Finding], layout: Layout, chip: str | None
) -> tuple[FileRegion, ...]:
    """Regions that cover the whole file without overlap, in order."""
    things = [item for item in findings if item.kind not in _FILLS]
    drawn: list[FileRegion] = []
    taken = 0
    for item in things:
        span = AddressRange(max(item.span.start, taken), max(item.span.end, taken))
        if span:
            drawn.append(_thing(item, span, layout))
            taken = span.end
    fills = [item.span for item in findings if item.kind in _FILLS]
    covered = [region.span for region in drawn]
    whole = AddressRange(0, len(data))
    gaps = subtract_ranges([whole], covered + fills) + subtract_ranges(fills, covered)
    drawn += [_gap(data, span, layout) for span in gaps]
    named = [_with_place(region, memory_map(chip)) for region in drawn]
    return tuple(sorted(named, key=lambda region: region.span))


def _thing(item: Finding, span: AddressRange, layout: Layout) -> FileRegion:
    return FileRegion(
        name=item.kind.value,
        span=span,
        address=layout.address(span.start),
        sound=item.sound,
        facts=item.facts,
    )


def _gap(data: bytes, span: AddressRange, layout: Layout) -> FileRegion:
    texture = measure(data[span.start : span.end])
    return FileRegion(
        name=_GAP_NAMES.get(texture.texture, "unknown"),
        span=span,
        address=layout.address(span.start),
        texture=texture,
    )


def _with_place(region: FileRegion, places: MemoryMap | None) -> FileRegion:
    """The region with the name of its place in the chip's map, if it is a gap inside one."""
    if places is None or region.address is None or region.texture is None:
        return region
    place = places.at(region.address)
    if place is None:
        return region
    return FileRegion(
        name=region.name,
        span=region.span,
        address=region.address,
        texture=region.texture,
        sound=region.sound,
        facts={**region.facts, "place": place.name},
    )
