"""Content of the flash as it is at one time, proven, reading only what is not known already."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeVar

from plugsmith.errors.flash import ExchangeFailed, StatusRefused, UnstableRead
from plugsmith.flows.wire.linked.same_device import code_of, prove_read_from
from plugsmith.flows.write.target_image import BLANK_SECTOR
from plugsmith.library.backups.passport import ProvenRange
from plugsmith.memory import (
    BLOCK_LEN,
    SECTOR_LEN,
    AddressRange,
    format_addr,
    merge_ranges,
    subtract_ranges,
)
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from plugsmith.boot.flash import ProvenBlock
    from plugsmith.flows.wire.connection import Device

    Order = Callable[[Sequence[AddressRange]], Iterable[AddressRange]]

T = TypeVar("T")

_ROUNDS = 3


def content_now(device: Device, base: bytes, *others: Mapping[int, bytes]) -> bytes:
    """The content of the flash: `base` or a sector of `others` where the device's CRC says so."""
    whole = AddressRange(0, len(base))
    return of_one_time(device, lambda: _content(device, base, others), whole)


def changed_blocks(device: Device, base: bytes) -> list[AddressRange]:
    """The blocks of 64 KiB in which the device holds something else than `base`."""
    blocks = list(AddressRange(0, len(base)).split(BLOCK_LEN))
    wanted = [(span, zlib.crc32(base[span.start : span.end])) for span in blocks]
    return device.differing(wanted, mostly_equal=True)


def _content(device: Device, base: bytes, others: Sequence[Mapping[int, bytes]]) -> bytes:
    content = bytearray(base)
    parts = [part for block in changed_blocks(device, base) for part in block.split(SECTOR_LEN)]
    unknown: list[AddressRange] = []
    for part, crc in zip(parts, device.crcs(parts), strict=True):
        known = [base[part.start : part.end], BLANK_SECTOR]
        known += [sectors[part.start] for sectors in others if part.start in sectors]
        same = [data for data in known if zlib.crc32(data) == crc]
        if same:
            content[part.start : part.end] = same[0]
        else:
            unknown.append(part)
    for span in merge_ranges(unknown):
        content[span.start : span.end] = device.read(span)
    return bytes(content)


def of_one_time(device: Device, work: Callable[[], T], span: AddressRange) -> T:
    """What `work` returns when the chip was not away while it looked at `span`, or again."""
    for _round in range(_ROUNDS):
        epoch = device.epoch
        found = work()
        if device.epoch == epoch:
            return found
    raise UnstableRead(start=format_addr(span.start), length=len(span))


class WholeRead:
    """The bytes of `span` in `data`, read over any number of links, and how each was proven.

    After each absence of the chip what was read before is compared again: the firmware may have
    run in between, and boards of one address cannot be told apart. `since` is the epoch to which
    `proofs` belong.
    """

    def __init__(
        self,
        device: Device,
        span: AddressRange,
        data: bytearray,
        proofs: Iterable[ProvenRange] = (),
        *,
        since: int,
    ) -> None:
        self.data = data
        self.proofs = list(proofs)
        self._device = device
        self._span = span
        self._epoch = since
        self._certain = len(self.proofs)  # how many are surely of the device as it was before

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return len(self._span) - sum(len(span) for span in self._have())

    def finish(self, taken: Callable[[ProvenBlock], None], order: Order | None = None) -> None:
        """Read what is left, by default in the order of addresses; `taken` hears of each block.

        `order` gets the ranges that are there and names those to read.
        """
        missing = order or self._missing
        self._device.resume_on_relink(lambda: self._read(taken, missing), left=lambda: self.left)

    def _have(self) -> list[AddressRange]:
        return merge_ranges(item.span for item in self.proofs)

    def _missing(self, have: Sequence[AddressRange]) -> Iterator[AddressRange]:
        yield from subtract_ranges([self._span], have)

    def _read(self, taken: Callable[[ProvenBlock], None], missing: Order) -> None:
        while self.left or self._epoch != self._device.epoch:
            if self._epoch != self._device.epoch:
                self._epoch = self._device.epoch
                self._compare_again()
            for span in missing(self._have()):
                if not self._take(span, taken):
                    break

    def _take(self, span: AddressRange, taken: Callable[[ProvenBlock], None]) -> bool:
        """Read `span`; False as soon as the chip was away, so that it is proven to be the same."""
        self._certain = len(self.proofs)
        for block in self._device.flash.blocks(span):
            at = block.span.start - self._span.start
            self.data[at : at + len(block.span)] = block.data
            self.proofs.append(ProvenRange(span=block.span, proof=block.proof))
            taken(block)
            if self._epoch != self._device.epoch:
                return False
            self._certain = len(self.proofs)
        return True

    def _compare_again(self) -> None:
        """Drop the ranges that are not as they were read."""
        self._device.prove_same()
        first = self._span.start
        code = code_of(self._device)
        wanted = [
            (part, zlib.crc32(self.data[part.start - first : part.end - first]))
            for item in self.proofs
            for part in _inside_and_outside(item.span, code)
        ]
        try:
            changed = self._device.differing(wanted, mostly_equal=True)
        except (ExchangeFailed, StatusRefused):  # a chip without a checksum command
            changed = [span for span, _crc in wanted]
        before = [item.span for item in self.proofs[: self._certain]]
        prove_read_from(
            self._device, [part for part in changed if any(span.covers(part) for span in before)]
        )
        if changed:
            self._device.ctx.say(
                _("{count} ranges changed meanwhile and are read again.", count=len(changed))
            )
        self.proofs = [
            item for item in self.proofs if not any(item.span.covers(part) for part in changed)
        ]
        self._certain = len(self.proofs)


def _inside_and_outside(span: AddressRange, other: AddressRange) -> list[AddressRange]:
    """The parts of `span` inside and outside of `other`."""
    outside = subtract_ranges([span], [other])
    return sorted([*outside, *subtract_ranges([span], outside)], key=lambda part: part.start)
