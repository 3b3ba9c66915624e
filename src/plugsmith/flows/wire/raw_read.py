"""The raw verbs that change nothing: read, verify, reset."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.boot.contact.glance import Reading
from plugsmith.boot.flash import Proof
from plugsmith.boot.flash_size import BEYOND
from plugsmith.errors import PlugsmithError
from plugsmith.errors.safety import OutsideFlash
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.linked.content_now import WholeRead, of_one_time
from plugsmith.flows.wire.linked.same_device import pin_code
from plugsmith.flows.wire.results import ReadResult, ResetResult
from plugsmith.flows.write.target_image import Segment
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _

_ANY_FLASH = BEYOND  # none is larger

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.flash import ProvenBlock
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device

    SpanOf = Callable[[int], AddressRange]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutcome:
    """Bytes of a range and how they were proven."""

    span: AddressRange
    data: bytes = field(repr=False)
    proof: str
    chips: tuple[str, ...]  # all that it may be, the likeliest first

    def result(self, *, file: str) -> ReadResult:
        """For the `read` verb."""
        return ReadResult(
            file=file,
            sha256=hashlib.sha256(self.data).hexdigest(),
            start=self.span.start,
            length=len(self.span),
            proof=self.proof,
            chip=self.chips[0],
            chips=self.chips,
        )


def read_flash(ctx: FlowContext, span_of: SpanOf) -> ReadOutcome:
    """Read the range that `span_of` names for a flash of the size that was found, with proof."""
    with connected(ctx, reading=Reading(reach=_reach(span_of))) as device:
        span = span_of(device.size)
        device.raise_speed()
        if not device.first.known_by:
            pin_code(device)
        around = span.aligned(SECTOR_LEN)
        data = bytearray(len(around))
        read = WholeRead(device, around, data, since=device.identified_epoch)
        with task("read", _("Reading"), total=len(around), clock=ctx.clock, sink=ctx.sink) as meter:

            def taken(block: ProvenBlock) -> None:
                count = meter.skip if block.proof is Proof.BLANK_CRC else meter.advance
                count(len(block.span))
                device.note_speed()
                ctx.cancel.check()

            read.finish(taken)
        device.remember_speed()
        proofs = {item.proof.value for item in read.proofs} - {Proof.BLANK_CRC.value}
        return ReadOutcome(
            span=span,
            data=bytes(data[span.start - around.start : span.end - around.start]),
            proof="+".join(sorted(proofs)) or Proof.DEVICE_CRC.value,
            chips=device.identity.names,
        )


def _reach(span_of: SpanOf) -> int | None:
    """Where a range ends that does not depend on the size of the flash."""
    try:
        ends = {span_of(size).end for size in (_ANY_FLASH, 2 * _ANY_FLASH)}
    except PlugsmithError:  # said when the size is known
        return None
    return ends.pop() if len(ends) == 1 else None


def verify_flash(ctx: FlowContext, data: bytes, *, start: int) -> list[AddressRange]:
    """The ranges (whole sectors, cut at the ends) where the flash differs from `data`."""
    with connected(ctx) as device:
        span = AddressRange.sized(start, len(data))
        if span.end > device.size:
            raise OutsideFlash(span=str(span), limit=format_addr(device.size))
        device.raise_speed()
        pin_code(device)
        with task(
            "verify", _("Comparing"), total=len(span), clock=ctx.clock, sink=ctx.sink
        ) as meter:

            def compare() -> list[AddressRange]:
                wrong: list[AddressRange] = []
                for block in span.split(BLOCK_LEN):
                    wrong += _differing(device, Segment(start=start, data=data), block)
                    meter.advance(len(block))
                    ctx.cancel.check()
                return wrong

            wrong = of_one_time(device, compare, span)
        device.be_sure()  # that it is what the device of this run holds
        return wrong


def _differing(device: Device, whole: Segment, block: AddressRange) -> list[AddressRange]:
    def expected(span: AddressRange) -> bytes:
        return whole.data[span.start - whole.start : span.end - whole.start]

    wrong: list[AddressRange] = []
    sectors = [part for part in block.split(SECTOR_LEN) if len(part) == SECTOR_LEN]
    middle = [AddressRange(sectors[0].start, sectors[-1].end)] if sectors else []
    if device.differing([(span, zlib.crc32(expected(span))) for span in middle]):
        wrong = device.differing([(part, zlib.crc32(expected(part))) for part in sectors])
    for part in block.split(SECTOR_LEN):
        if len(part) != SECTOR_LEN:  # an end that the chip's checksums do not reach exactly
            around = part.aligned(SECTOR_LEN)
            got = device.read(around)[part.start - around.start : part.end - around.start]
            wrong += [part] if got != expected(part) else []
    return sorted(wrong, key=lambda part: part.start)


def reset(ctx: FlowContext) -> ResetResult:
    """Link and let the chip start what is in its flash."""
    with connected(ctx) as device:
        chip = device.identity.chip.name
    return ResetResult(how="linked, then the reboot command", chip=chip)
