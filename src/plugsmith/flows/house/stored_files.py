"""The files of a backup back onto a device: its file system as one image, or file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from plugsmith.errors.device import SettingsDiffer
from plugsmith.flows.device.change.changes import state_of, undo_command
from plugsmith.flows.now import now_text
from plugsmith.lan.apply import files_size, read_state
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.device_folders import Owed, new_folder
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.change.stages import Stages
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.house.stored_settings import StoredSettings
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.obk_http import Obk
    from plugsmith.library.device_folders import DeviceFolder


_NEW_SIZE = "size"  # the note with a restart that a new size of the file system waits for


async def file_system_size(
    ctx: LanContext, obk: Obk, stored: StoredSettings, stages: Stages
) -> DeviceState:
    """A file system of another size comes first: files would be lost with a later change.

    The size counts from the next start on: one that a run which was cut off owes is made up for.
    """
    state = await state_of(ctx, obk)
    wanted = stored.settings.get("littlefs_size")
    have = state.settings.get("littlefs_size")
    cut = backups_of(ctx).owing(state.info.mac, obk.host, Owed.RESTART)
    other = isinstance(wanted, int) and wanted and wanted != have
    if other or (cut is not None and cut.note(Owed.RESTART) == _NEW_SIZE):
        stages.begins(_("Its file system gets the size that it had in the backup."))
        if other:
            keep_as_it_is(ctx, obk, state, None).mark(Owed.RESTART, _NEW_SIZE)
            await obk.command(f"lfs_size 0x{wanted:x}", repeatable=True)
        await obk.restart_and_wait()
        backups_of(ctx).settle(state.info.mac, obk.host, Owed.RESTART)
        stages.reached(_("Its file system has the size that it had in the backup."))
        state = await read_state(obk)
    return state


async def restore_stored_files(
    ctx: LanContext, obk: Obk, stored: StoredSettings, state: DeviceState, stages: Stages
) -> str:
    """The files of the backup: "none", "equal", or "restored". What was there is kept first."""
    if stored.fetch is None:
        return "none"
    size = files_size(state)
    have = await obk.read_filesystem(size=size)
    if stored.fetch.has("littlefs.bin") and len(image := stored.fetch.read("littlefs.bin")) == size:
        if image == have:
            await _owed_restart(ctx, obk, state)
            return "equal"
        kept = keep_as_it_is(ctx, obk, state, have)
        kept.mark(Owed.RESTART)
        stages.begins(_half_files(kept, have))
        await obk.write_filesystem(image)
        await obk.restart_and_wait()
        backups_of(ctx).settle(state.info.mac, obk.host, Owed.RESTART)
        if await obk.read_filesystem(size=size) != image:
            raise SettingsDiffer(host=obk.host, fields=_("files"), undo=undo_command(obk.host))
        stages.reached(_("Its files are back."))
        return "restored"
    files = stored.fetch.device_files()
    changed = 0
    for name, data in files.items():
        if not await _holds(obk, name, data):
            if not changed:
                stages.begins(_half_files(keep_as_it_is(ctx, obk, state, have), have))
            await obk.write_file(name, data)
            changed += 1
    if not files:
        return "none"
    if changed:
        stages.reached(_("Its files are back."))
    return "restored" if changed else "equal"


async def _owed_restart(ctx: LanContext, obk: Obk, state: DeviceState) -> None:
    """A restore that was cut off after its files: until a restart the device saves no settings."""
    cut = backups_of(ctx).owing(state.info.mac, obk.host, Owed.RESTART)
    if cut is not None:
        await obk.restart_and_wait()
        backups_of(ctx).settle(state.info.mac, obk.host, Owed.RESTART)


def _half_files(kept: DeviceFolder, had: bytes | None) -> str:
    """What a stop among the files leaves."""
    if had is None:
        return _("Its files may be half written.")
    return _(
        "Its files may be half written; those that it had are kept in {folder}.",
        folder=str(kept.path),
    )


async def _holds(obk: Obk, name: str, data: bytes) -> bool:
    answer = await obk.wire.get(f"/api/lfs/{quote(name)}", limit=len(data) + 4096)
    return answer.status == 200 and answer.body == data


def keep_as_it_is(
    ctx: LanContext, obk: Obk, state: DeviceState, files: bytes | None
) -> DeviceFolder:
    """What is about to be replaced goes to the library."""
    name = (state.info.mac or state.info.short_name).replace(":", "")
    folder = new_folder(ctx.library.root / "devices", device=name, created=now_text())
    folder.put("config.bin", state.sector)
    if files is not None:
        folder.put("littlefs.bin", files)
    facts = {"created": now_text(), "why": "before a restore", "host": obk.host}
    folder.finish({**facts, **state.info.as_data()})
    return folder


def backups_of(ctx: LanContext) -> DeviceBackups:
    """What the library keeps of running devices."""
    return DeviceBackups(ctx.library.root / "devices")
