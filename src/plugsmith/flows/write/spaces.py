"""Reading what is not flash: mask ROM, eFuse and OTP, where a boot ROM gives access to them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from plugsmith.boot.efuse import read_efuse
from plugsmith.chips.spaces import Space
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
    from collections.abc import Iterator, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.chips.model import Chip
    from plugsmith.chips.spaces import SpaceArea, SpaceSwitch
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
        areas = [item for item in chip.spaces if item.space is space]
        if not areas:
            raise _absent(chip, space)
        span = span_of(sum(item.length for item in areas))
        device.raise_speed()
        device.be_sure()
        total = 2 * len(span)
        with (
            switched(device.client, [item for item in chip.switches if item.space is space]),
            task("read", _("Reading"), total=total, clock=ctx.clock, sink=ctx.sink) as meter,
        ):
            data = _agreed(device, areas, span, meter)
        return ReadOutcome(span=span, data=data, proof="read-twice", chips=(chip.name,))


def _absent(chip: Chip, space: Space) -> SpaceAbsent:
    shown = ", ".join(dict.fromkeys(["flash", *(item.space.value for item in chip.spaces)]))
    return SpaceAbsent(chip=chip.name, space=space.value, shown=shown)


@contextmanager
def switched(client: BootClient, switches: Sequence[SpaceSwitch]) -> Iterator[None]:
    """Set clocks and supplies for the time of a read, and put them back as they were."""
    before: list[tuple[int, int]] = []
    try:
        for item in switches:
            old = client.agreed_register(item.register)
            if old is None:
                continue
            before.append((item.register, old))
            client.write_register(item.register, old & ~(1 << item.bit) | item.value << item.bit)
        yield
    finally:
        for register, old in reversed(before):
            client.write_register(register, old)


def _agreed(
    device: Device, areas: Sequence[SpaceArea], span: AddressRange, meter: ProgressMeter
) -> bytes:
    first = _read(device, areas, span, meter)
    for _attempt in range(_TRIES):
        second = _read(device, areas, span, meter)
        if first == second:
            return first
        first = second
    raise UnstableRead(start=format_addr(span.start), length=len(span))


def _read(
    device: Device, areas: Sequence[SpaceArea], span: AddressRange, meter: ProgressMeter
) -> bytes:
    """`span` of all areas in a row."""
    out, base = b"", 0
    for area in areas:
        start, end = max(span.start - base, 0), min(span.end - base, area.length)
        if start < end:
            out += _read_area(device, area, AddressRange(start, end), meter)
        base += area.length
    return out


def _read_area(device: Device, area: SpaceArea, span: AddressRange, meter: ProgressMeter) -> bytes:
    chip, base = device.identity.chip, area.addr
    if area.space is Space.EFUSE and base == 0:
        found = read_efuse(
            device.client, first=span.start, count=len(span), engine=chip.efuse_engine
        )
        meter.advance(len(span))
        return bytes(item.value if item.valid else 0 for item in found)
    words = bytearray()
    around = span.aligned(_WORD)
    for part in around.split(_WORD):
        device.ctx.cancel.check()
        value = device.client.read_register(base + part.start)
        if value is None:
            raise _absent(chip, area.space)
        words += value.to_bytes(_WORD, "little")
        meter.advance(_WORD)
    return bytes(words[span.start - around.start : span.end - around.start])
