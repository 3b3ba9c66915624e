"""A write needs a proven backup of this very device: found, made now, or waived by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.flows import HalfWritten, NotABackup
from plugsmith.errors.library import JobUnreadable
from plugsmith.flows.permissions import Permission
from plugsmith.flows.wire.backup import make_backup
from plugsmith.flows.wire.linked.content_now import changed_blocks, content_now
from plugsmith.flows.write.checks.preflight import needs, require
from plugsmith.flows.write.put_aside import put_aside
from plugsmith.flows.write.target_image import BLANK_SECTOR
from plugsmith.library.backups.store import try_open
from plugsmith.memory import SECTOR_LEN, AddressRange, merge_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.checks.preflight import PreflightCheck
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.unfinished import Unfinished
    from plugsmith.library.backups.store import Backup


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """The backup that secures a write (None: waived).

    `content` is the whole flash as it is now, proven in this session (None: not looked at). `exact`
    is whether the backup holds just that; not so on a device that is half-written already.
    """

    backup: Backup | None
    content: bytes | None = field(default=None, repr=False)
    made_now: bool = False
    exact: bool = False
    of_half_written: bool = False


def secure(
    ctx: FlowContext, device: Device, *, may_read: bool = True, given: Backup | None = None
) -> Safety:
    """A backup of this device as it is now: found, brought up to date, or made.

    A half-written device is secured by the backup from before. `may_read` False (a dry run) makes
    none; --allow no-backup skips making one. `given` is a backup of this device that the user
    named. Raises PreflightRefused without any.
    """
    device.claim()
    half = device.unfinished()
    found = _found(ctx, device, half) or given
    if found is None:
        return _first_backup(ctx, device) if may_read else Safety(backup=None)
    if not may_read:
        _say_found(ctx, found)
        return _as_it_is(device, found, half)
    waived = Permission.NO_BACKUP in ctx.permissions
    if not half and not ctx.library.jobs.unreadable():
        if not changed_blocks(device, found.read()):
            _say_found(ctx, found)
            return _exact(device, found, made_now=False)
        if waived:
            _say_waived(ctx)
            return Safety(backup=None)
    return _as_it_is(device, found, half)


def up_to_date(ctx: FlowContext, device: Device, safety: Safety, plan: FlashPlan) -> Safety:
    """`safety` with a backup that holds all that `plan` is about to replace, as it is now.

    Where no backup can be made of the device as it is (it is half-written, or holds no sound
    firmware), what nothing on the disk holds is put there as it is.
    """
    if safety.backup is None or safety.content is None or safety.exact or not plan.changed_sectors:
        return safety
    if not safety.of_half_written:
        ctx.say(_("The device has changed since its last backup, so a new one is made first."))
        try:
            made = make_backup(ctx, device, known=safety.content).backup
        except (NotABackup, JobUnreadable) as problem:
            if not device.key().certain:  # what was found may be of another device
                require([_no_backup_possible(problem)], ctx.permissions)
        else:
            return _exact(device, made, made_now=True)
    _rescue(ctx, device, safety.backup, content=safety.content, changed=plan.changed_sectors)
    return safety


def _exact(device: Device, backup: Backup, *, made_now: bool) -> Safety:
    content = backup.read()
    device.known.learn(content)
    return Safety(backup=backup, content=content, made_now=made_now, exact=True)


def _found(ctx: FlowContext, device: Device, half: Sequence[Unfinished]) -> Backup | None:
    """The backup from before an unfinished write, else the latest of this device."""
    for job in half:
        named = job.state.header.backup
        before = try_open(Path(named)) if named else None
        if before is not None:
            return before
    key = device.key()
    return ctx.library.backups.find(key) or ctx.library.backups.to_compare(key)


def _first_backup(ctx: FlowContext, device: Device) -> Safety:
    if Permission.NO_BACKUP in ctx.permissions:
        _say_waived(ctx)
        return Safety(backup=None)
    try:
        made = make_backup(ctx, device).backup
    except (NotABackup, HalfWritten, JobUnreadable) as problem:
        require([_no_backup_possible(problem)], ctx.permissions)
        raise
    return _exact(device, made, made_now=True)


def _as_it_is(device: Device, found: Backup, half: Sequence[Unfinished]) -> Safety:
    """What is on a device of which no backup can be made now: read, so that nothing gets lost."""
    base = found.read()
    known = [sectors for job in half for sectors in (job.sectors.wanted, job.sectors.before)]
    content = content_now(device, base, *known)
    device.known.learn(content)
    return Safety(backup=found, content=content, exact=content == base, of_half_written=bool(half))


def _rescue(
    ctx: FlowContext, device: Device, backup: Backup, *, content: bytes, changed: Iterable[int]
) -> None:
    """Put on the disk what the sectors `changed` hold and neither backup nor job has."""
    base, jobs = backup.read(), device.unfinished()
    lost = []
    for addr in changed:
        now = content[addr : addr + SECTOR_LEN]
        known = now in (base[addr : addr + SECTOR_LEN], BLANK_SECTOR)
        if not known and not any(job.left(addr, now) for job in jobs):
            lost.append(AddressRange.sized(addr, SECTOR_LEN))
    for span in merge_ranges(lost):
        put_aside(ctx, device, span.start, content[span.start : span.end])


def _say_found(ctx: FlowContext, found: Backup) -> None:
    ctx.say(_("A proven backup of this device is in the library: {file}", file=str(found.file)))


def _say_waived(ctx: FlowContext) -> None:
    ctx.warn("PS-NOTE-NO-BACKUP", _("Going on without a backup, as you allowed."))


def _no_backup_possible(problem: NotABackup | HalfWritten | JobUnreadable) -> PreflightCheck:
    remedy = problem.hint
    if isinstance(problem, HalfWritten):  # no backup is left: its command alone comes back here
        command, allow = str(problem.facts["command"]), f"--allow {Permission.NO_BACKUP}"
        remedy = _(
            "No backup of this device is left. Finish the write without one: {command}",
            command=command if allow in command else f"{command} {allow}",
        )
    return needs("backup", Permission.NO_BACKUP, problem.message, remedy)
