"""`device restore`: settings and files of a backup back onto a device, field by field, verified.

Kill it anywhere: the same command goes on, because what is equal already is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.errors.device import SettingsDiffer, WrongPinDevice
from plugsmith.flows.device.change.changes import execute, state_of, undo_command
from plugsmith.flows.device.change.stages import Stages
from plugsmith.flows.device.change.text import change_lines
from plugsmith.flows.house.clone import cloned
from plugsmith.flows.house.results import RestoredDevice
from plugsmith.flows.house.stored_files import (
    backups_of,
    file_system_size,
    keep_as_it_is,
    restore_stored_files,
)
from plugsmith.flows.settings.settings_block import sector_of
from plugsmith.lan.apply import read_state, region_of
from plugsmith.lan.change import SETTABLE, make_change
from plugsmith.library.device_folders import Owed
from plugsmith.messages import _
from plugsmith.openbeken.settings import NAMES, change_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.house.stored_settings import StoredSettings
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

POWER_CYCLE_S = 300.0
_CHANNELS = 64
_NOT_A_SETTING = frozenset({"mac"})  # the device's own, and not ours to move


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOptions:
    """What the user chose. `power_cycle`: somebody stands by the device and will unplug it."""

    as_clone: bool = False
    number: int | None = None
    power_cycle: bool = False
    dry_run: bool = False
    power_cycle_s: float = POWER_CYCLE_S


def restore(
    ctx: LanContext,
    host: Host,
    stored: StoredSettings,
    options: RestoreOptions | None = None,
    *,
    taken: tuple[str, ...] = (),
) -> RestoredDevice:
    """Put settings and files back. `taken` are names that other devices have.

    Another device than the one that the backup came from needs consent. WrongPinDevice where the
    chip is another; SettingsDiffer where the read-back is not what was stored. `left` in the result
    are settings that only a power cycle that was not asked for could bring back, or could prove.
    """
    how = options or RestoreOptions()
    state = ctx.look(state_of(ctx, ctx.obk(host)))
    _check_chip(str(host), stored, state)
    wanted = wanted_settings(stored, state, how, taken=taken)
    change = make_change(state.settings, _settable(wanted), type_names=state.type_names)
    name = f"{host} ({state.info.short_name})"
    ctx.say(change_lines(name, change, would=how.dry_run))
    for name in stored.masked:
        ctx.warn("PS-NOTE-MASKED", _("{name} is masked in the source and stays as it is.",
                                     name=name))  # fmt: skip
    if how.dry_run:
        return RestoredDevice(
            host=str(host),
            name=state.info.short_name,
            chip=state.info.chip,
            mac=state.info.mac,
            applied=(),
            planned=tuple(change.names),
            files="-",
            left=(),
            verified=not change.names,
            undo="",
            dry_run=True,
        )
    if stored.mac is not None and state.info.mac != stored.mac and not how.as_clone:
        ctx.consent(
            _("The backup is of another device ({mac}). Make {host} its replacement, with the same "
              "names?", mac=stored.mac, host=host),
            _("replacing a device"),
        )  # fmt: skip
    return ctx.run(_restore(ctx, ctx.obk(host), stored, wanted, how, mac=state.info.mac))


def _check_chip(host: str, stored: StoredSettings, state: DeviceState) -> None:
    chip = stored.fetch.chip if stored.fetch else ""
    if chip and chip.upper() != state.info.chip.upper():
        raise WrongPinDevice(
            host=host,
            problem=_("the backup is of a {chip}, the device is a {own}", chip=chip,
                      own=state.info.chip),
            remedy=_("Choose a backup of a device with this chip."),
        )  # fmt: skip


def wanted_settings(
    stored: StoredSettings, state: DeviceState, how: RestoreOptions, *, taken: tuple[str, ...]
) -> dict[str, Fact]:
    """Everything in the block but the MAC and counters; for a clone with new names."""
    settings = {
        name: value
        for name, value in stored.settings.items()
        if name in NAMES and name not in _NOT_A_SETTING
    }
    if how.as_clone:
        settings = cloned(
            settings,
            old_mac=stored.mac,
            new_mac=state.info.mac,
            number=how.number,
            taken=taken,
        )
    for name in ("channel_types", "start_values"):
        table = settings.get(name)
        if isinstance(table, dict) and stored.block is not None:
            zeros: dict[str, Fact] = {str(channel): 0 for channel in range(_CHANNELS)}
            settings[name] = zeros | table
    return settings


def _settable(wanted: dict[str, Fact]) -> dict[str, Fact]:
    return {name: value for name, value in wanted.items() if name in SETTABLE}


async def _restore(
    ctx: LanContext,
    obk: Obk,
    stored: StoredSettings,
    wanted: dict[str, Fact],
    how: RestoreOptions,
    *,
    mac: str | None,
) -> RestoredDevice:
    stages = Stages(ctx, obk.host)
    with stages.told():
        return await _in_stages(ctx, obk, stored, wanted, how, stages=stages, mac=mac)


async def _in_stages(
    ctx: LanContext,
    obk: Obk,
    stored: StoredSettings,
    wanted: dict[str, Fact],
    how: RestoreOptions,
    *,
    stages: Stages,
    mac: str | None,
) -> RestoredDevice:
    await obk.expect(mac)
    state = await file_system_size(ctx, obk, stored, stages)
    files = await restore_stored_files(ctx, obk, stored, state, stages)
    state = await read_state(obk)
    change = make_change(state.settings, _settable(wanted), type_names=state.type_names)
    applied: list[str] = []
    if change.steps:
        done = await execute(ctx, obk, state, change, kind="restore")
        applied = list(change.names)
        if not done.verified:
            return _restored(obk, state, applied=applied, files=files, verified=False)
    state = await read_state(obk)
    lacking = _left(wanted, state)
    left = lacking or _unproven(ctx, obk, state)
    if left and how.power_cycle:
        stages.reached(_("Its settings are back, but for these: {names}.",
                         names=", ".join(left)))  # fmt: skip
        await _whole_block(ctx, obk, state, wanted, left, how=how, stages=stages)
        applied += left
        left = []
    elif left:
        names = ", ".join(left)
        ctx.warn(
            "PS-NOTE-RESTORE-LEFT",
            _("{host}: these settings have no command and were not put back: {names}",
              host=obk.host, names=names) if lacking else _told_unproven(obk.host, names),
            hint=_("Run the same command with --power-cycle and unplug the device when told."),
        )  # fmt: skip
    return _restored(obk, state, applied=applied, files=files, left=left)


def _left(wanted: dict[str, Fact], state: DeviceState) -> list[str]:
    """What the block still holds differently and no command can set."""
    found: list[str] = []
    for name, value in wanted.items():
        have = state.settings.get(name)
        if isinstance(value, dict) and isinstance(have, dict):
            if any((have.get(key) or 0) != (item or 0) for key, item in value.items()):
                found.append(name)
        elif name in state.settings and have != value:
            found.append(name)
    return found


def _unproven(ctx: LanContext, obk: Obk, state: DeviceState) -> list[str]:
    """What the sector holds since an earlier try, but perhaps not the running firmware.

    A device that counts fewer seconds than then has started again: what it holds is what it runs.
    One that counts more may have done so too, long ago: that is not known, and said so.
    """
    cut = backups_of(ctx).owing(state.info.mac, obk.host, Owed.POWER_CYCLE)
    if cut is None:
        return []
    uptime_s, _space, names = cut.note(Owed.POWER_CYCLE).partition(" ")
    if not uptime_s.isdecimal() or state.info.uptime_s >= int(uptime_s):
        return [*names.split()]
    backups_of(ctx).settle(state.info.mac, obk.host, Owed.POWER_CYCLE)
    return []


def _told_unproven(host: str, names: str) -> str:
    back = _("Its settings are back, but for these: {names}.", names=names)
    rest = _("Its settings sector may hold the rest, which counts once it was unplugged.")
    return _("{host}: {done}", host=host, done=f"{back} {rest}")


async def _whole_block(
    ctx: LanContext,
    obk: Obk,
    state: DeviceState,
    wanted: dict[str, Fact],
    left: list[str],
    *,
    how: RestoreOptions,
    stages: Stages,
) -> None:
    """Write the settings sector and wait for a power cycle: a soft restart would undo it."""
    block = change_settings(state.block, wanted, role_names=state.pins.names)
    region = region_of(state.info.chip, RegionRole.CONFIG)
    assert region is not None  # read_state would have refused
    watch = await obk.watch_uptime()
    kept = keep_as_it_is(ctx, obk, state, None)
    kept.mark(Owed.POWER_CYCLE, f"{watch.uptime_s} {' '.join(left)}")
    stages.begins(_("Its settings sector may hold the rest, which counts once it was unplugged."))
    await obk.write_sector(region.start, sector_of(block, under=state.sector))
    ctx.say(
        _(
            "{host}: unplug it now, wait two seconds, and plug it in again. "
            "Do not restart it from its page: that would bring the old settings back.",
            host=obk.host,
        )
    )
    await obk.wait_back(watch, limit_s=how.power_cycle_s)
    after = await read_state(obk)
    backups_of(ctx).settle(state.info.mac, obk.host, Owed.POWER_CYCLE)
    lost = _left(wanted, after)
    if lost:
        raise SettingsDiffer(host=obk.host, fields=", ".join(lost), undo=undo_command(obk.host))


def _restored(
    obk: Obk,
    state: DeviceState,
    *,
    applied: Sequence[str],
    files: str,
    left: Sequence[str] = (),
    verified: bool = True,
) -> RestoredDevice:
    host = str(obk.wire.host)
    return RestoredDevice(
        host=host,
        name=state.info.short_name,
        chip=state.info.chip,
        mac=state.info.mac,
        applied=tuple(applied),
        planned=tuple(applied),
        files=files,
        left=tuple(left),
        verified=verified,
        undo=undo_command(host) if applied else "",
    )
