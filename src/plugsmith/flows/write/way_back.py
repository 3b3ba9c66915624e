"""The way back from a write: the command that undoes it, with what has to be allowed for that."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, Family
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.write.target_image import (
    FlashState,
    mac_in_rf,
    merge_rf,
    moved_copies,
)
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.proven import Safety

_RF, _MAC = Permission.RF, Permission.MAC
_ENOUGH = ((), (_RF,), (_MAC,), (_RF, _MAC))  # the first that fits is the least


def undo_command(ctx: FlowContext, device: Device, plan: FlashPlan, safety: Safety) -> str:
    """The command line that brings back the state before this run; empty if no backup does.

    It names what has to be allowed for that. On a half-written device the state before is that
    before the write that was interrupted. Ask before `plan` is carried out.
    """
    backup = safety.backup
    if backup is None or not (safety.exact or safety.of_half_written):
        return ""
    content = safety.content if safety.exact and safety.content else backup.read()
    now = device.rf_now()
    before = {addr: content[addr : addr + SECTOR_LEN] for addr in now}
    after = {addr: plan.wanted.get(addr, data) for addr, data in now.items()}
    state = FlashState(chip=plan.chip, flash_size=plan.flash_size, rf_now=after)
    granted = ctx.permissions.granted
    allow = [*_needed(before, state)]
    if Permission.UNKNOWN_PART in granted:
        allow.append(Permission.UNKNOWN_PART)
    in_loader = any(addr < APP_START for addr in plan.changed_sectors)
    if Permission.BOOTLOADER in granted and in_loader and plan.chip.family is Family.ROM:
        allow.append(Permission.BOOTLOADER)  # else a loader of which the label alone differs stays
    words = ["plugsmith", "restore", str(backup.file), "--port", ctx.port_name]
    return shlex.join([*words, *(word for item in allow for word in ("--allow", item.value))])


def _needed(before: Mapping[int, bytes], state: FlashState) -> tuple[Permission, ...]:
    """What a restore must be allowed, so that calibration and address are as `before` again."""
    theirs, ours = _mac_of(before), _mac_of(state.rf_now)
    copies = moved_copies(before, state)
    differing = [
        (now, before[addr])
        for addr, now in state.rf_now.items()
        if now != before[addr] and addr not in copies
    ]
    for allowed in _ENOUGH:
        if theirs != ours and None not in {theirs, ours} and _MAC not in allowed:
            continue
        permissions = Permissions(granted=frozenset(allowed))
        if all(merge_rf(now, old, permissions) == old for now, old in differing):
            return allowed
    return _ENOUGH[-1]


def _mac_of(sectors: Mapping[int, bytes]) -> str | None:
    found = (mac_in_rf(data) for data in sectors.values())
    return next((mac for mac in found if mac is not None), None)
