"""The update of one device: its files kept, sent to the end, proven, files put back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import UpdateBroken, VersionUnchanged
from plugsmith.flows.device.change.stages import Stages
from plugsmith.flows.device.results import UpdatedDevice
from plugsmith.flows.device.update_file import overwrites_files
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.lan.apply import files_size
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.device_folders import Owed, new_folder
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.update_file import OtaUpdate
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.obk_http import Obk
    from plugsmith.library.device_backups import StoredFetch
    from plugsmith.library.device_folders import DeviceFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePlan:
    """What will happen to one device; `skip` is why nothing will.

    `owed` is what an update that was cut off left to do.
    """

    state: DeviceState
    update: OtaUpdate
    needed: bool
    older: bool = False
    owed: Owed | None = None
    skip: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anything is to be sent."""
        return self.needed or self.owed is not None


async def carry_out_update(ctx: LanContext, obk: Obk, plan: UpdatePlan) -> UpdatedDevice:
    """First what a broken update left to do, then the update."""
    stages = Stages(ctx, obk.host)
    with stages.told():
        await obk.expect(plan.state.info.mac)
        if plan.owed is Owed.FILES or (plan.owed and not plan.needed):
            await settle_debt(ctx, obk, plan.state)
        if plan.needed:
            return await _update(ctx, obk, plan, stages)
    files = "restored" if plan.owed is Owed.FILES else "kept"
    return updated_device(obk.host, plan, updated=False, files=files)


async def _update(ctx: LanContext, obk: Obk, plan: UpdatePlan, stages: Stages) -> UpdatedDevice:
    state, update = plan.state, plan.update
    size = files_size(state)
    files = await obk.read_filesystem(size=size)
    folder = _keep(ctx, obk, state, files)
    if files is not None and overwrites_files(update, state):
        ctx.say(_("The update reaches into the files of {host}: they are put back after it.",
                  host=obk.host))  # fmt: skip
    folder.mark(Owed.FILES)
    watch = await obk.watch_uptime()
    await _send(ctx, obk, update, files, folder)
    stages.begins(
        _("The whole update was sent; whether it took effect was not seen.")
        + (" " + _("Its files are kept in {folder}.", folder=str(folder.path)) if files else "")
    )
    await obk.restart()
    ctx.say(_("{host} unpacks the update and restarts.", host=obk.host))
    after = await obk.wait_back(watch, limit_s=2 * obk.patience.boot_s)
    put_back = await restore_files(obk, files)
    stages.reached()
    _backups(ctx).settle(state.info.mac, obk.host, Owed.FILES)
    if (after.version, after.variant) != (update.version, update.variant):
        raise VersionUnchanged(
            host=obk.host, version=after.version or "?", files=_about_files(put_back)
        )
    return updated_device(obk.host, plan, updated=True, files=put_back)


def _about_files(how: str) -> str:
    if how == "restored":
        return _("The upload had run over its files; they were put back.")
    return _("Its files are as before.") if how == "kept" else _("It had no files.")


async def _send(
    ctx: LanContext, obk: Obk, update: OtaUpdate, files: bytes | None, folder: DeviceFolder
) -> None:
    sent = 0

    def count(done: int) -> None:
        nonlocal sent
        meter.advance(done - sent)
        sent = done

    title = _("Sending the update to {host}", host=obk.host)
    size = len(update.data)
    with task(f"ota {obk.host}", title, total=size, clock=ctx.clock, sink=ctx.sink) as meter:
        try:
            await obk.upload_update(update.data, progress=count)
        except asyncio.CancelledError:
            ctx.warn(
                "PS-NOTE-OTA-PENDING",
                _("{host} holds the whole update; it takes effect at its next restart.",
                  host=obk.host),
                hint=_("Run the same command again: it also sees to the files of the device."),
            )  # fmt: skip
            raise
        except PlugsmithError as problem:
            about = await _after_a_broken_upload(obk, files, folder)
            raise UpdateBroken(
                host=obk.host, done=sent, total=size, problem=problem.message, files=about
            ) from problem


