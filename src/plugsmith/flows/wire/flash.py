"""`flash`: identify, secure with a backup, check, plan, write, verify, look whether it boots."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, Family
from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.flows import BootLoop
from plugsmith.flows.image.results import image_row
from plugsmith.flows.now import now_text
from plugsmith.flows.wire.boot_check import flash_after
from plugsmith.flows.wire.boot_watch import BootSighting, watch_boot
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.results import (
    BytesRow,
    SettingsRow,
    WriteResult,
    backup_row,
    check_rows,
    plan_rows,
)
from plugsmith.flows.write.checks.checklist import Stage, preflight
from plugsmith.flows.write.checks.preflight import PreflightSubject
from plugsmith.flows.write.chosen_image import choose_image, tell_lacking
from plugsmith.flows.write.collateral import with_repairs
from plugsmith.flows.write.execute import Execution, execute
from plugsmith.flows.write.flash_map import draw_plan
from plugsmith.flows.write.intent import aims_of, intend, settle_older, tell_trouble, with_starts
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.proven import Safety, secure, up_to_date
from plugsmith.flows.write.sector_survey import Survey, survey_device, survey_known
from plugsmith.flows.write.source import load_image
from plugsmith.flows.write.target_image import FlashState, TargetImage, image_target, loader_body
from plugsmith.flows.write.way_back import undo_command
from plugsmith.library.jobs.store import Job, JobHeader, JobKind
from plugsmith.memory import AddressRange
from plugsmith.messages import _
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.image.fetch import FetchRequest
    from plugsmith.flows.image.results import ImageRow
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.checks.preflight import PreflightCheck
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.source import ImageSource
    from plugsmith.flows.write.target_image import Segment
    from plugsmith.interpret.openbeken.pin_needs import PinNeeds

_HEADER_AREA = AddressRange(
    0xF000, APP_START
)  # where loaders keep their RBL header: 0xFE9A, 0x10F9A


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOutcome:
    """What a flash, restore or write did; `verified` is False only for a dry run."""

    chip: str
    image: ImageRow | BytesRow | SettingsRow | None
    safety: Safety
    plan: FlashPlan
    checks: tuple[PreflightCheck, ...]
    verified: bool
    boot: BootSighting | None = None
    undo: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default_factory=tuple)
    changed: AddressRange | None = None  # what `erase` was asked for
    mac: str | None = None  # the device's own address

    def result(self) -> WriteResult:
        """For the verbs that write."""
        return WriteResult(
            chip=self.chip,
            image=self.image,
            backup=backup_row(self.safety),
            plan=plan_rows(self.plan),
            checks=check_rows(self.checks),
            verified=self.verified,
            booted=self.boot.booted if self.boot else None,
            undo=self.undo,
            seconds=round(self.seconds, 3),
            notes=self.notes,
        )


def flash(
    ctx: FlowContext,
    path: Path | None,
    *,
    dry_run: bool = False,
    boot_check: bool = False,
    download: FetchRequest | None = None,
    extra: Callable[[FlowContext, Device, Safety], Segment] | None = None,
    needs: PinNeeds | None = None,
) -> WriteOutcome:
    """Write the image in `path` to the connected device; `extra` makes a piece that goes with it,
    from the linked device and what secures the write. `needs`: of the pins that are set with it.

    Without `path` the newest OpenBeken image for the chip and its code key is taken from the cache,
    or with `download` from the public releases: the build whose drivers the pins need. NoImage or
    NoVariant when there is none. An image that lacks a driver is told.
    Raises exit-9 errors for an unusable file (before the port is opened), PreflightRefused for one
    that does not fit, BootLoop when the device was seen not to boot.
    """
    source = load_image(path) if path is not None else None
    with connected(ctx, writes=not dry_run) as device:
        if source is None:
            source = choose_image(ctx, device, download=download, needs=needs)
        if extra is not None:
            _refuse_other_firmware(source)
        subject = PreflightSubject(identity=device.identity, source=source, sets_pins=True)
        checks = preflight(ctx, subject, Stage.LINKED)
        device.raise_speed()
        safety = secure(ctx, device, may_read=not dry_run)
        lacking = tell_lacking(ctx, source, safety, needs)
        if extra is not None:
            source = replace(source, pieces=(*source.pieces, extra(ctx, device, safety)))
        outcome = write_source(
            ctx,
            device,
            source,
            safety=safety,
            subject=subject,
            checks=checks,
            kind=JobKind.FLASH,
            dry_run=dry_run,
            boot_check=boot_check,
        )
        return replace(outcome, notes=(*outcome.notes, *lacking))


def _refuse_other_firmware(source: ImageSource) -> None:
    """Settings of OpenBeken are of use to OpenBeken alone."""
    if source.image.firmware != "OpenBeken":
        raise UsageError(
            problem=_("{name} is not OpenBeken: settings cannot go with it", name=source.name)
        )


def secured_checks(
    ctx: FlowContext, subject: PreflightSubject, safety: Safety, *, dry_run: bool
) -> list[PreflightCheck]:
    """The checks that the backup and the proven content of the device allow."""
    file = str(safety.backup.file) if safety.backup is not None else None
    known = replace(subject, backup=file, now=safety.content, dry_run=dry_run)
    return preflight(ctx, known, Stage.SECURED)


def write_source(
    ctx: FlowContext,
    device: Device,
    source: ImageSource,
    *,
    safety: Safety,
    subject: PreflightSubject,
    checks: Sequence[PreflightCheck],
    kind: JobKind,
    dry_run: bool,
    boot_check: bool = False,
) -> WriteOutcome:
    """Plan and write a file to a linked device that passed its `checks`, verify, watch it boot.

    With `boot_check` the flash as it will be runs in the CPU emulator first.
    """
    began_s = ctx.clock.monotonic()
    target = image_target(source.pieces, _state(device, source), ctx.permissions)
    target = with_repairs(ctx, device, with_starts(device, target), safety.content, firmware=True)
    survey = take_survey(device, target, safety)
    plan = make_plan(
        target,
        chip=device.identity.chip,
        flash_size=device.size,
        equal=survey.equal,
        permissions=ctx.permissions,
    )
    checks = [*checks, *secured_checks(ctx, subject, safety, dry_run=dry_run)]
    ctx.say(draw_plan(plan, baud=device.flash.baud))
    held = flash_after(plan, safety.content)
    planned = replace(subject, held=held, boot_check=boot_check, sink=ctx.sink)
    tried = preflight(ctx, planned, Stage.PLANNED)
    for check in tried:
        ctx.say(check.text)
    checks += tried
    if not dry_run:
        safety = up_to_date(ctx, device, safety, plan)
    undo = undo_command(ctx, device, plan, safety)
    outcome = WriteOutcome(
        chip=device.identity.chip.name,
        image=image_row(source.image, file=str(source.path)),
        safety=safety,
        plan=plan,
        checks=tuple(checks),
        verified=False,
        undo=undo,
        notes=plan.notes,
        mac=device.mac(),
    )
    if dry_run:
        return outcome
    run_plan(ctx, device, plan, survey, safety=safety, kind=kind, subject=source.name)
    boot = watch_boot(ctx, device, firmware=source.image.firmware)
    tell_boot(ctx, boot, undo=undo)
    return _finished(ctx, outcome, boot, began_s)


def run_plan(
    ctx: FlowContext,
    device: Device,
    plan: FlashPlan,
    survey: Survey,
    *,
    safety: Safety,
    kind: JobKind,
    subject: str,
    work: Callable[[FlowContext, Device, Execution], None] = execute,
) -> None:
    """Execute `plan` with a job on disk that marks the device as half-written until it is done.

    `work` ends as `execute` does: with the content of the plan, proven.
    """
    if not plan.changed_sectors:
        device.be_sure()  # that it is this device which holds all of it
        settle_older(ctx, device, plan)
        return
    device.claim()
    device.tell_wrong_clock()
    if safety.backup is not None:
        ctx.before_change(safety.backup.file)
    job = ctx.library.jobs.start(
        JobHeader(
            kind=kind,
            device=device.key(),
            port=ctx.port_name,
            adapter=device.port.info.adapter,
            subject=subject,
            command=ctx.again,
            started=now_text(ctx.clock),
            backup=str(safety.backup.file.absolute()) if safety.backup else None,
        )
    )
    run = Execution(plan, survey, original=safety.content)
    try:
        intend(device, job, plan, survey, safety.content)
        device.job = job
        aims = aims_of(device, plan, safety.content)
        device.known.keep(survey.baseline, aims=aims, content=safety.content)
        work(ctx, device, run)
    except BaseException:
        if (run.begun and not run.untouched) or device.unprotected:
            job.close()
        else:
            job.finish()
        raise
    finally:
        device.job = None
        tell_trouble(ctx, job)
    _tidy_up(ctx, device, job, plan)


def _tidy_up(ctx: FlowContext, device: Device, job: Job, plan: FlashPlan) -> None:
    """What remains after the proof; nothing here may take the result away."""
    try:
        device.resume_on_relink(device.flash_restore_protection, left=lambda: 0)
    except PlugsmithError as problem:
        ctx.warn(
            "PS-NOTE-PROTECTION",
            _(
                "The write protection could not be set as it was: {problem}",
                problem=problem.message,
            ),
        )
    try:
        device.tell_wrong_clock()
        job.finish()
        settle_older(ctx, device, plan)
        device.remember_speed()
    except (PlugsmithError, OSError) as problem:
        why = problem.message if isinstance(problem, PlugsmithError) else system_words(problem)
        text = _("The library could not be brought up to date: {problem}", problem=why)
        ctx.warn("PS-NOTE-LIBRARY", text)


def take_survey(device: Device, target: TargetImage, safety: Safety) -> Survey:
    """What the device holds already: from a read of this session, else by its own checksums."""
    if safety.content is not None:
        return survey_known(target.wanted, safety.content)
    spares, rf = not device.over_spi and not device.client.dialect.ring, device.known.rf
    return survey_device(target.wanted, device.size, device.crcs, sparing=spares, held=rf)


def tell_boot(ctx: FlowContext, boot: BootSighting, *, undo: str) -> None:
    """Say what was seen of the start; BootLoop when it was seen to fail."""
    if boot.booted is False:
        raise BootLoop(seen=boot.seen, undo=undo or "plugsmith restore BACKUP")
    if boot.booted is None:
        ctx.warn("PS-NOTE-BOOT-UNSEEN", boot.seen)
    else:
        ctx.say(boot.seen)


def _finished(
    ctx: FlowContext, outcome: WriteOutcome, boot: BootSighting, began_s: float
) -> WriteOutcome:
    return replace(outcome, verified=True, boot=boot, seconds=ctx.clock.monotonic() - began_s)


def _state(device: Device, source: ImageSource) -> FlashState:
    return FlashState(
        chip=device.identity.chip,
        flash_size=device.size,
        loader_equal=_loader_equal(device, source),
        rf_now=device.rf_now(),
    )


def _loader_equal(device: Device, source: ImageSource) -> bool | None:
    """Whether the device's boot loader is the file's, but for the label; None: no loader in it."""
    if source.image.loader is None or device.identity.family is Family.LOADER:
        return None
    file = source.data[:APP_START]
    low = AddressRange(0, _HEADER_AREA.start)
    if device.differing([(low, zlib.crc32(file[: low.end]))]):
        return False
    ours = device.read(_HEADER_AREA)
    base = _HEADER_AREA.start
    return all(
        ours[max(span.start, base) - base : span.end - base]
        == file[max(span.start, base) : span.end]
        for span in loader_body(source.loader_header)
        if span.end > base
    )
