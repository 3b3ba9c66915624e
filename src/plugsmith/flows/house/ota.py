"""`device ota`: updates, one device or a house; files kept, proof that the version changed.

Several devices: all are looked at first, one question is asked, one goes ahead alone, the others
follow in waves, and the first failure ends it. A device that runs the version is left alone: so
the same command goes on where it stopped.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.device import WrongUpdate
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.device.context import Outcome, counts, each, emit_item, looked_over
from plugsmith.flows.device.results import UpdateCounts
from plugsmith.flows.device.update_file import (
    check_update,
    choose,
    is_older,
    is_running,
    load_update,
    wanted_update,
)
from plugsmith.flows.house.update import (
    UpdatePlan,
    carry_out_update,
    debt_of,
    updated_device,
)
from plugsmith.flows.house.waves import in_waves
from plugsmith.library.device_folders import Owed
from plugsmith.messages import _
from plugsmith.records import fields_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.results import UpdatedDevice
    from plugsmith.flows.device.update_file import OtaUpdate
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import ApiInfo

__all__ = ["check_update", "load_update", "ota"]


def ota(
    ctx: LanContext,
    hosts: Sequence[Host],
    path: Path | Sequence[Path] | None,
    *,
    again: bool = False,
    other_variant: bool = False,
    version: str = "",
    dry_run: bool = False,
    download: Callable[[Sequence[tuple[ApiInfo, str]]], None] | None = None,
) -> UpdatedDevice | UpdateCounts:
    """Update each device with the file for its chip, or with the newest cached one.

    `version` names one instead of the newest; `download` brings into the cache what devices need.

    A device that runs this version and build already is left alone unless `again`. Several devices
    need consent, and so does an older version on one.
    """
    given = [load_update(item) for item in _paths(path)]
    if download is not None and not given:
        infos = ctx.look(each(ctx, hosts, _info))
        download([(item.value, version) for item in infos if item.value is not None])

    async def look(ctx: LanContext, obk: Obk, _number: int) -> UpdatePlan:
        state = await state_of(ctx, obk)
        owed = await debt_of(ctx, obk, state)
        if version:
            update = wanted_update(given, ctx.library, state, version)
        else:
            update = choose(given, ctx.library, state, other_variant=other_variant)
        try:
            named = "_" in version
            check_update(obk.host, update, state, other_variant=other_variant or named)
        except WrongUpdate as wrong:
            if len(hosts) == 1:
                raise
            return UpdatePlan(
                state=state, update=update, needed=False, owed=owed, skip=wrong.message
            )
        return UpdatePlan(
            state=state,
            update=update,
            needed=again or not is_running(update, state),
            older=is_older(update, state),
            owed=owed,
        )

    looked = ctx.look(each(ctx, hosts, look))
    if len(hosts) == 1:
        return _one_device(ctx, looked[0], dry_run=dry_run)
    return _many(ctx, looked, dry_run=dry_run)


async def _info(_ctx: LanContext, obk: Obk, _number: int) -> ApiInfo:
    return await obk.info()


def _paths(path: Path | Sequence[Path] | None) -> list[Path]:
    if path is None:
        return []
    return [path] if isinstance(path, Path) else list(path)


def _one_device(ctx: LanContext, item: Outcome[UpdatePlan], *, dry_run: bool) -> UpdatedDevice:
    plan = _value(item)
    ctx.say(update_line(item.host, plan, would=dry_run))
    if not plan.is_open or dry_run:
        return updated_device(str(item.host), plan, updated=False, files="none", dry_run=dry_run)
    if plan.needed and plan.older:
        ctx.consent(
            _("{host} would get an older version. Go on?", host=item.host),
            _("writing an older version"),
        )
    return ctx.run(carry_out_update(ctx, ctx.obk(item.host), plan))


def _many(ctx: LanContext, looked: Sequence[Outcome[UpdatePlan]], *, dry_run: bool) -> UpdateCounts:
    for item in looked:
        ctx.say(
            update_line(item.host, item.value, would=dry_run)
            if item.value
            else f"{item.host}: {_error(item)}"
        )
    todo = [item for item in looked if item.value is not None and item.value.is_open]
    ended = [_settled(item) for item in looked if item not in todo]
    for done in ended:
        emit_item(ctx, done)
    if todo and not dry_run:
        older = sum(_value(item).needed and _value(item).older for item in todo)
        question = _("Update {count} devices, one first and then the others?", count=len(todo))
        if older:
            question += " " + _("{count} of them get an older version.", count=older)
        ctx.consent(question, _("updating several devices"))
        ended += ctx.run(_roll_out(ctx, todo))
    waiting = len(looked) - len(ended)
    run = looked_over(ended, would_change=len(todo)) if dry_run else counts(ended)
    _refuse_if_none_fits(looked)
    whole = {"devices": len(looked), "not_started": waiting}
    return UpdateCounts(**fields_apart(run) | whole)


def _refuse_if_none_fits(looked: Sequence[Outcome[UpdatePlan]]) -> None:
    """A run in which every device was skipped has done nothing that was asked for."""
    if all(item.value is not None and item.value.skip for item in looked):
        raise WrongUpdate(
            host=", ".join(str(item.host) for item in looked)[:200],
            problem=_("the update is for none of these devices"),
            remedy=_("Take the .rbl file of the same build for these chips."),
        )


def _settled(item: Outcome[UpdatePlan]) -> Outcome[UpdatedDevice]:
    """The end of a device with which nothing is done."""
    device = None
    if item.value is not None:
        device = updated_device(str(item.host), item.value, updated=False, files="none")
    return Outcome(host=item.host, number=item.number, value=device, error=item.error)


async def _roll_out(
    ctx: LanContext, todo: Sequence[Outcome[UpdatePlan]]
) -> list[Outcome[UpdatedDevice]]:
    plans = {item.host: _value(item) for item in todo}
    hosts = [item.host for item in todo]

    async def one(ctx: LanContext, obk: Obk, _number: int) -> UpdatedDevice:
        return await carry_out_update(ctx, obk, plans[obk.wire.host])

    return await in_waves(ctx, hosts, one, tell=lambda item: emit_item(ctx, item))


def _value(item: Outcome[UpdatePlan]) -> UpdatePlan:
    if item.value is None:
        raise item.error or AssertionError("neither a value nor an error")
    return item.value


def _error(item: Outcome[UpdatePlan]) -> str:
    return item.error.message if item.error else ""


def update_line(host: Host, plan: UpdatePlan, *, would: bool = False) -> str:
    """What is planned for one device, for people; `would` is the tense of a dry run."""
    now, new = _version(plan.state.info), _version(plan.update)
    if plan.skip:
        return _("{host} is skipped: {reason}", host=host, reason=plan.skip)
    if not plan.needed and plan.owed:
        return debt_line(host, plan.owed, would=would)
    if not plan.needed:
        return _("{host} runs {version} already.", host=host, version=now)
    mark = _(" (older!)") if plan.older else ""
    return f"{host}: {plan.state.info.short_name}  {now} -> {new}{mark}"


def debt_line(host: Host, owed: Owed, *, would: bool = False) -> str:
    """What an update that was cut off left to do, and comes now or would in a dry run."""
    if owed is Owed.RESTART:
        if would:
            return _("{host} would be restarted: its last update was cut off.", host=host)
        return _("{host} is restarted: its last update was cut off.", host=host)
    if would:
        return _("{host} would get the files back that a broken update cost it.", host=host)
    return _("{host} gets the files back that a broken update cost it.", host=host)


def _version(source: ApiInfo | OtaUpdate) -> str:
    return f"{source.version or '?'}{'_' + source.variant if source.variant else ''}"
