"""Named permissions: each dangerous thing has one of its own, and all are off by default."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.errors.flows import PermissionNeeded
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable


class Permission(StrEnum):
    """The values of --allow, fixed by the command-line contract."""

    NO_BACKUP = "no-backup"
    RF = "rf"
    MAC = "mac"
    BOOTLOADER = "bootloader"
    UNKNOWN_PART = "unknown-part"
    KEY_MISMATCH = "key-mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What the user allowed for this run."""

    granted: frozenset[Permission] = frozenset()

    @classmethod
    def parse(cls, names: Iterable[str]) -> Permissions:
        """From the words of the command line; UsageError names an unknown one."""
        try:
            return cls(granted=frozenset(Permission(name) for name in names))
        except ValueError as problem:
            known = ", ".join(item.value for item in Permission)
            raise UsageError(problem=_("--allow takes one of {known}", known=known)) from problem

    def __contains__(self, permission: Permission) -> bool:
        return permission in self.granted


def rf_refused(addr: int, permissions: Permissions) -> PermissionNeeded:
    """That the calibration or the address in the RF sector at `addr` is not to be changed."""
    missing = Permission.MAC if Permission.RF in permissions else Permission.RF
    return PermissionNeeded(
        span=str(AddressRange.sized(addr, SECTOR_LEN)),
        region=_("RF calibration and MAC"),
        reason=_("They are unique for each device and cannot be made again."),
        permission=missing.value,
    )
