"""The raw verbs that change flash: write and erase, under the same rules as `flash`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, MAC_OFFSET, Family
from plugsmith.errors import UsageError
from plugsmith.errors.flows import PermissionNeeded
from plugsmith.errors.safety import OutsideFlash
from plugsmith.flows.permissions import Permission, rf_refused
from plugsmith.flows.wire.boot_watch import BootSighting, watch_boot
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.flash import WriteOutcome, run_plan, secured_checks, take_survey
from plugsmith.flows.wire.results import BytesRow, SettingsRow
from plugsmith.flows.write.checks.checklist import Stage, preflight
from plugsmith.flows.write.checks.preflight import PreflightSubject
from plugsmith.flows.write.collateral import with_repairs
from plugsmith.flows.write.flash_map import draw_plan
from plugsmith.flows.write.intent import with_starts
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.proven import secure, up_to_date
from plugsmith.flows.write.target_image import (
    BLANK_SECTOR,
    MAC_LEN,
    Segment,
    TargetImage,
    merge_rf,
    sectors_of,
    within_permissions,
)
from plugsmith.flows.write.way_back import undo_command
from plugsmith.library.jobs.store import JobKind
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr, subtract_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.wire.raw_read import SpanOf


def write_raw(
    ctx: FlowContext,
    data: bytes,
    *,
    start: int,
    more: Sequence[Segment] = (),
    dry_run: bool = False,
) -> WriteOutcome:
    """Write `data` at `start`, and `more` where it belongs; the rest of their sectors stays.

    UsageError for segments that overlap.
    """
    pieces = sorted([Segment(start=start, data=data), *more], key=lambda item: item.start)
    spans = [AddressRange.sized(item.start, len(item.data)) for item in pieces]
    for one, other in pairwise(spans):
        if other.start < one.end:
            raise UsageError(problem=_("{one} and {other} overlap", one=one, other=other))

    def target(device: Device) -> TargetImage:
        for span in spans:
            _check_span(ctx, device, span)
        wanted = sectors_of(pieces, under=device.under)
        _check_reach(ctx, device, spans, wanted)
        return TargetImage(wanted=wanted)

    digest = hashlib.sha256(b"".join(item.data for item in pieces)).hexdigest()
    length = sum(map(len, spans))
    image = BytesRow(sha256=digest, start=spans[0].start, length=length)
    return change_flash(ctx, target, kind=JobKind.WRITE, image=image, dry_run=dry_run)


def erase_raw(ctx: FlowContext, span_of: SpanOf, *, dry_run: bool = False) -> WriteOutcome:
    """Erase whole sectors; needs consent, because the device may not start afterwards."""

    def target(device: Device) -> TargetImage:
        span = span_of(device.size)
        if span != span.aligned(SECTOR_LEN):
            raise UsageError(
                problem=_(
                    "only whole sectors can be erased; the sectors around it are {span}",
                    span=span.aligned(SECTOR_LEN),
                )
            )
        _check_span(ctx, device, span)
        erased.append(span)
        if not dry_run:
            ctx.consent(_("Erase {span} of the device?", span=span), _("erasing {span}", span=span))
        return TargetImage(wanted={part.start: BLANK_SECTOR for part in span.split(SECTOR_LEN)})

    erased: list[AddressRange] = []
    done = change_flash(ctx, target, kind=JobKind.ERASE, image=None, dry_run=dry_run)
    return replace(done, changed=erased[-1])


def change_flash(
    ctx: FlowContext,
    target_of: Callable[[Device], TargetImage],
    *,
    kind: JobKind,
    image: BytesRow | SettingsRow | None,
    dry_run: bool,
    sets_pins: bool = False,
) -> WriteOutcome:
    """Make the flash hold the target of the linked device: checks, backup, plan, write, verify.

    `sets_pins` is whether what is written tells a firmware its pins.
    """
    with connected(ctx, writes=not dry_run) as device:
        began_s = ctx.clock.monotonic()
        subject = PreflightSubject(identity=device.identity, sets_pins=sets_pins)
        checks = preflight(ctx, subject, Stage.LINKED)
        device.raise_speed()
        target = within_permissions(target_of(device), device.rf_now(), ctx.permissions)
        target = with_starts(device, target)
        make_plan(  # refuses before a backup takes its time
            target,
            chip=device.identity.chip,
            flash_size=device.size,
            equal=frozenset(),
            permissions=ctx.permissions,
        )
        safety = secure(ctx, device, may_read=not dry_run)
        checks += secured_checks(ctx, subject, safety, dry_run=dry_run)
        target = with_repairs(ctx, device, target, safety.content, firmware=False)
        survey = take_survey(device, target, safety)
        plan = make_plan(
            target,
            chip=device.identity.chip,
            flash_size=device.size,
            equal=survey.equal,
            permissions=ctx.permissions,
        )
        ctx.say(draw_plan(plan, baud=device.flash.baud))
        boot: BootSighting | None = None
        if not dry_run:
            safety = up_to_date(ctx, device, safety, plan)
        undo = undo_command(ctx, device, plan, safety)
        if not dry_run:
            run_plan(ctx, device, plan, survey, safety=safety, kind=kind, subject=kind.value)
            boot = watch_boot(ctx, device) if device.log is not None else None
        return WriteOutcome(
            chip=device.identity.chip.name,
            image=image,
            safety=safety,
            plan=plan,
            checks=tuple(checks),
            verified=not dry_run,
            boot=boot,
            undo=undo,
            seconds=ctx.clock.monotonic() - began_s,
            notes=plan.notes,
        )


def _check_span(ctx: FlowContext, device: Device, span: AddressRange) -> None:
    if span.end > device.size:
        raise OutsideFlash(span=str(span), limit=format_addr(device.size))
    in_loader = span.start < APP_START and device.identity.family is Family.ROM
    if in_loader and Permission.BOOTLOADER not in ctx.permissions:
        raise PermissionNeeded(
            span=str(span),
            region=_("the boot loader"),
            reason=_("Without a right one the device stays dead until it is flashed again."),
            permission=Permission.BOOTLOADER.value,
        )


def _check_reach(
    ctx: FlowContext, device: Device, spans: Sequence[AddressRange], wanted: Mapping[int, bytes]
) -> None:
    """Refuse bytes in an RF sector of which the permissions allow none.

    Nothing of them would be written, and the run would end as done. What was asked for decides,
    not what stands there: a command that was cut ends well when it is run again.
    """
    for addr, now in device.rf_now().items():
        new = wanted.get(addr)
        if new is None or merge_rf(now, new, ctx.permissions) != now or new == now:
            continue
        address = AddressRange.sized(addr + MAC_OFFSET, MAC_LEN)
        allowed = [address]
        if Permission.MAC not in ctx.permissions:
            allowed = subtract_ranges([AddressRange.sized(addr, SECTOR_LEN)], allowed)
        if not any(span.overlaps(part) for span in spans for part in allowed):
            raise rf_refused(addr, ctx.permissions)