async def _after_a_broken_upload(obk: Obk, files: bytes | None, folder: DeviceFolder) -> str:
    """Put the files back at once where the device still answers; what to tell about them.

    The mark stays unless they were put back: what was under way may reach the device later.
    """
    try:
        await obk.patience.sleep(obk.patience.settle_s)
        await obk.info(tries=1)
        how = await restore_files(obk, files)
    except PlugsmithError:
        if files is None:
            return ""
        return _("Its files may be gone; they are kept in {folder} and the same command puts them "
                 "back.", folder=str(folder.path))  # fmt: skip
    if how == "restored":
        folder.clear(Owed.FILES)
    return _about_files(how)


async def restore_files(obk: Obk, files: bytes | None) -> str:
    """Put the file system back where the update changed it; "none", "kept" or "restored"."""
    if files is None:
        return "none"
    if await obk.read_filesystem(size=len(files)) == files:
        return "kept"
    await obk.write_filesystem(files)
    await obk.restart_and_wait()  # until then the device saves nothing: openbeken.md section 7
    return "restored"


async def debt_of(ctx: LanContext, obk: Obk, state: DeviceState) -> Owed | None:
    """What a cut-off update left to do: files to put back, or only a restart.

    The device has lost its files where its file system cannot be mounted any more.
    """
    kept = _kept(ctx, obk, state)
    if kept is None:
        return None
    if not kept.has("littlefs.bin") or await obk.list_folder() is not None:
        return Owed.RESTART
    return Owed.FILES if len(kept.read("littlefs.bin")) == files_size(state) else None


async def settle_debt(ctx: LanContext, obk: Obk, state: DeviceState) -> None:
    """Give the device what `debt_of` finds."""
    owed, kept = await debt_of(ctx, obk, state), _kept(ctx, obk, state)
    if owed is None or kept is None:
        return
    stages = Stages(ctx, obk.host)
    with stages.told():
        if owed is Owed.FILES:
            stages.begins(_("Its files may be half written; those that it had are kept in "
                            "{folder}.", folder=str(kept.path)))  # fmt: skip
            await obk.write_filesystem(kept.read("littlefs.bin"))
        await obk.restart_and_wait()
    if owed is Owed.FILES:
        ctx.say(_("{host}: the files that a broken update had cost were put back.", host=obk.host))
    _backups(ctx).settle(state.info.mac, obk.host, Owed.FILES)


def _backups(ctx: LanContext) -> DeviceBackups:
    return DeviceBackups(ctx.library.root / "devices")


def _kept(ctx: LanContext, obk: Obk, state: DeviceState) -> StoredFetch | None:
    return _backups(ctx).owing(state.info.mac, obk.host, Owed.FILES)


def _keep(ctx: LanContext, obk: Obk, state: DeviceState, files: bytes | None) -> DeviceFolder:
    """Settings and files into the library before anything is sent."""
    name = (state.info.mac or state.info.short_name).replace(":", "")
    folder = new_folder(ctx.library.root / "devices", device=name, created=now_text())
    folder.put("config.bin", state.sector)
    if files is not None:
        folder.put("littlefs.bin", files)
    folder.finish(
        {
            "created": now_text(),
            "host": obk.host,
            "why": "before an update",
            **state.info.as_data(),
        }
    )
    return folder


def updated_device(
    host: str, plan: UpdatePlan, *, updated: bool, files: str, dry_run: bool = False
) -> UpdatedDevice:
    """What is told of a device after its update, or where there is none."""
    info = plan.state.info
    return UpdatedDevice(
        host=host,
        name=info.short_name,
        chip=info.chip,
        mac=info.mac,
        from_=info.version,
        to=plan.update.version,
        updated=updated,
        verified=(updated or not plan.needed) and not plan.skip,
        files=files,
        dry_run=dry_run or None,
        would_change=plan.is_open if dry_run else None,
        skipped=plan.skip or None,
    )
