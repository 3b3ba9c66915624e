"""A write needs a proven backup of this very device: found, made now, or waived by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.flows import HalfWritten, NotABackup
from plugsmith.flows.permissions import Permission
from plugsmith.flows.wire.backup import make_backup
from plugsmith.flows.write.preflight import PreflightCheck, PreflightOutcome, check_backup, require
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.library.backups.store import Backup


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """The backup that secures a write (None: waived); `content` is it only if read just now."""

    backup: Backup | None
    content: bytes | None = field(default=None, repr=False)
    made_now: bool = False


def secure(ctx: FlowContext, device: Device, *, may_read: bool = True) -> Safety:
    """A proven backup of this device from the library, else made now; PreflightRefused without.

    `may_read` False (a dry run) makes none. --allow no-backup skips making one.
    """
    found = ctx.library.backups.find(device.key())
    if found is not None:
        ctx.say(_("A proven backup of this device is in the library: {file}", file=str(found.file)))
        return Safety(backup=found)
    if not may_read:
        return Safety(backup=None)
    if Permission.NO_BACKUP in ctx.permissions:
        require([check_backup(None)], ctx.permissions)
        ctx.warn("PS-NOTE-NO-BACKUP", _("Going on without a backup, as you allowed."))
        return Safety(backup=None)
    try:
        made = make_backup(ctx, device).backup
    except (NotABackup, HalfWritten) as problem:
        require([_no_backup_possible(problem)], ctx.permissions)
        raise
    return Safety(backup=made, content=made.read(), made_now=True)


def _no_backup_possible(problem: NotABackup | HalfWritten) -> PreflightCheck:
    return PreflightCheck(
        name="backup",
        verdict=PreflightOutcome.NEEDS_PERMISSION,
        permission=Permission.NO_BACKUP,
        text=problem.message,
        remedy=problem.hint,
    )
