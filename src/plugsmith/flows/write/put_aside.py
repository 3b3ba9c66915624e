"""What a write replaces and no backup holds: kept on the disk first, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device


def put_aside(ctx: FlowContext, device: Device, start: int, piece: bytes) -> None:
    """Store what the flash of `device` holds from `start` on, and tell the user where it is."""
    span = AddressRange.sized(start, len(piece))
    file = ctx.library.rescued.keep(device.key(), start, piece)
    ctx.warn(
        "PS-NOTE-RESCUED",
        _(
            "What {span} holds now is in no backup and was put into {file} first.",
            span=span,
            file=str(file),
        ),
        data={"start": start, "length": len(piece), "file": str(file)},
    )


def put_aside_strange(ctx: FlowContext, device: Device, addrs: Iterable[int]) -> None:
    """Store the sectors `addrs` that hold what no request of ours that went wrong explains."""
    for addr in addrs:
        span = AddressRange.sized(addr, SECTOR_LEN)
        if not any(span.overlaps(hit) for hit in device.suspects()):
            put_aside(ctx, device, addr, device.flash.peek(addr))
