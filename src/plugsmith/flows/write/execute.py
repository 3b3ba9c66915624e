"""Carry out a FlashPlan sector by sector, prove the result, and leave nothing half-said.

Order: the sector that starts the firmware is erased first and written last, so that an interrupted
device never runs a mixture; checksums come at the end, because they protect the flash on some
boot codes.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, Family, RegionRole
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.flash import WriteStopped
from plugsmith.errors.flows import KeptChanged, VerifyFailed
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.flows.permissions import Permission
from plugsmith.flows.progress import ProgressMeter, task
from plugsmith.flows.write.put_aside import put_aside_strange
from plugsmith.flows.write.sector_survey import RangeCrc, crcs_of
from plugsmith.memory import (
    BLOCK_LEN,
    SECTOR_LEN,
    AddressRange,
    merge_ranges,
)
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.sector_survey import Survey

_ROUNDS = 3  # of writing bad ranges again; a range that fails three times has another cause


class Execution:
    """One run: what is left, and whether an erase was sent (`begun`, never taken back).

    `original` lets damage be undone; `untouched` is a refusal after which the device was proven to
    hold what it held before.
    """

    def __init__(self, plan: FlashPlan, survey: Survey, *, original: bytes | None = None) -> None:
        self.plan = plan
        self.survey = survey
        self.original = original  # proven content from before
        self.begun = False
        self.untouched = False
        self.left = plan.changed_sectors
        self.repaired: list[int] = []  # the sectors of the last repair

    @property
    def code_left(self) -> bool:
        """Whether what is left belongs to boot loader or application by any map of the chip."""
        code = [
            region.span
            for layout in self.plan.chip.memory_maps
            for role in (RegionRole.BOOTLOADER, RegionRole.APP)
            for region in layout.with_role(role)
        ]
        return any(span.start <= addr < span.end for addr in self.left for span in code)

    @property
    def commit(self) -> list[int]:
        """The sectors that start the firmware, in the order in which they are written last."""
        starts = (APP_START, 0) if self.plan.chip.family is Family.ROM else (APP_START,)
        changed = set(self.plan.changed_sectors)
        return [addr for addr in starts if addr in changed]


def execute(
    ctx: FlowContext, device: Device, run: Execution, *, first: Callable[[], None] | None = None
) -> None:
    """Erase, write and verify; on return the device holds the plan's content, proven.

    `first` is done before and may change `run`; what ends it is told in the same way.

    An interruption (Ctrl-C, port, link, transfer) leaves a warning that says whether the device
    boots now and how to go on, then raises; `run.begun` tells whether anything may have changed.
    """
    if not run.left:
        return
    try:
        if first is not None:
            first()
        _write_all(ctx, device, run)
        _verify(ctx, device, run)
    except Cancelled as stop:
        raise Cancelled(state=state_sentence(run), resume=_go_on(ctx)) from stop
    except SafetyRefusal as refusal:
        run.untouched = not run.begun or _is_as_before(device, run)
        if run.untouched:
            raise
        _tell_unfinished(ctx, run, refusal)
        raise WriteStopped(reason=refusal.message) from refusal
    except PlugsmithError as failure:
        _tell_unfinished(ctx, run, failure)
        raise


def state_sentence(run: Execution) -> str:
    """Whether the device boots now, in one sentence."""
    if not run.begun:
        return _("Nothing was changed on the device: it works as before.")
    if not run.left:
        return _("Everything is written, but not all of it is verified yet.")
    if run.commit:
        return _(
            "The device does not start now: {count} sectors are still to be written.",
            count=len(run.left),
        )
    if not run.code_left:
        return _(
            "Nothing of boot loader and application is left to write; {count} "
            "{count:sector|sectors} elsewhere {count:is|are} still to be written.",
            count=len(run.left),
        )
    return _(
        "The device holds a mixture of old and new and may not start: {count} sectors are missing.",
        count=len(run.left),
    )


def _go_on(ctx: FlowContext) -> str:
    return _("To go on, run: {command}", command=ctx.again)


def _tell_unfinished(ctx: FlowContext, run: Execution, failure: PlugsmithError) -> None:
    ctx.warn(
        "PS-NOTE-UNFINISHED",
        state_sentence(run),
        hint=_go_on(ctx),
        data={"sectors_left": len(run.left), "cause": failure.code, "command": ctx.again},
    )


def _write_all(ctx: FlowContext, device: Device, run: Execution) -> None:
    with task(
        "write",
        _("Writing"),
        total=len(run.left) * SECTOR_LEN,
        clock=ctx.clock,
        sink=ctx.sink,
    ) as meter:
        device.resume_on_relink(
            lambda: _write_left(ctx, device, run, meter), left=lambda: len(run.left)
        )
        meter.summary = _(
            "Written: {kib} KiB in {seconds:.1f} s.",
            kib=len(run.plan.changed_sectors) * SECTOR_LEN // 1024,
            seconds=meter.seconds,
        )


def _write_left(ctx: FlowContext, device: Device, run: Execution, meter: ProgressMeter) -> None:
    """Write the sectors in `run.left`, removing each one when the device has taken it."""
    if not run.left:
        return
    ctx.cancel.check()
    first = run.commit[0] if run.commit else run.left[0]
    prepare(device, first)
    for addr in run.commit:
        if addr in run.left:
            _erase(device, run, AddressRange.sized(addr, SECTOR_LEN))
    for group in _groups(run):
        ctx.cancel.check()
        _erase(device, run, AddressRange(group[0], group[-1] + SECTOR_LEN))
        _program(ctx, device, run, group, meter)
    for addr in run.commit:
        if addr in run.left:
            ctx.cancel.check()
            _program(ctx, device, run, [addr], meter)


def prepare(device: Device, first: int) -> None:
    """Let the flash part take writes, at `first` for one."""
    device.flash.prepare_writes(
        AddressRange.sized(first, SECTOR_LEN),
        allow_unknown_part=Permission.UNKNOWN_PART in device.ctx.permissions,
    )


def _is_as_before(device: Device, run: Execution) -> bool:
    """Whether the flash is proven to hold what it held before the run."""
    if run.original is None:
        return False
    whole = AddressRange(0, len(run.original)).split(BLOCK_LEN)
    known = [(span, zlib.crc32(run.original[span.start : span.end])) for span in whole]
    try:
        return not device.differing(known, mostly_equal=True)
    except PlugsmithError:
        return False


def _erase(device: Device, run: Execution, span: AddressRange) -> None:
    device.note_speed()
    if device.job is not None:
        device.job.in_flight(span)
    run.begun = True
    device.known.begin(span)
    device.flash.erase(span)


def _program(
    ctx: FlowContext, device: Device, run: Execution, group: list[int], meter: ProgressMeter
) -> None:
    def taken(addr: int) -> None:
        if device.job is not None:
            crc = zlib.crc32(run.plan.wanted[addr])
            device.job.written(AddressRange.sized(addr, SECTOR_LEN), crc)
        run.left.remove(addr)
        meter.advance(SECTOR_LEN)

    device.flash.program_sectors([(addr, run.plan.wanted[addr]) for addr in group], taken=taken)
    if group[-1] in run.left:
        ctx.cancel.check()


def _groups(run: Execution) -> Iterator[list[int]]:
    """Runs of neighbouring sectors inside one block: a whole block is erased at once."""
    commit = set(run.commit)
    group: list[int] = []
    for addr in [item for item in run.left if item not in commit]:
        joins = group and addr == group[-1] + SECTOR_LEN and addr % BLOCK_LEN != 0
        if group and not joins:
            yield group
            group = []
        group.append(addr)
    if group:
        yield group


def _verify(ctx: FlowContext, device: Device, run: Execution) -> None:
    written = list(crcs_of(run.plan.wanted, run.plan.changes))
    checks = [*written, *run.survey.baseline]
    with task(
        "verify",
        _("Verifying"),
        total=sum(len(item.span) for item in checks),
        clock=ctx.clock,
        sink=ctx.sink,
    ) as meter:
        for _round in range(_ROUNDS):
            bad = _differing(device, run, checks, meter)
            if not bad:
                meter.summary = _("Verified: the flash holds exactly what was planned.")
                return
            _repair(ctx, device, run, bad)  # which may have hit another place: all again
        bad = _differing(device, run, checks, meter)
        if bad:
            raise VerifyFailed(ranges=_ranges(_named(run, bad)), rounds=_ROUNDS, resume=ctx.again)
        meter.summary = _("Verified, after writing some ranges again.")


def _differing(
    device: Device, run: Execution, checks: list[RangeCrc], meter: ProgressMeter
) -> list[RangeCrc]:
    bad: list[RangeCrc] = []

    def compare() -> None:
        wanted = [(item.span, item.crc32) for item in checks]
        wrong = set(device.flash.differing(wanted, mostly_equal=True))
        bad.extend(item for item in checks if item.span in wrong)

    device.resume_on_relink(compare, left=lambda: len(run.left))
    meter.advance(sum(len(item.span) for item in checks if item not in bad))
    return bad


def _repair(ctx: FlowContext, device: Device, run: Execution, bad: list[RangeCrc]) -> None:
    """Write the bad sectors of `bad` again: planned content, or what was there before."""
    todo: dict[int, bytes] = {}
    for item in bad:
        todo.update(_wanted_content(run, item))
    wrong = _wrong_sectors(device, run, todo)
    limit = run.plan.chip.protected_until
    loader = [AddressRange.sized(addr, SECTOR_LEN) for addr in wrong if addr < limit]
    if loader:
        raise KeptChanged(ranges=_ranges(loader), remedy=_kept_remedy(loader[0], limit))
    ctx.say(_("{count} sectors differ and are written again.", count=len(wrong)))
    put_aside_strange(ctx, device, [addr for addr in wrong if addr not in run.plan.wanted])
    run.left = sorted(wrong)
    run.repaired = list(run.left)
    fixes = dict(run.plan.wanted) | todo

    def rewrite() -> None:
        ctx.cancel.check()
        if run.left:
            prepare(device, run.left[0])
        while run.left:
            addr = run.left[0]
            device.flash.rewrite(addr, fixes[addr])
            run.left.pop(0)
            ctx.cancel.check()

    device.resume_on_relink(rewrite, left=lambda: len(run.left))


def _wanted_content(run: Execution, item: RangeCrc) -> dict[int, bytes]:
    if all(part.start in run.plan.wanted for part in item.span.split(SECTOR_LEN)):
        return {part.start: run.plan.wanted[part.start] for part in item.span.split(SECTOR_LEN)}
    before = run.original[item.span.start : item.span.end] if run.original is not None else b""
    if zlib.crc32(before) != item.crc32:
        remedy = _kept_remedy(item.span, run.plan.chip.protected_until)
        raise KeptChanged(ranges=str(item.span), remedy=remedy)
    return {
        item.span.start + at: before[at : at + SECTOR_LEN]
        for at in range(0, len(before), SECTOR_LEN)
    }


def _kept_remedy(span: AddressRange, limit: int) -> str:
    if span.start < limit:
        return _(
            "Do not switch the device off. Run `plugsmith verify` against your backup and ask for "
            "help with its output: the boot loader may be damaged."
        )
    return _("Put the range {span} back from your backup with `plugsmith restore`.", span=span)


def _wrong_sectors(device: Device, run: Execution, todo: dict[int, bytes]) -> list[int]:
    wrong: list[int] = []

    def compare() -> None:
        spans = [(AddressRange.sized(at, SECTOR_LEN), zlib.crc32(todo[at])) for at in todo]
        wrong[:] = [span.start for span in device.flash.differing(spans)]

    device.resume_on_relink(compare, left=lambda: len(run.left))
    return wrong


def _named(run: Execution, bad: list[RangeCrc]) -> list[AddressRange]:
    """The sectors that were written again in vain, as far as that is known; else whole ranges."""
    sectors = [AddressRange.sized(addr, SECTOR_LEN) for addr in run.repaired]
    return [
        span
        for item in bad
        for span in [part for part in sectors if part.overlaps(item.span)] or [item.span]
    ]


def _ranges(spans: Iterable[AddressRange]) -> str:
    return ", ".join(str(span) for span in merge_ranges(spans))
