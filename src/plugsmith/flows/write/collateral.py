"""What an interrupted write may have done outside its plan, found and put back by the next one.

A garbled command can change a place that no plan names. The end of a write would notice; a write
that never came to its end left its checksums of everything that it kept in its job, and the next
write compares them.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.boot.flash import Proof
from plugsmith.library.jobs.store import JobKind
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.sector_survey import Survey
    from plugsmith.flows.write.target_image import TargetImage
    from plugsmith.library.jobs.state import DoneRange
    from plugsmith.library.jobs.store import Job


def note_kept(job: Job, survey: Survey) -> None:
    """Leave the checksums of what is kept in the job, before anything is erased."""
    for item in survey.baseline:
        job.done(item.span, item.crc32, proof=Proof.DEVICE_CRC)


def with_repairs(
    ctx: FlowContext, device: Device, target: TargetImage, before: bytes | None
) -> TargetImage:
    """`goal` plus the sectors that unfinished writes damaged outside their plans.

    `before` is the content of the device's backup; a damaged range that it does not hold any more
    is only told.
    """
    kept = _kept_by_unfinished(ctx, device)
    if not kept:
        return target
    wrong = set(device.differing([(item.span, item.crc32) for item in kept]))
    repairs: dict[int, bytes] = {}
    for item in kept:
        if item.span not in wrong:
            continue
        known = before[item.span.start : item.span.end] if before is not None else b""
        protected = item.span.start < device.identity.chip.protected_until
        if protected or zlib.crc32(known) != item.crc32:
            _tell_lost(ctx, item.span)
        else:
            repairs.update(_sectors(device, item.span, known))
    repairs = {addr: data for addr, data in repairs.items() if addr not in target.wanted}
    if not repairs:
        return target
    places = ", ".join(format_addr(addr) for addr in sorted(repairs))
    return replace(
        target,
        wanted={**target.wanted, **repairs},
        copied=(*target.copied, *repairs),
        notes=(
            *target.notes,
            _(
                "An interrupted write damaged {places}; it is put back from the backup.",
                places=places,
            ),
        ),
    )


def _kept_by_unfinished(ctx: FlowContext, device: Device) -> list[DoneRange]:
    changing = [kind for kind in JobKind if kind.changes_device]
    jobs = ctx.library.jobs.open_jobs(device=device.key(), kinds=changing)
    found = {item.span: item for state in jobs for item in state.done if item.proof is not None}
    return list(found.values())


def _sectors(device: Device, span: AddressRange, known: bytes) -> dict[int, bytes]:
    """The sectors of `span` that the device does not hold as in `known`."""
    content = {
        span.start + at: known[at : at + SECTOR_LEN] for at in range(0, len(known), SECTOR_LEN)
    }
    wrong = device.differing(
        [(AddressRange.sized(addr, SECTOR_LEN), zlib.crc32(data)) for addr, data in content.items()]
    )
    return {item.start: content[item.start] for item in wrong}


def _tell_lost(ctx: FlowContext, span: AddressRange) -> None:
    ctx.warn(
        "PS-NOTE-KEPT-CHANGED",
        _(
            "An interrupted write changed {span}, which it should have kept, and the backup does "
            "not hold what was there.",
            span=span,
        ),
        hint=_("Compare the device with your backup: plugsmith verify BACKUP --start 0"),
    )
