"""`backup`: every byte of the flash, proven, stored with a passport; resumable.

The sectors that tell chip, device and address come first, so that the user sees within seconds what
is connected. Ranges that the device proves to be blank are not read.
"""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from plugsmith.boot.flash import Proof
from plugsmith.boot.identity import SizeProof
from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import VENDOR_STORAGE_ROLES, RegionRole, Support
from plugsmith.dump.health import judge_backup
from plugsmith.dump.randomness import uniform_byte
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.flows import HalfWritten, NoSpaceLeft, NotABackup
from plugsmith.errors.library import JobLost
from plugsmith.errors.safety import SizeContradicted
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.linked.content_now import WholeRead
from plugsmith.flows.wire.linked.device_passport import passport_of
from plugsmith.flows.wire.results import BackupResult
from plugsmith.library.backups.passport import ProvenRange
from plugsmith.library.jobs.store import JobHeader, JobKind, ReadRange
from plugsmith.memory import (
    BLOCK_LEN,
    SECTOR_LEN,
    AddressRange,
    subtract_ranges,
)
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.boot.flash import ProvenBlock
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.progress import ProgressMeter
    from plugsmith.flows.wire.connection import Device
    from plugsmith.library.backups.passport import Passport
    from plugsmith.library.backups.store import Backup
    from plugsmith.library.jobs.store import Job

_USUAL_FLASH = 0x20_0000
_TELLING_ROLES = (RegionRole.RF, RegionRole.NET, RegionRole.CONFIG, *sorted(VENDOR_STORAGE_ROLES))


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupOutcome:
    """A stored backup and what it took."""

    backup: Backup
    seconds: float
    bytes_on_wire: int
    skipped_blank: int
    resumed: int

    def result(self) -> BackupResult:
        """For the `backup` verb."""
        passport = self.backup.passport
        return BackupResult(
            file=str(self.backup.file),
            sha256=passport.sha256,
            size=passport.flash_size,
            passport=str(self.backup.passport_file),
            proof=passport.proof,
            seconds=round(self.seconds, 3),
            bytes_on_wire=self.bytes_on_wire,
            skipped_blank=self.skipped_blank,
            resumed=self.resumed,
            chip=passport.chip,
            mac=passport.mac,
        )


def backup(ctx: FlowContext, *, out: Path | None = None, resume: bool = False) -> BackupOutcome:
    """Link, read the whole flash with proof, store it, leave the chip running.

    `resume` insists on going on with an interrupted backup of this device (JobLost without one).
    Raises NotABackup, HalfWritten, NoSpaceLeft, NoRightToWrite, OutputExists besides link errors.
    """
    ctx.library.backups.check_room(_USUAL_FLASH, out=out)
    with ExitStack() as stack:
        spare: Path | None = None
        if out is not None and not ctx.library.writable:
            spare = Path(stack.enter_context(TemporaryDirectory(prefix="plugsmith-")))
            ctx.warn(
                "PS-NOTE-NO-LIBRARY",
                _("Your library {folder} cannot be written.", folder=ctx.library.root),
                hint=_("The backup goes to {out} alone; cut short, it begins anew.", out=out),
            )
        device = stack.enter_context(connected(ctx))
        return make_backup(ctx, device, out=out, resume=resume, spare=spare)


