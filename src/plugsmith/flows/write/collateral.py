"""What an interrupted write left outside of the next plan, and what may be put right of it.

Two kinds of places: sectors that the interrupted write had begun to change and must survive, and
places that a garbled command changed although nobody meant them. The first are put back as they
were. So are the second, but not where firmware keeps its own things once it may have run since.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.write.plan import app_end
from plugsmith.flows.write.target_image import BLANK_SECTOR
from plugsmith.library.backups.store import try_open
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.target_image import TargetImage
    from plugsmith.flows.write.unfinished import Unfinished
    from plugsmith.library.jobs.state import KeptRange


def with_repairs(
    ctx: FlowContext,
    device: Device,
    target: TargetImage,
    now: bytes | None,
    *,
    firmware: bool,
) -> TargetImage:
    """`target` plus what unfinished writes left unfit outside of it.

    `now` is the content of the device, None where it is not known. `firmware` is whether the
    target is a whole firmware, which makes the device whole with the data that it had before.
    """
    repairs: dict[int, bytes] = {}
    for job in device.unfinished():
        repairs.update(_begun(device, job, target if firmware else None, now))
        for item in job.changed_since:
            repairs.update(_damaged(ctx, device, job, item, now))
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
                "An interrupted write damaged {places}; it is put back as it was before.",
                places=places,
            ),
        ),
    )


def _begun(
    device: Device, job: Unfinished, firmware: TargetImage | None, now: bytes | None
) -> dict[int, bytes]:
    """Sectors that the job had begun to change, as they were before the job.

    Where no whole `firmware` replaces the program that the job was writing, only calibration and
    address are put back: the rest is for the job's own command to finish.
    """
    chip, own = device.identity.chip, device.rf_now()
    program = {addr for addr in job.addrs if addr < app_end(chip)} - set(own)
    whole = firmware is not None and program <= set(firmware.wanted)
    return {
        addr: data
        for addr, data in job.sectors.before.items()
        if (whole or addr in own)
        and now is not None
        and job.left(addr, now[addr : addr + SECTOR_LEN])
    }


def _damaged(
    ctx: FlowContext, device: Device, job: Unfinished, item: KeptRange, now: bytes | None
) -> dict[int, bytes]:
    """What `item`, which the job should have kept, held before, as far as it may be put back."""
    before = _before(job, item)
    if before is None or item.span.start < device.identity.chip.protected_until:
        _tell_lost(ctx, item.span)
        return {}
    found: dict[int, bytes] = {}
    for part in item.span.split(SECTOR_LEN):
        old = before[part.start - item.span.start : part.end - item.span.start]
        held = now[part.start : part.end] if now is not None else device.under(part.start)
        if held == old:
            continue
        if (
            held == BLANK_SECTOR
            or not _may_have_run(job, now)
            or device.identity.chip.is_code(part.start)
            or _agreed(ctx, part)
        ):
            found[part.start] = old
        else:
            _tell_changed(ctx, part)
    return found


def _before(job: Unfinished, item: KeptRange) -> bytes | None:
    """The content of the range from before the job, out of the backup that it was secured by."""
    named = job.state.header.backup
    backup = try_open(Path(named)) if named else None
    if backup is None:
        return None
    data = backup.read()[item.span.start : item.span.end]
    return data if zlib.crc32(data) == item.crc32 else None


def _may_have_run(job: Unfinished, now: bytes | None) -> bool:
    """Whether the device may have started its firmware since the job began."""
    start = now[APP_START : APP_START + SECTOR_LEN] if now is not None else b""
    return APP_START not in job.addrs or start != BLANK_SECTOR


def _agreed(ctx: FlowContext, part: AddressRange) -> bool:
    try:
        ctx.consent(
            _(
                "{span} changed since a write was interrupted, and the device may have run since. "
                "Put back what was there before?",
                span=part,
            ),
            _("putting back {span} from before the interrupted write", span=part),
        )
    except ConsentMissing:
        return False
    return True


def _tell_changed(ctx: FlowContext, span: AddressRange) -> None:
    ctx.warn(
        "PS-NOTE-KEPT-CHANGED",
        _(
            "{span} changed since a write was interrupted; it stays as it is now, because the "
            "device may have stored something there.",
            span=span,
        ),
        hint=_("The backup from before holds what was there."),
    )


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
