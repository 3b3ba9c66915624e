"""`device ota`: updates, one device or a house; files kept, proof that the version changed.

Several devices: all are looked at first, one question is asked, one goes ahead alone, the others
follow in waves, and the first failure ends it. A device that runs the version is left alone: so
the same command goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import UpdateBroken, VersionUnchanged, WrongUpdate
from plugsmith.flows.device.changes import state_of
from plugsmith.flows.device.context import Outcome, counts, each, emit_item
from plugsmith.flows.device.update_file import (
    check_update,
    choose,
    is_older,
    is_running,
    load_update,
    overwrites_files,
)
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.lan.apply import files_size
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.device_folders import new_folder
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.update_file import OtaUpdate
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import ApiInfo
    from plugsmith.library.device_folders import DeviceFolder

    Data = dict[str, Fact]

__all__ = ["check_update", "load_update", "ota"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePlan:
    """What will happen to one device; `skip` is why nothing will."""

    state: DeviceState
    update: OtaUpdate
    needed: bool
    older: bool = False
    skip: str = ""


def ota(
    ctx: LanContext,
    hosts: Sequence[Host],
    path: Path | Sequence[Path] | None,
    *,
    again: bool = False,
    other_variant: bool = False,
    dry_run: bool = False,
) -> Data:
    """Update each device with the file for its chip, or with the newest cached one.

    A device that runs this version and build already is left alone unless `again`. Several devices
    need consent, and so does an older version on one.
    """
    given = [load_update(item) for item in _paths(path)]

    async def look(ctx: LanContext, obk: Obk, _number: int) -> UpdatePlan:
        state = await state_of(ctx, obk)
        await put_back_unfinished(ctx, obk, state)
        update = choose(given, ctx.library, state, other_variant=other_variant)
        try:
            check_update(obk.host, update, state, other_variant=other_variant)
        except WrongUpdate as wrong:
            if len(hosts) == 1:
                raise
            return UpdatePlan(state=state, update=update, needed=False, skip=wrong.message)
        return UpdatePlan(
            state=state,
            update=update,
            needed=again or not is_running(update, state),
            older=is_older(update, state),
        )

    looked = ctx.run(each(ctx, hosts, look))
    if len(hosts) == 1:
        return _one_device(ctx, looked[0], dry_run=dry_run)
    return _many(ctx, looked, dry_run=dry_run)


def _paths(path: Path | Sequence[Path] | None) -> list[Path]:
    if path is None:
        return []
    return [path] if isinstance(path, Path) else list(path)


def _one_device(ctx: LanContext, item: Outcome[UpdatePlan], *, dry_run: bool) -> Data:
    plan = _value(item)
    ctx.say(_line(item.host, plan))
    if not plan.needed or dry_run:
        return _data(str(item.host), plan, updated=False, files="none")
    if plan.older:
        ctx.consent(
            _("{host} would get an older version. Go on?", host=item.host),
            _("writing an older version"),
        )
    return ctx.run(_update(ctx, ctx.obk(item.host), plan))


def _many(ctx: LanContext, looked: Sequence[Outcome[UpdatePlan]], *, dry_run: bool) -> Data:
    for item in looked:
        ctx.say(_line(item.host, item.value) if item.value else f"{item.host}: {_error(item)}")
    todo = [item for item in looked if item.value is not None and item.value.needed]
    ended = [_settled(item) for item in looked if item not in todo]
    for done in ended:
        emit_item(ctx, done)
    if todo and not dry_run:
        older = sum(_value(item).older for item in todo)
        question = _("Update {count} devices, one first and then the others?", count=len(todo))
        if older:
            question += " " + _("{count} of them get an older version.", count=older)
        ctx.consent(question, _("updating several devices"))
        ended += ctx.run(_roll_out(ctx, todo))
    waiting = len(looked) - len(ended)
    data = counts(ended)
    _refuse_if_none_fits(looked)
    return {**data, "devices": len(looked), "not_started": waiting}


def _refuse_if_none_fits(looked: Sequence[Outcome[UpdatePlan]]) -> None:
    """A run in which every device was skipped has done nothing that was asked for."""
    if all(item.value is not None and item.value.skip for item in looked):
        raise WrongUpdate(
            host=", ".join(str(item.host) for item in looked)[:200],
            problem=_("the update is for none of these devices"),
            remedy=_("Take the .rbl file of the same build for these chips."),
        )


def _settled(item: Outcome[UpdatePlan]) -> Outcome[Data]:
    """The end of a device with which nothing is done."""
    plan = item.value
    data = None
    if plan is not None:
        data = _data(str(item.host), plan, updated=False, files="none")
        if plan.skip:
            data |= {"skipped": plan.skip, "verified": False}
    return Outcome(host=item.host, number=item.number, value=data, error=item.error)


async def _roll_out(ctx: LanContext, todo: Sequence[Outcome[UpdatePlan]]) -> list[Outcome[Data]]:
    """One device alone, then waves of `ctx.at_once`; no wave begins after a failure."""
    plans = {item.host: _value(item) for item in todo}
    hosts = [item.host for item in todo]

    async def one(ctx: LanContext, obk: Obk, _number: int) -> Data:
        return await _update(ctx, obk, plans[obk.wire.host])

    ended: list[Outcome[Data]] = []
    at = 0
    while at < len(hosts) and all(item.error is None for item in ended):
        size = 1 if at == 0 else ctx.at_once
        wave = hosts[at : at + size]
        at += size
        ended += await each(ctx, wave, one, tell=lambda item: emit_item(ctx, item))
    if at < len(hosts):
        ctx.warn(
            "PS-NOTE-OTA-STOPPED",
            _("An update failed: {count} devices were not begun.", count=len(hosts) - at),
            hint=_("Look into the failure; the same command goes on with those that are left."),
        )
    return ended


async def _update(ctx: LanContext, obk: Obk, plan: UpdatePlan) -> Data:
    state, update = plan.state, plan.update
    await obk.expect(state.info.mac)
    size = files_size(state)
    files = await obk.read_filesystem(size=size)
    folder = _keep(ctx, obk, state, files)
    if files is not None and overwrites_files(update, state):
        ctx.say(_("The update reaches into the files of {host}: they are put back after it.",
                  host=obk.host))  # fmt: skip
    folder.mark_unfinished()
    watch = await obk.watch_uptime()
    await _send(ctx, obk, update, files, folder)
    await obk.restart()
    ctx.say(_("{host} unpacks the update and restarts.", host=obk.host))
    after = await obk.wait_back(watch, limit_s=2 * obk.patience.boot_s)
    put_back = await _restore_files(obk, files)
    folder.clear_mark()
    if (after.version, after.variant) != (update.version, update.variant):
        raise VersionUnchanged(
            host=obk.host, version=after.version or "?", files=_about_files(put_back)
        )
    return _data(obk.host, plan, updated=True, files=put_back)


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
        how = await _restore_files(obk, files)
    except PlugsmithError:
        if files is None:
            return ""
        return _("Its files may be gone; they are kept in {folder} and the same command puts them "
                 "back.", folder=str(folder.path))  # fmt: skip
    if how == "restored":
        folder.clear_mark()
    return _about_files(how)


async def _restore_files(obk: Obk, files: bytes | None) -> str:
    """Put the file system back where the update changed it; "none", "kept" or "restored"."""
    if files is None:
        return "none"
    if await obk.read_filesystem(size=len(files)) == files:
        return "kept"
    await obk.write_filesystem(files)
    await obk.restart_and_wait()  # until then the device saves nothing: openbeken.md section 7
    return "restored"


async def put_back_unfinished(ctx: LanContext, obk: Obk, state: DeviceState) -> None:
    """After an update that was cut off: put the kept files back where the device lost them."""
    kept = DeviceBackups(ctx.library.root / "devices").unfinished(state.info.mac, obk.host)
    if kept is None:
        return
    lost = kept.has("littlefs.bin") and await obk.list_folder() is None
    if lost:
        files = kept.read("littlefs.bin")
        if len(files) != files_size(state):
            return
        await obk.write_filesystem(files)
        await obk.restart_and_wait()
        ctx.say(_("{host}: the files that a broken update had cost were put back.", host=obk.host))
    kept.clear_mark()


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


def _value(item: Outcome[UpdatePlan]) -> UpdatePlan:
    if item.value is None:
        raise item.error or AssertionError("neither a value nor an error")
    return item.value


def _error(item: Outcome[UpdatePlan]) -> str:
    return item.error.message if item.error else ""


def _line(host: Host, plan: UpdatePlan) -> str:
    """What is planned for one device, for people."""
    now, new = _version(plan.state.info), _version(plan.update)
    if plan.skip:
        return _("{host} is skipped: {reason}", host=host, reason=plan.skip)
    if not plan.needed:
        return _("{host} runs {version} already.", host=host, version=now)
    mark = _(" (older!)") if plan.older else ""
    return f"{host}: {plan.state.info.short_name}  {now} -> {new}{mark}"


def _version(source: ApiInfo | OtaUpdate) -> str:
    return f"{source.version or '?'}{'_' + source.variant if source.variant else ''}"


def _data(host: str, plan: UpdatePlan, *, updated: bool, files: str) -> Data:
    return {
        "host": host,
        "name": plan.state.info.short_name,
        "chip": plan.state.info.chip,
        "mac": plan.state.info.mac,
        "from": plan.state.info.version,
        "to": plan.update.version,
        "updated": updated,
        "verified": updated or not plan.needed,
        "files": files,
    }
