"""What the flash shall hold after another program wrote, and which ranges it is given for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as beken_chip
from plugsmith.chips.model import APP_START, Family
from plugsmith.flows.write.target_image import (
    FlashState,
    Segment,
    TargetImage,
    image_target,
    loader_body,
    rf_sectors,
    sectors_of,
)
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Collection

    from plugsmith.chips.model import Chip
    from plugsmith.flows.bridge.image import ViaImage
    from plugsmith.flows.permissions import Permissions
    from plugsmith.flows.write.source import ImageSource

_GAP = 16  # equal sectors between two ranges that are written with them, to save a run


def via_target(
    image: ViaImage, content: bytes, *, chip: str | None, permissions: Permissions
) -> TargetImage:
    """The wanted sectors; for a chip of ours with the boot loader and the calibration kept."""
    if image.beken is None:
        return TargetImage(wanted=sectors_of(image.pieces, under=lambda at: _sector(content, at)))
    ours = beken_chip(chip or "")
    state = FlashState(
        chip=ours,
        flash_size=len(content),
        loader_equal=_loader_equal(image.beken, content),
        rf_now={at: _sector(content, at) for at in rf_sectors(ours, len(content))},
    )
    return image_target(image.pieces, state, permissions)


def expected(target: TargetImage, content: bytes) -> bytes:
    """The whole flash as it will be."""
    flash = bytearray(content)
    for at, data in target.wanted.items():
        flash[at : at + SECTOR_LEN] = data
    return bytes(flash)


def runs_of(target: TargetImage, content: bytes, *, chip: Chip | None) -> list[Segment]:
    """The ranges to write, whole sectors; what must never be touched lies in none of them."""
    flash = expected(target, content)
    changed = [at for at, data in sorted(target.wanted.items()) if data != _sector(content, at)]
    fixed = _fixed(chip, len(content))
    runs: list[tuple[int, int]] = []
    for at in changed:
        if runs and _joins(runs[-1][1], at, fixed):
            runs[-1] = (runs[-1][0], at + SECTOR_LEN)
        else:
            runs.append((at, at + SECTOR_LEN))
    return [Segment(start=start, data=flash[start:end]) for start, end in runs]


def _joins(end: int, at: int, fixed: Collection[int]) -> bool:
    between = range(end, at, SECTOR_LEN)
    return len(between) <= _GAP and not any(place in fixed for place in between)


def _fixed(chip: Chip | None, size: int) -> set[int]:
    if chip is None:
        return set()
    loader = range(0, APP_START, SECTOR_LEN) if chip.family is Family.LOADER else ()
    return {*loader, *rf_sectors(chip, size)}


def _loader_equal(source: ImageSource, content: bytes) -> bool | None:
    if source.image.loader is None:
        return None
    spans = loader_body(source.loader_header)
    return all(source.data[s.start : s.end] == content[s.start : s.end] for s in spans)


def _sector(content: bytes, at: int) -> bytes:
    return content[at : at + SECTOR_LEN]
