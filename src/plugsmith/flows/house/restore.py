"""`device restore`: settings and files of a backup back onto a device, field by field, verified.

Kill it anywhere: the same command goes on, because what is equal already is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from plugsmith.chips.model import RegionRole
from plugsmith.errors.device import SettingsDiffer, WrongPinDevice
from plugsmith.flows.device.change_text import change_lines
from plugsmith.flows.device.changes import execute, state_of, undo_command
from plugsmith.flows.house.clone import cloned
from plugsmith.flows.house.stages import Stages
from plugsmith.flows.now import now_text
from plugsmith.flows.settings.settings_block import sector_of
from plugsmith.lan.apply import files_size, read_state, region_of
from plugsmith.lan.change import SETTABLE, make_change
from plugsmith.library.device_folders import new_folder
from plugsmith.messages import _
from plugsmith.openbeken.settings import NAMES, change_settings

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.house.stored_settings import StoredSettings
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

    Data = dict[str, Fact]

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
) -> Data:
    """Put settings and files back. `taken` are names that other devices have.

    Another device than the one that the backup came from needs consent. WrongPinDevice where the
    chip is another; SettingsDiffer where the read-back is not what was stored. `left` in the result
    are settings that only a power cycle could bring back and that were not asked for.
    """
    how = options or RestoreOptions()
    state = ctx.run(_look(ctx, ctx.obk(host)))
    _check_chip(str(host), stored, state)
    wanted = wanted_settings(stored, state, how, taken=taken)
    change = make_change(state.settings, _settable(wanted), type_names=state.type_names)
    name = f"{host} ({state.info.short_name})"
    ctx.say(change_lines(name, change, would=how.dry_run))
    for name in stored.masked:
        ctx.warn("PS-NOTE-MASKED", _("{name} is masked in the source and stays as it is.",
                                     name=name))  # fmt: skip
    if how.dry_run:
        data = _data(host, state, applied=[], planned=list(change.names), files="-", left=[])
        return {**data, "dry_run": True}
    if stored.mac is not None and state.info.mac != stored.mac and not how.as_clone:
        ctx.consent(
            _("The backup is of another device ({mac}). Make {host} its replacement, with the same "
              "names?", mac=stored.mac, host=host),
            _("replacing a device"),
        )  # fmt: skip
    return ctx.run(_restore(ctx, ctx.obk(host), stored, wanted, how, mac=state.info.mac))


async def _look(ctx: LanContext, obk: Obk) -> DeviceState:
    return await state_of(ctx, obk)


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
) -> Data:
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
) -> Data:
    await obk.expect(mac)
    state = await _file_system_size(ctx, obk, stored, stages)
    files = await _restore_files(ctx, obk, stored, state, stages)
    state = await read_state(obk)
    change = make_change(state.settings, _settable(wanted), type_names=state.type_names)
    applied: list[Fact] = []
    verified: Fact = True
    if change.steps:
        outcome = await execute(ctx, obk, state, change, kind="restore")
        applied, verified = list(change.names), outcome["verified"]
    if not verified:
        return _data(obk.wire.host, state, applied=applied, planned=applied, files=files, left=[],
                     verified=False)  # fmt: skip
    state = await read_state(obk)
    left = _left(wanted, state)
    if left and how.power_cycle:
        stages.reached(_("Its settings are back, but for these: {names}.",
                         names=", ".join(map(str, left))))  # fmt: skip
        await _whole_block(ctx, obk, state, wanted, limit_s=how.power_cycle_s, stages=stages)
        applied += left
        left = []
    elif left:
        ctx.warn(
            "PS-NOTE-RESTORE-LEFT",
            _("{host}: these settings have no command and were not put back: {names}",
              host=obk.host, names=", ".join(map(str, left))),
            hint=_("Run the same command with --power-cycle and unplug the device when told."),
        )  # fmt: skip
    return _data(obk.wire.host, state, applied=applied, planned=applied, files=files, left=left)


def _left(wanted: dict[str, Fact], state: DeviceState) -> list[Fact]:
    """What the block still holds differently and no command can set."""
    found: list[Fact] = []
    for name, value in wanted.items():
        have = state.settings.get(name)
        if isinstance(value, dict) and isinstance(have, dict):
            if any((have.get(key) or 0) != (item or 0) for key, item in value.items()):
                found.append(name)
        elif name in state.settings and have != value:
            found.append(name)
    return found


async def _whole_block(
    ctx: LanContext,
    obk: Obk,
    state: DeviceState,
    wanted: dict[str, Fact],
    *,
    limit_s: float,
    stages: Stages,
) -> None:
    """Write the settings sector and wait for a power cycle: a soft restart would undo it."""
    block = change_settings(state.block, wanted, role_names=state.pins.names)
    region = region_of(state.info.chip, RegionRole.CONFIG)
    assert region is not None  # read_state would have refused
    watch = await obk.watch_uptime()
    stages.begins(_("Its settings sector may hold the rest, which counts once it was unplugged."))
    await obk.write_sector(region.start, sector_of(block, under=state.sector))
    ctx.say(
        _(
            "{host}: unplug it now, wait two seconds, and plug it in again. "
            "Do not restart it from its page: that would bring the old settings back.",
            host=obk.host,
        )
    )
    await obk.wait_back(watch, limit_s=limit_s)
    after = await read_state(obk)
    left = _left(wanted, after)
    if left:
        raise SettingsDiffer(
            host=obk.host, fields=", ".join(map(str, left)), undo=undo_command(obk.host)
        )


async def _file_system_size(
    ctx: LanContext, obk: Obk, stored: StoredSettings, stages: Stages
) -> DeviceState:
    """A file system of another size comes first: files would be lost with a later change."""
    state = await state_of(ctx, obk)
    wanted = stored.settings.get("littlefs_size")
    have = state.settings.get("littlefs_size")
    if isinstance(wanted, int) and wanted and wanted != have:
        stages.begins(_("Its file system gets the size that it had in the backup."))
        await obk.command(f"lfs_size 0x{wanted:x}", repeatable=True)
        await obk.restart_and_wait()
        stages.reached(_("Its file system has the size that it had in the backup."))
        state = await read_state(obk)
    return state


async def _restore_files(
    ctx: LanContext, obk: Obk, stored: StoredSettings, state: DeviceState, stages: Stages
) -> str:
    """The files of the backup: "none", "equal", or "restored". What was there is kept first."""
    if stored.fetch is None:
        return "none"
    size = files_size(state)
    have = await obk.read_filesystem(size=size)
    if stored.fetch.has("littlefs.bin") and len(image := stored.fetch.read("littlefs.bin")) == size:
        if image == have:
            return "equal"
        kept = _keep_files(ctx, obk, state, have)
        stages.begins(_half_files(kept))
        await obk.write_filesystem(image)
        await obk.restart_and_wait()
        if await obk.read_filesystem(size=size) != image:
            raise SettingsDiffer(host=obk.host, fields=_("files"), undo=undo_command(obk.host))
        stages.reached(_("Its files are back."))
        return "restored"
    files = stored.fetch.device_files()
    changed = 0
    for name, data in files.items():
        if not await _holds(obk, name, data):
            if not changed:
                stages.begins(_half_files(_keep_files(ctx, obk, state, have)))
            await obk.write_file(name, data)
            changed += 1
    if not files:
        return "none"
    if changed:
        stages.reached(_("Its files are back."))
    return "restored" if changed else "equal"


def _half_files(kept: str) -> str:
    """What a stop among the files leaves."""
    if not kept:
        return _("Its files may be half written.")
    return _("Its files may be half written; those that it had are kept in {folder}.", folder=kept)


async def _holds(obk: Obk, name: str, data: bytes) -> bool:
    answer = await obk.wire.get(f"/api/lfs/{quote(name)}", limit=len(data) + 4096)
    return answer.status == 200 and answer.body == data


def _keep_files(ctx: LanContext, obk: Obk, state: DeviceState, image: bytes | None) -> str:
    """Files that are about to be replaced go to the library; where."""
    if image is None:
        return ""
    name = (state.info.mac or state.info.short_name).replace(":", "")
    folder = new_folder(ctx.library.root / "devices", device=name, created=now_text())
    folder.put("config.bin", state.sector)
    folder.put("littlefs.bin", image)
    facts = {"created": now_text(), "why": "before a restore", "host": obk.host}
    folder.finish({**facts, **state.info.as_data()})
    return str(folder.path)


def _data(
    host: Host,
    state: DeviceState,
    *,
    applied: list[Fact],
    planned: list[Fact],
    files: str,
    left: list[Fact],
    verified: bool = True,
) -> Data:
    return {
        "host": str(host),
        "name": state.info.short_name,
        "chip": state.info.chip,
        "mac": state.info.mac,
        "applied": applied,
        "planned": planned,
        "files": files,
        "left": left,
        "verified": verified and planned == applied,
        "undo": undo_command(str(host)) if applied else "",
    }
