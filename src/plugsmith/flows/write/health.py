"""`health`: how a flash erases and takes bytes, tried on free sectors only.

Free is what is proven blank now, was so in the backup, and lies where no map of the chip keeps
anything but updates. A job on disk says that these sectors shall be blank until they are, as for
every other write; only what such a job names is blanked although it holds something.
"""

from __future__ import annotations

import statistics
from contextlib import suppress
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, RegionRole
from plugsmith.errors import ExitCode, NothingFound
from plugsmith.errors.flash import WriteLost
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.flash import run_plan, secured_checks
from plugsmith.flows.write.checks.checklist import Stage, preflight
from plugsmith.flows.write.checks.preflight import PreflightSubject
from plugsmith.flows.write.execute import execute, prepare
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.proven import secure, up_to_date
from plugsmith.flows.write.sector_survey import survey_kept
from plugsmith.flows.write.target_image import BLANK_SECTOR, TargetImage
from plugsmith.library.jobs.store import JobKind
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _
from plugsmith.records import Record, Result, record

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.execute import Execution
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.proven import Safety

SLOW_ERASE_MS = 400.0  # the usual upper limit for such parts; not looked up part by part
_SUBJECT = "health"
PATTERNS = (b"\x55" * SECTOR_LEN, b"\xaa" * SECTOR_LEN, bytes(range(256)) * (SECTOR_LEN // 256))


@record
class SectorHealth(Record):
    """One sector: its usual erase and write, 0 if unknown, and whether each pattern stood in it."""

    start: int
    erase_ms: float
    program_ms: float
    sound: bool


@record
class HealthResult(Result):
    """`health`; `verdict` is sound, slow, bad, or planned for a dry run. Times in milliseconds."""

    chip: str
    part: str | None
    verdict: str
    erase_ms: float | None
    program_ms: float | None
    sectors: tuple[SectorHealth, ...]
    backup: str | None
    dry_run: bool

    @property
    def exit_status(self) -> ExitCode:
        """7 where a sector did not hold what was written."""
        return ExitCode.VERIFY if self.verdict == "bad" else ExitCode.DONE


def health(ctx: FlowContext, *, count: int, dry_run: bool = False) -> HealthResult:
    """Erase and write `count` free sectors with three patterns, and leave them blank.

    Needs a proven backup and consent. NothingFound where nothing is free.
    """
    with connected(ctx, writes=not dry_run) as device:
        subject = PreflightSubject(identity=device.identity, sets_pins=False)
        preflight(ctx, subject, Stage.LINKED)
        device.raise_speed()
        safety = secure(ctx, device, may_read=not dry_run)
        secured_checks(ctx, subject, safety, dry_run=dry_run)
        chosen = _chosen(device, safety, count)
        if not chosen:
            raise NothingFound(what=_("A free sector"), name=device.identity.chip.name)
        rows = [SectorHealth(start=at, erase_ms=0, program_ms=0, sound=True) for at in chosen]
        if not dry_run:
            named = ", ".join(map(format_addr, chosen))
            ctx.consent(
                _("Erase and write the free sectors {sectors} three times?", sectors=named),
                _("wearing free sectors a little"),
            )
            rows = []
            plan = _blanking(ctx, device, chosen)
            safety = up_to_date(ctx, device, safety, plan)
            run_plan(
                ctx,
                device,
                plan,
                survey_kept(plan.wanted, device.size, device.crcs),
                safety=safety,
                kind=JobKind.ERASE,
                subject=_SUBJECT,
                work=lambda ctx, device, run: _try_all(ctx, device, run, rows),
            )
        part = device.identity.flash.part
        backup = str(safety.backup.file) if safety.backup else None
        return _result(device.identity.chip.name, part.name if part else None, rows, backup,
                       dry_run=dry_run)  # fmt: skip


def _chosen(device: Device, safety: Safety, count: int) -> list[int]:
    """Free sectors; those of a run of this verb that was cut off come along."""
    if safety.backup is None or safety.content is None:
        return []
    free = _free(device.identity.chip, safety.backup.read(), safety.content)
    left = {
        at
        for job in device.unfinished()
        if (job.state.header.kind, job.state.header.subject) == (JobKind.ERASE, _SUBJECT)
        for at in job.addrs
    }
    return sorted({*left, *_spread(free, count)})


def _free(chip: Chip, before: bytes, now: bytes) -> list[int]:
    """Sectors that were and are blank, in nobody's region or in that for updates."""
    kept = [
        region.span
        for layout in chip.memory_maps
        for region in layout.regions
        if region.role is not RegionRole.OTA
    ]
    return [
        at
        for at in range(APP_START, len(now) - SECTOR_LEN + 1, SECTOR_LEN)
        if before[at : at + SECTOR_LEN] == now[at : at + SECTOR_LEN] == BLANK_SECTOR
        and not any(span.overlaps(AddressRange.sized(at, SECTOR_LEN)) for span in kept)
    ]


def _spread(free: list[int], count: int) -> list[int]:
    if len(free) <= count:
        return free
    return sorted({free[at * (len(free) - 1) // max(1, count - 1)] for at in range(count)})


def _blanking(ctx: FlowContext, device: Device, sectors: list[int]) -> FlashPlan:
    return make_plan(
        TargetImage(wanted=dict.fromkeys(sectors, BLANK_SECTOR)),
        chip=device.identity.chip,
        flash_size=device.size,
        equal=frozenset(),
        permissions=ctx.permissions,
    )


def _try_all(ctx: FlowContext, device: Device, run: Execution, rows: list[SectorHealth]) -> None:
    """Measure each sector, then let the usual execution make blank, proven, what can be blank."""
    left, stuck = list(run.left), set[int]()

    def try_left() -> None:
        while left:
            ctx.cancel.check()
            prepare(device, left[0])
            device.note_speed()
            if device.job is not None:
                device.job.in_flight(AddressRange.sized(left[0], SECTOR_LEN))
            run.begun = True
            row = _try_one(ctx, device, left[0])
            if not row.sound and device.flash.peek(left[0]) != BLANK_SECTOR:
                stuck.add(left[0])
            rows.append(row)
            left.pop(0)
            meter.advance(1)

    def first() -> None:
        device.resume_on_relink(try_left, left=lambda: len(left))
        if stuck:
            run.plan = _blanking(ctx, device, [at for at in run.left if at not in stuck])
            run.left = run.plan.changed_sectors

    title = _("Trying free sectors")
    with task("health", title, total=len(left), clock=ctx.clock, sink=ctx.sink,
              unit="sectors") as meter:  # fmt: skip
        execute(ctx, device, run, first=first)


def _try_one(ctx: FlowContext, device: Device, at: int) -> SectorHealth:
    """Leaves the last pattern in a sound sector; a bad one was erased once more.

    The first round is not timed: it proves by slow reads that the protection is lifted. Of the
    others the quicker counts, as a request that got lost on the wire is no wear. No checksum is
    asked for, which protects the flash on some boot codes so that all is proven again.
    """
    span, flash, now = AddressRange.sized(at, SECTOR_LEN), device.flash, ctx.clock.monotonic
    erase_s, program_s, sound = list[float](), list[float](), True
    try:
        for pattern in PATTERNS:
            began = now()
            flash.erase(span)
            erased = now()
            flash.program_sectors([(at, pattern)], taken=lambda _at: None)
            ctx.cancel.check()
            programmed = now()
            sound = flash.peek(at) == pattern and sound
            looks_s = now() - programmed if device.over_spi else 0.0  # each step there looks, too
            erase_s.append(erased - began - looks_s)
            program_s.append(programmed - erased - looks_s)
    except WriteLost:
        sound = False
    if not sound:
        with suppress(WriteLost):
            flash.erase(span)
    return SectorHealth(
        start=at,
        erase_ms=round(min(erase_s[1:], default=0.0) * 1000, 1),
        program_ms=round(min(program_s[1:], default=0.0) * 1000, 1),
        sound=sound,
    )


def _result(
    chip: str, part: str | None, rows: list[SectorHealth], backup: str | None, *, dry_run: bool
) -> HealthResult:
    slow = any(row.erase_ms > SLOW_ERASE_MS for row in rows)
    verdict = "slow" if slow else "sound"
    if not all(row.sound for row in rows):
        verdict = "bad"
    measured = [row for row in rows if row.erase_ms]
    return HealthResult(
        chip=chip,
        part=part,
        verdict="planned" if dry_run else verdict,
        erase_ms=statistics.median(row.erase_ms for row in measured) if measured else None,
        program_ms=statistics.median(row.program_ms for row in measured) if measured else None,
        sectors=tuple(rows),
        backup=backup,
        dry_run=dry_run,
    )