def make_backup(
    ctx: FlowContext,
    device: Device,
    *,
    out: Path | None = None,
    resume: bool = False,
    known: bytes | None = None,
    spare: Path | None = None,
) -> BackupOutcome:
    """The same on a device that is linked already; it stays linked.

    What the device still holds of `known`, or of its latest backup, is not read again.
    """
    device.claim()
    device.raise_speed()
    key = device.key()
    _judge_size(ctx, device)
    _refuse_half_written(ctx, device)
    ctx.library.backups.check_room(device.size, out=out)
    device.tell_wrong_clock()
    began_s, wire_before = ctx.clock.monotonic(), device.bytes_on_wire
    since = device.identified_epoch
    job, data, done = _open_job(ctx, device, resume=resume, spare=spare)
    device.job = job
    resumed = sum(len(item.span) for item in done)
    if known is None and not done:
        last = ctx.library.backups.find(key)
        known = last.read() if last is not None else None
    try:
        if known is not None and not done:
            done = _take_known(ctx, device, job, data, known)
        proven = [ProvenRange(span=item.span, proof=item.proof) for item in done]
        read = WholeRead(device, AddressRange(0, device.size), data, proven, since=since)
        _read_rest(ctx, device, job, read)
    except Cancelled as stop:
        if not job.partial.exists():
            raise
        raise Cancelled(
            state=_("What was read so far is kept; the device was not changed."),
            resume=_("To go on, run: {command}", command=_resume_command(ctx)),
        ) from stop
    except PlugsmithError:
        if job.partial.exists():
            ctx.warn(
                "PS-NOTE-UNFINISHED",
                _("What was read so far is kept; the device was not changed."),
                hint=_("To go on, run: {command}", command=_resume_command(ctx)),
            )
        raise
    finally:
        device.job = None
        job.close()
    content = bytes(data)
    try:
        _refuse_unsound(ctx, content, chip=key.chip)
    except NotABackup:
        job.finish()
        raise
    device.tell_wrong_clock()
    passport = passport_of(ctx, device, content, read.proofs)
    stored = _store(ctx, job, content, passport, out=out)
    job.finish()
    device.remember_speed()
    return BackupOutcome(
        backup=stored,
        seconds=ctx.clock.monotonic() - began_s,
        bytes_on_wire=device.bytes_on_wire - wire_before,
        skipped_blank=device.skipped_blank,
        resumed=resumed,
    )


def _store(
    ctx: FlowContext, job: Job, content: bytes, passport: Passport, *, out: Path | None
) -> Backup:
    """The stored backup; where the disk has no room for two copies, the partial one goes first."""
    try:
        return ctx.library.backups.add(content, passport, out=out)
    except NoSpaceLeft:
        folder = ctx.library.backups.folder if out is None else out.absolute().parent
        if not job.drop_partial(beside=folder):
            raise
        return ctx.library.backups.add(content, passport, out=out)


def priority_ranges(device: Device) -> list[AddressRange]:
    """The ranges that tell chip, device and configuration, in reading order."""
    chip, whole = device.identity.chip, AddressRange(0, device.size)
    spans = [AddressRange(0, SECTOR_LEN)]
    for role in _TELLING_ROLES:
        spans += [item.span.aligned(SECTOR_LEN) for item in chip.memory_map.with_role(role)]
    return [span for span in spans if whole.covers(span)]


def _judge_size(ctx: FlowContext, device: Device) -> None:
    """Refuse a size that the flash does not have; tell of one that may not be all of it."""
    flash = device.identity.flash
    jedec = (flash.jedec or b"").hex(" ").upper()
    if flash.size_proof is SizeProof.CONTRADICTED:
        raise SizeContradicted(stated=flash.size, jedec=jedec)
    if flash.size_proof is SizeProof.NO_WRAP:
        ctx.warn(
            "PS-NOTE-FLASH-LARGER",
            _(
                "The flash id {jedec} says {stated} bytes, but the content does not repeat there: "
                "the flash may be larger. What lies behind them is not in the backup, and nothing "
                "is written there.",
                jedec=jedec,
                stated=flash.size,
            ),
            hint=_("Please report what `plugsmith info --json` prints."),
        )


def _refuse_half_written(ctx: FlowContext, device: Device) -> None:
    ctx.library.jobs.refuse_unreadable()
    for open_job in (item.state for item in device.unfinished()):
        raise HalfWritten(
            image=open_job.header.subject,
            since=open_job.header.started,
            command=open_job.header.command,
        )


def _open_job(
    ctx: FlowContext, device: Device, *, resume: bool, spare: Path | None
) -> tuple[Job, bytearray, tuple[ReadRange, ...]]:
    """A new job, or the interrupted one of this device with the ranges that still hold."""
    key = device.key()
    for state in ctx.library.jobs.open_jobs(device=key, kinds=(JobKind.BACKUP,)):
        job = ctx.library.jobs.resume(state.id)
        data, done = job.so_far()
        wrong = set(device.differing([(item.span, item.crc32) for item in done]))
        sound = tuple(item for item in done if item.span not in wrong)
        if sound:
            ctx.say(
                _(
                    "Going on with an interrupted backup: {kib} KiB are there already.",
                    kib=sum(len(item.span) for item in sound) // 1024,
                )
            )
            return job, data, sound
        job.finish()
    if resume:
        raise JobLost(kind=_("backup"), problem=_("none of this device was found"))
    header = JobHeader(
        kind=JobKind.BACKUP,
        device=key,
        port=ctx.port_name,
        adapter=device.port.info.adapter,
        subject=key.chip,
        command=ctx.again,
        started=now_text(ctx.clock),
    )
    return ctx.library.jobs.start(header, spare=spare), bytearray(b"\xff" * device.size), ()


