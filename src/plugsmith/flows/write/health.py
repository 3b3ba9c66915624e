"""`health`: how a flash erases and takes bytes, tried on free sectors only.

Free is what is proven blank now, was so in the backup, and lies where no map of the chip keeps
anything but updates. A job on disk says that these sectors shall be blank until they are, as for
every other write; only what such a job names is blanked although it holds something.
"""

from __future__ import annotations

import statistics
import zlib
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, RegionRole
from plugsmith.errors import ExitCode, NothingFound
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.flash import run_plan, secured_checks
from plugsmith.flows.write.checklist import Stage, preflight
from plugsmith.flows.write.execute import execute, prepare
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.preflight import PreflightSubject
from plugsmith.flows.write.proven import secure, up_to_date
from plugsmith.flows.write.sector_survey import survey_device
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
    from plugsmith.flows.write.proven import Safety

SLOW_ERASE_MS = 400.0  # the usual upper limit for such parts; not looked up part by part
_SUBJECT = "health"
PATTERNS = (b"\x55" * SECTOR_LEN, b"\xaa" * SECTOR_LEN, bytes(range(256)) * (SECTOR_LEN // 256))


@record
class SectorHealth(Record):
    """One sector: the slowest erase and write of it, and whether each pattern stood in it."""

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
            target = TargetImage(wanted=dict.fromkeys(chosen, BLANK_SECTOR))
            plan = make_plan(
                target,
                chip=device.identity.chip,
                flash_size=device.size,
                equal=frozenset(),
                permissions=ctx.permissions,
            )
            safety = up_to_date(ctx, device, safety, plan)
            run_plan(
                ctx,
                device,
                plan,
                survey_device(target.wanted, device.size, device.crcs),
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


def _try_all(ctx: FlowContext, device: Device, run: Execution, rows: list[SectorHealth]) -> None:
    """Measure each sector, then let the usual execution make all of them blank, proven."""
    sectors = run.plan.changed_sectors
    title = _("Trying free sectors")
    with task("health", title, total=len(sectors), clock=ctx.clock, sink=ctx.sink,
              unit="sectors") as meter:  # fmt: skip
        for at in sectors:
            ctx.cancel.check()
            prepare(device, at)
            device.note_speed()
            if device.job is not None:
                device.job.in_flight(AddressRange.sized(at, SECTOR_LEN))
            run.begun = True
            rows.append(_try_one(ctx, device, at))
            meter.advance(1)
    execute(ctx, device, run)


def _try_one(ctx: FlowContext, device: Device, at: int) -> SectorHealth:
    span, flash, now = AddressRange.sized(at, SECTOR_LEN), device.flash, ctx.clock.monotonic
    erase_s, program_s, sound = [0.0], [0.0], True
    for pattern in PATTERNS:
        began = now()
        flash.erase(span)
        erased = now()
        flash.program_sectors([(at, pattern)], taken=lambda _at: None)
        erase_s.append(erased - began)
        program_s.append(now() - erased)
        prepare(device, at)  # a checksum protects the flash on some boot codes
        sound = sound and flash.crc32(span) == zlib.crc32(pattern)
        prepare(device, at)
    return SectorHealth(
        start=at,
        erase_ms=round(max(erase_s) * 1000, 1),
        program_ms=round(max(program_s) * 1000, 1),
        sound=sound,
    )


def _result(
    chip: str, part: str | None, rows: list[SectorHealth], backup: str | None, *, dry_run: bool
) -> HealthResult:
    slow = any(row.erase_ms > SLOW_ERASE_MS for row in rows)
    verdict = "slow" if slow else "sound"
    if not all(row.sound for row in rows):
        verdict = "bad"
    measured = rows if not dry_run else []
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
