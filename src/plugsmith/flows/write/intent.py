"""What a write intends, on the disk before its first erase; and what became of earlier intents."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from plugsmith.flows.write.plan import start_sectors
from plugsmith.flows.write.target_image import mac_in_rf
from plugsmith.library.jobs.store import CHANGING, JobSectors, KeptRange
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.sector_survey import Survey
    from plugsmith.flows.write.target_image import TargetImage
    from plugsmith.library.jobs.store import Job


def with_starts(device: Device, target: TargetImage) -> TargetImage:
    """`target` with the sectors that start its programs, so that these can be written last."""
    missing = [
        addr
        for addr in start_sectors(target, device.identity.chip)
        if addr not in target.wanted and addr >= device.identity.chip.protected_until
    ]
    if not missing:
        return target
    return replace(target, wanted={**target.wanted, **{at: device.under(at) for at in missing}})


def intend(
    device: Device, job: Job, plan: FlashPlan, survey: Survey, content: bytes | None
) -> None:
    """Put on the disk, before anything is erased, what is wanted and what must survive.

    Raises NoSpaceLeft or NoRightToWrite.
    """
    changed = plan.changed_sectors
    rf = device.rf_now()
    before: dict[int, bytes] = {}
    for addr in changed:
        if addr in rf:
            before[addr] = rf[addr]
        elif content is not None:
            before[addr] = content[addr : addr + SECTOR_LEN]
    for item in device.unfinished():  # its sectors show no longer what was there at first
        before.update((at, item.sectors.before[at]) for at in changed if at in item.sectors.before)
    job.intend(
        JobSectors(wanted={addr: plan.wanted[addr] for addr in changed}, before=before),
        changes=plan.changes,
        kept=[KeptRange(span=item.span, crc32=item.crc32) for item in survey.baseline],
    )
    job.speed(device.flash.baud)
    _note_names(device, plan, job)


def aims_of(device: Device, plan: FlashPlan, content: bytes | None) -> dict[int, tuple[bytes, ...]]:
    """What each sector that `plan` changes may hold, or be on its way to, until all is done.

    `content` is the flash before, where it is known; empty where nothing of a sector is.
    """
    rf, found = device.rf_now(), {}
    for addr in plan.changed_sectors:
        held = rf.get(addr, content and content[addr : addr + SECTOR_LEN])
        olds = [held, *(item.sectors.before.get(addr) for item in device.unfinished())]
        news = [plan.wanted[addr], *(item.wanted(addr) for item in device.unfinished())]
        found[addr] = tuple(aim for aim in (*news, *olds) if aim) if held else ()
    return found


def _note_names(device: Device, plan: FlashPlan, job: Job) -> None:
    """Write down what this device is about to be named by in the other jobs that it concerns.

    A job of this device goes on knowing it. One whose device has just this calibration and address
    knows its half-written device by what it left on it alone from then on.
    """
    changed = [plan.wanted[addr] for addr in plan.changed_sectors]
    given = {sha256(data).hexdigest(): mac for data in changed if (mac := mac_in_rf(data))}
    own = {item.state.id for item in device.unfinished()}
    jobs = device.ctx.library.jobs
    for state in jobs.open_jobs(kinds=CHANGING) if given else ():
        if state.id in own - {job.id}:
            for rf_sha256, mac in given.items():
                now = replace(state.header.device, mac=mac, rf_sha256=rf_sha256)
                jobs.name(state, replace(state.names, renamed=now))
        elif state.begun and state.id not in own and state.header.device.rf_sha256 in given:
            jobs.name(state, replace(state.names, twin=True))


def settle_older(ctx: FlowContext, device: Device, plan: FlashPlan) -> None:
    """Forget the unfinished writes that `plan`, which is proven, covers; tell of the others."""
    key = device.key()
    for state in ctx.library.jobs.open_jobs(kinds=CHANGING):
        if not state.begun and key.is_same(state.header.device):
            ctx.library.jobs.forget(state)  # it only lifted the write protection, which is back now
    for item in device.unfinished():
        if item.addrs <= frozenset(plan.wanted):
            ctx.library.jobs.forget(item.state)
            continue
        ctx.warn(
            "PS-NOTE-HALF-WRITTEN",
            _(
                "The write of {image} that began on {since} is still unfinished on this device.",
                image=item.state.header.subject,
                since=item.state.header.started,
            ),
            hint=_("Finish it: {command}", command=item.state.header.command),
            data={"job": item.state.id, "command": item.state.header.command},
        )


def tell_trouble(ctx: FlowContext, job: Job) -> None:
    """Tell if the disk refused an entry of the journal in the middle of the write."""
    if job.trouble is None:
        return
    ctx.warn(
        "PS-NOTE-JOURNAL",
        _(
            "The journal of this write could not be kept to the end: {problem}. What the write "
            "intends is on the disk all the same.",
            problem=job.trouble,
        ),
        hint=_("Make room on the disk of the library."),
    )