def _take_known(
    ctx: FlowContext, device: Device, job: Job, data: bytearray, before: bytes
) -> tuple[ReadRange, ...]:
    """The ranges in which the device still holds an earlier backup, proven by its own checksums."""
    blocks = list(AddressRange(0, len(before)).split(BLOCK_LEN))
    other = _changed(device, before, blocks, mostly_equal=True)
    sectors = [part for block in other for part in block.split(SECTOR_LEN)]
    changed = [*_changed(device, before, sectors)]
    done = []
    for span in subtract_ranges(blocks, changed):
        piece = before[span.start : span.end]
        data[span.start : span.end] = piece
        job.put(span.start, piece, Proof.DEVICE_CRC)
        done.append(ReadRange(span=span, crc32=zlib.crc32(piece), proof=Proof.DEVICE_CRC))
    ctx.say(
        _(
            "{kib} KiB are as in the earlier backup and are not read again.",
            kib=sum(len(item.span) for item in done) // 1024,
        )
    )
    return tuple(done)


def _changed(
    device: Device, before: bytes, spans: Sequence[AddressRange], *, mostly_equal: bool = False
) -> list[AddressRange]:
    wanted = [(span, zlib.crc32(before[span.start : span.end])) for span in spans]
    return device.differing(wanted, mostly_equal=mostly_equal)


def _read_rest(ctx: FlowContext, device: Device, job: Job, read: WholeRead) -> None:
    with task("backup", _("Reading"), total=device.size, clock=ctx.clock, sink=ctx.sink) as meter:

        def taken(block: ProvenBlock) -> None:
            job.put(block.span.start, block.data, block.proof)
            count = meter.skip if block.proof is Proof.BLANK_CRC else meter.advance
            count(len(block.span))
            device.note_speed()
            ctx.cancel.check()

        meter.skip(device.size - read.left)
        read.finish(taken, lambda have: _reading_order(device, have))
        _summarise(meter, device)


def _reading_order(device: Device, have: Sequence[AddressRange]) -> Iterator[AddressRange]:
    """What is still to be read: telling ranges first, nothing twice."""
    seen = list(have)
    for span in [*priority_ranges(device), AddressRange(0, device.size)]:
        yield from subtract_ranges([span], seen)
        seen.append(span)


def _summarise(meter: ProgressMeter, device: Device) -> None:
    meter.summary = _(
        "Read and proven: {kib} KiB in {seconds:.1f} s ({skipped} KiB were proven blank unread).",
        kib=device.size // 1024,
        seconds=meter.seconds,
        skipped=device.skipped_blank // 1024,
    )


def _refuse_unsound(ctx: FlowContext, content: bytes, *, chip: str) -> None:
    if find_chip(chip).support is Support.RECOGNISED and uniform_byte(content) is None:
        ctx.warn(
            "PS-NOTE-BACKUP",
            _("Every byte is proven, but what belongs where on a {chip} is not known.", chip=chip),
            data={"reason": "layout-unknown"},
        )
        return
    verdict = judge_backup(content, chip=chip, flash_size=len(content), as_read=True)
    if not verdict.restorable:
        raise NotABackup(
            reason=" ".join(item.text for item in verdict.because),
            remedy=_(
                "To keep the bytes all the same, run: plugsmith read --start 0 --length all FILE"
            ),
        )
    for item in verdict.remarks:
        ctx.warn("PS-NOTE-BACKUP", item.text, data={"reason": item.reason.value})


def _resume_command(ctx: FlowContext) -> str:
    return ctx.again if "--resume" in ctx.again else f"{ctx.again} --resume"
