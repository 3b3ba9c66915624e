"""Reading what is not flash: mask ROM, eFuse and OTP, where a boot ROM gives access to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.efuse import read_efuse
from plugsmith.chips.model import Space
from plugsmith.errors import UsageError
from plugsmith.errors.flash import UnstableRead
from plugsmith.errors.flows import SpaceAbsent
from plugsmith.errors.link import NotOverSpi
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.raw_read import ReadOutcome
from plugsmith.link.spi_address import is_spi
from plugsmith.memory import AddressRange, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.progress import ProgressMeter
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.wire.raw_read import SpanOf

_WORD = 4
_TRIES = 4


def read_space(ctx: FlowContext, name: str, span_of: SpanOf) -> ReadOutcome:
    """Read a part of the space `name` twice, word by word; SpaceAbsent where a chip has none."""
    try:
        space = Space(name)
    except ValueError as problem:
        known = ", ".join(["flash", *(item.value for item in Space)])
        raise UsageError(problem=_("--space takes one of {known}", known=known)) from problem
    if is_spi(ctx.port_name):
        raise NotOverSpi(problem=_("the memory {name} is not in the flash", name=name))
    with connected(ctx) as device:
        chip = device.identity.chip
        area = next((item for item in chip.spaces if item.space is space), None)
        if area is None:
            raise _absent(chip, space)
        span = span_of(area.length)
        device.raise_speed()
        total = 2 * len(span)
        with task("read", _("Reading"), total=total, clock=ctx.clock, sink=ctx.sink) as meter:
            data = _agreed(device, space, area.addr, span, meter)
        return ReadOutcome(span=span, data=data, proof="read-twice", chip=chip.name)


def _absent(chip: Chip, space: Space) -> SpaceAbsent:
    shown = ", ".join(["flash", *(item.space.value for item in chip.spaces if item.space != space)])
    return SpaceAbsent(chip=chip.name, space=space.value, shown=shown)


def _agreed(
    device: Device, space: Space, base: int, span: AddressRange, meter: ProgressMeter
) -> bytes:
    first = _read(device, space, base, span, meter)
    for _attempt in range(_TRIES):
        second = _read(device, space, base, span, meter)
        if first == second:
            return first
        first = second
    raise UnstableRead(start=format_addr(span.start), length=len(span))


def _read(
    device: Device, space: Space, base: int, span: AddressRange, meter: ProgressMeter
) -> bytes:
    if space is Space.EFUSE:
        found = read_efuse(device.client, first=base + span.start, count=len(span))
        meter.advance(len(span))
        return bytes(item.value if item.valid else 0 for item in found)
    words = bytearray()
    around = span.aligned(_WORD)
    for part in around.split(_WORD):
        device.ctx.cancel.check()
        value = device.client.read_register(base + part.start)
        if value is None:
            raise _absent(device.identity.chip, space)
        words += value.to_bytes(_WORD, "little")
        meter.advance(_WORD)
    return bytes(words[span.start - around.start : span.end - around.start])
