"""What of the wanted content the device already holds, and what the rest holds, by checksum.

`baseline` lets the end of a write prove that nothing changed that was to be kept.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.bursts.checksums import joined, runs, shifted, whole_of
from plugsmith.errors.flash import UnstableRead
from plugsmith.memory import (
    BLOCK_LEN,
    SECTOR_LEN,
    AddressRange,
    format_addr,
    merge_ranges,
    subtract_ranges,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    CrcMany = Callable[[Sequence[AddressRange]], Iterable[int]]


_ASKED = 6
_SAMPLE = 12
_KEPT_LEN = 4 * BLOCK_LEN  # what is kept is asked for in few long pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCrc:
    """zlib CRC-32 of a range."""

    span: AddressRange
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """`equal`: wanted sectors that need no change; `baseline`: checksums of all that is kept."""

    equal: frozenset[int]
    baseline: tuple[RangeCrc, ...]


def survey_known(wanted: Mapping[int, bytes], known: bytes) -> Survey:
    """The survey against content that was read and proven in this session."""
    equal = frozenset(
        addr for addr, data in wanted.items() if known[addr : addr + SECTOR_LEN] == data
    )
    kept = _kept(wanted, equal, len(known))
    return Survey(
        equal=equal,
        baseline=tuple(
            RangeCrc(span=span, crc32=zlib.crc32(known[span.start : span.end])) for span in kept
        ),
    )


def survey_device(
    wanted: Mapping[int, bytes],
    flash_size: int,
    crc_many: CrcMany,
    *,
    sparing: bool = False,
    held: Mapping[int, bytes] | None = None,
) -> Survey:
    """The survey by the device's own CRC: blocks first, sectors only where a block differs.

    `sparing`: each answer costs time. Where none of a dozen sectors, spread over those in doubt,
    holds what is wanted, all of them count as different and are not asked about. `held` are
    sectors that were read.
    """
    blocks = [
        block for block in AddressRange(0, flash_size).split(BLOCK_LEN) if _all(wanted, block)
    ]
    equal = {addr for addr, now in (held or {}).items() if wanted.get(addr) == now}
    doubtful: list[RangeCrc] = []
    for block, crc in zip(blocks, crc_many(blocks), strict=True):
        inside = list(block.split(SECTOR_LEN))
        if crc == crc_of(wanted, inside):
            equal.update(part.start for part in inside)
        else:
            doubtful.append(RangeCrc(span=block, crc32=crc))
    whole = {part.start for block in blocks for part in block.split(SECTOR_LEN)}
    rest = [AddressRange.sized(addr, SECTOR_LEN) for addr in wanted if addr not in whole]
    in_doubt = [part for item in doubtful for part in item.span.split(SECTOR_LEN)] + rest
    if not sparing or _sample_holds(wanted, in_doubt, crc_many):
        equal.update(_equal_inside(wanted, doubtful, crc_many))
        for part, crc in zip(rest, crc_many(rest), strict=True):
            if crc == zlib.crc32(wanted[part.start]):
                equal.add(part.start)
    kept = _kept(wanted, frozenset(equal), flash_size)
    crcs: dict[AddressRange, int] = {}
    for span in kept:
        parts = list(span.split(SECTOR_LEN))
        if all(part.start in equal for part in parts):
            crcs[span] = crc_of(wanted, parts)  # the chip said so of each of its sectors
    crcs.update(_agreed([span for span in kept if span not in crcs], crc_many))
    return Survey(
        equal=frozenset(equal),
        baseline=tuple(RangeCrc(span=span, crc32=crcs[span]) for span in kept),
    )


def _all(wanted: Mapping[int, bytes], block: AddressRange) -> bool:
    return all(part.start in wanted for part in block.split(SECTOR_LEN))


def _sample_holds(
    wanted: Mapping[int, bytes], in_doubt: Sequence[AddressRange], crc_many: CrcMany
) -> bool:
    """Whether any sector of a sample, or all of few, may hold what is wanted."""
    if len(in_doubt) <= 2 * _SAMPLE:
        return True
    sample = [in_doubt[at * len(in_doubt) // _SAMPLE] for at in range(_SAMPLE)]
    found = crc_many(sample)
    return any(
        crc == zlib.crc32(wanted[part.start]) for part, crc in zip(sample, found, strict=True)
    )


def survey_kept(changed: Mapping[int, bytes], flash_size: int, crc_many: CrcMany) -> Survey:
    """The survey of a run that changes all of `changed`, also what holds the wanted already."""
    kept = _kept(changed, frozenset(), flash_size)
    crcs = _agreed(kept, crc_many)
    return Survey(
        equal=frozenset(),
        baseline=tuple(RangeCrc(span=span, crc32=crcs[span]) for span in kept),
    )


def _equal_inside(
    wanted: Mapping[int, bytes], differing: Sequence[RangeCrc], crc_many: CrcMany
) -> set[int]:
    """The equal sectors of ranges that differ as a whole, found by halving.

    The device is asked for the first half only: the checksum of the second follows from it.
    """
    equal: set[int] = set()
    todo = list(differing)
    while todo:
        firsts = [_halves(item.span)[0] for item in todo]
        found = list(crc_many(firsts))
        halves: list[RangeCrc] = []
        for item, crc in zip(todo, found, strict=True):
            first, second = _halves(item.span)
            rest = item.crc32 ^ shifted(crc, len(second))
            halves += [RangeCrc(span=first, crc32=crc), RangeCrc(span=second, crc32=rest)]
        todo = []
        for half in halves:
            parts = list(half.span.split(SECTOR_LEN))
            if half.crc32 == crc_of(wanted, parts):
                equal.update(part.start for part in parts)
            elif len(parts) > 1:
                todo.append(half)
    return equal


def _halves(span: AddressRange) -> tuple[AddressRange, AddressRange]:
    """Two pieces of whole sectors; `span` holds at least two."""
    middle = span.start + len(span) // SECTOR_LEN // 2 * SECTOR_LEN
    return AddressRange(span.start, middle), AddressRange(middle, span.end)


def _agreed(spans: Sequence[AddressRange], crc_many: CrcMany) -> dict[AddressRange, int]:
    """The checksum of each span, the same in any two answers: a single one may be garbled.

    The second ones are asked for in runs.
    """
    first = dict(zip(spans, crc_many(spans), strict=True))
    agreed: dict[AddressRange, int] = {}
    todo = runs(spans)
    for run, crc in zip(todo, crc_many([whole_of(run) for run in todo]), strict=True):
        if crc == joined((span, first[span]) for span in run):
            agreed.update((span, first[span]) for span in run)
    seen = {span: {first[span]} for span in spans}
    for _attempt in range(_ASKED):
        left = [span for span in spans if span not in agreed]
        for span, crc in zip(left, crc_many(left), strict=True):
            if crc in seen[span]:
                agreed[span] = crc
            seen[span].add(crc)
    left = [span for span in spans if span not in agreed]
    if left:
        raise UnstableRead(start=format_addr(left[0].start), length=len(left[0]))
    return agreed


def crc_of(content: Mapping[int, bytes], parts: Iterable[AddressRange]) -> int:
    """CRC of consecutive whole sectors of `content`."""
    crc = 0
    for part in parts:
        crc = zlib.crc32(content[part.start], crc)
    return crc


def crcs_of(content: Mapping[int, bytes], spans: Iterable[AddressRange]) -> Iterator[RangeCrc]:
    """The checksums of `spans` of `content`, cut at block borders."""
    for span in merge_ranges(spans):
        for piece in span.split(BLOCK_LEN):
            yield RangeCrc(span=piece, crc32=crc_of(content, piece.split(SECTOR_LEN)))


def _kept(
    wanted: Mapping[int, bytes], equal: frozenset[int], flash_size: int
) -> list[AddressRange]:
    changed = [AddressRange.sized(addr, SECTOR_LEN) for addr in wanted if addr not in equal]
    left = subtract_ranges([AddressRange(0, flash_size)], changed)
    return [piece for span in left for piece in span.split(_KEPT_LEN)]
