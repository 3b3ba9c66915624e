"""`device apply --roll`: firmware and settings of the devices of a roll, as it says.

All are looked at first and one question is asked. Devices that only get settings come first, each
to its own end. Where another firmware is wanted, one device goes ahead alone, the others follow in
waves, and the first failure ends it; a device's settings are sent when its new firmware runs. What
is so already is left alone: the same command goes on wherever it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors import ExitCode
from plugsmith.errors.device import (
    ChangedByUpdate,
    NotInRoll,
    UpdateMissing,
    WrongPinDevice,
    WrongUpdate,
)
from plugsmith.flows.device.change.changes import (
    ChangePlan,
    carry_out_plan,
    execute,
    settled,
    settled_device,
)
from plugsmith.flows.device.change.stages import Stages
from plugsmith.flows.device.change.text import change_lines
from plugsmith.flows.device.context import Outcome, counts, each, emit_item, looked_over
from plugsmith.flows.device.results import ChangedDevice, UpdateDone
from plugsmith.flows.device.update_file import (
    check_update,
    is_older,
    load_update,
    wanted_update,
)
from plugsmith.flows.house.find import of_roll
from plugsmith.flows.house.ota import debt_line, update_line
from plugsmith.flows.house.plan import comparer
from plugsmith.flows.house.results import RollCounts
from plugsmith.flows.house.roll import read_roll
from plugsmith.flows.house.update import (
    UpdatePlan,
    carry_out_update,
    debt_of,
    settle_debt,
)
from plugsmith.flows.house.waves import in_waves
from plugsmith.library.device_folders import Owed
from plugsmith.messages import _
from plugsmith.records import fields_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from plugsmith.flows.device.context import LanContext, Work
    from plugsmith.flows.device.results import UpdatedDevice
    from plugsmith.flows.device.update_file import OtaUpdate
    from plugsmith.flows.house.plan import Compared
    from plugsmith.flows.house.roll import Roll
    from plugsmith.lan.discover import FoundDevice
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import ApiInfo

    # gets the updates to these versions into the cache, for devices that are these
    Download = Callable[[Sequence[tuple[ApiInfo, str]]], None]

_UPDATES_AT_ONCE = 8  # as `device ota` does; bench/house.py


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOptions:
    """What the user chose. `files` are updates beside those of the cache."""

    files: tuple[Path, ...] = ()
    update: bool = True
    dry_run: bool = False
    download: Download | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollPlan:
    """What will happen to one device. `lacks` says why it keeps a firmware that is not wanted."""

    compared: Compared
    update: UpdatePlan | None = None
    owed: Owed | None = None
    lacks: str = ""

    @property
    def change(self) -> ChangePlan:
        """The settings as they differ now."""
        found = self.compared
        return ChangePlan(state=found.state, change=found.change, kind="apply", skip=found.skip)

    @property
    def is_open(self) -> bool:
        """Whether anything is to be sent."""
        some = self.update or self.owed or self.compared.change.steps
        return bool(some) and not self.compared.skip


def apply_roll(
    ctx: LanContext, path: Path, where: str | None, options: RollOptions | None = None
) -> RollCounts:
    """Make the devices of the roll what it says; exit code 8 where a wanted firmware is missing.

    `missing` are MACs that did not answer, `other_version` hosts that keep another firmware than
    the roll wants, `not_started` counts those that a failure kept from being begun.
    """
    how = options or RollOptions()
    roll = read_roll(path)
    given = [load_update(item) for item in how.files]
    for row in roll.rows:
        roll.desired(row)  # whatever is wrong with it is said before anything is sent
    places = of_roll(ctx, roll, where)
    hosts = [item.host for row in roll.rows for item in places.get(row.mac, ())]
    if not hosts:
        raise NotInRoll(name=str(path))
    if how.download is not None and how.update:
        how.download(_to_download(roll, places, given))
    look = _looker(ctx, roll, places, given, update=how.update)
    looked = ctx.look(each(ctx, hosts, look))
    for item in looked:
        ctx.say(_plan_text(item, would=how.dry_run))
    todo = [item for item in looked if item.value and item.value.is_open and not how.dry_run]
    ended = [
        settled(_settings_only(item), dry_run=how.dry_run) for item in looked if item not in todo
    ]
    for done in ended:
        emit_item(ctx, done)
    if todo:
        _ask(ctx, todo)
        ended += ctx.run(_carry_out(ctx, todo, comparer(ctx, roll, places)))
    missing = [row.mac for row in roll.rows if row.mac not in places]
    return _result(ctx, looked, ended, missing, dry_run=how.dry_run, update=how.update)


def _settings_only(item: Outcome[RollPlan]) -> Outcome[ChangePlan]:
    change = item.value.change if item.value is not None else None
    return Outcome(host=item.host, number=item.number, value=change, error=item.error)


def _to_download(
    roll: Roll, places: Mapping[str, Sequence[FoundDevice]], given: Sequence[OtaUpdate]
) -> list[tuple[ApiInfo, str]]:
    """Which devices need which version that is not among the given files."""
    have = {item.version for item in given}
    found: list[tuple[ApiInfo, str]] = []
    for row in roll.rows:
        for item in places.get(row.mac, ()):
            info = item.info
            if info is not None and row.version and row.version.partition("_")[0] not in have:
                now = f"{info.version}_{info.variant}" if info.variant else info.version
                if row.version not in {now, info.version}:
                    found.append((info, row.version))
    return found


def _looker(
    ctx: LanContext,
    roll: Roll,
    places: Mapping[str, Sequence[FoundDevice]],
    given: Sequence[OtaUpdate],
    *,
    update: bool,
) -> Work[RollPlan]:
    compare = comparer(ctx, roll, places)

    async def look(ctx: LanContext, obk: Obk, number: int) -> RollPlan:
        found = await compare(ctx, obk, number)
        if found.skip:
            return RollPlan(compared=found)
        plain = RollPlan(compared=found, owed=await debt_of(ctx, obk, found.state))
        if not found.version_differs:
            return plain
        wanted = found.row.version
        if not update:
            return replace(plain, lacks=_("left at {version}", version=found.state.info.version))
        try:
            file = wanted_update(given, ctx.library, found.state, wanted)
            check_update(obk.host, file, found.state, other_variant="_" in wanted)
        except UpdateMissing as missing:
            return replace(plain, lacks=f"{missing.message} {missing.hint}")
        except WrongUpdate as wrong:
            return replace(plain, lacks=wrong.message)
        older = is_older(file, found.state)
        planned = UpdatePlan(state=found.state, update=file, needed=True, older=older)
        return replace(plain, update=planned)

    return look


def _plan_text(item: Outcome[RollPlan], *, would: bool) -> str:
    plan = item.value
    if plan is None:
        return f"{item.host}: {item.error.message if item.error else ''}"
    found = plan.compared
    if found.skip:
        return _("{host} is skipped: {reason}", host=item.host, reason=found.skip)
    lines = [update_line(item.host, plan.update, would=would)] if plan.update else []
    if plan.owed and not (plan.update and plan.owed is Owed.RESTART):
        lines.append(debt_line(item.host, plan.owed, would=would))
    if found.change.steps or not lines:
        name = f"{item.host} ({found.state.info.short_name})"
        lines.append(change_lines(name, found.change, would=would))
    return "\n".join(lines)


def _ask(ctx: LanContext, todo: Sequence[Outcome[RollPlan]]) -> None:
    """One question for all; for one device only where it would get an older version."""
    updates = [item.value.update for item in todo if item.value and item.value.update]
    older = sum(item.older for item in updates)
    if len(todo) < 2 and not older:
        return
    question = _("Change {count} {count:device|devices}?", count=len(todo))
    if updates:
        question += " " + _(
            "{count} of them get another firmware, one first and then the others.",
            count=len(updates),
        )
    if older:
        question += " " + _("{count} of them get an older version.", count=older)
    ctx.consent(question, _("changing several devices"))


async def _carry_out(
    ctx: LanContext, todo: Sequence[Outcome[RollPlan]], compare: Work[Compared]
) -> list[Outcome[ChangedDevice]]:
    """First those that only get settings, then the updates, in waves."""
    plans = {item.host: item.value for item in todo if item.value is not None}

    async def one(ctx: LanContext, obk: Obk, _number: int) -> ChangedDevice:
        return await _one_device(ctx, obk, plans[obk.wire.host], compare)

    def tell(item: Outcome[ChangedDevice]) -> None:
        emit_item(ctx, item)

    settings = [host for host, plan in plans.items() if plan.update is None]
    updates = [host for host, plan in plans.items() if plan.update is not None]
    ended = await each(ctx, settings, one, tell=tell, of=len(plans))
    waves = replace(ctx, at_once=min(ctx.at_once, _UPDATES_AT_ONCE))
    done = sum(item.error is None for item in ended)
    return ended + await in_waves(waves, updates, one, tell=tell, done_before=done, of=len(plans))


async def _one_device(
    ctx: LanContext, obk: Obk, plan: RollPlan, compare: Work[Compared]
) -> ChangedDevice:
    with Stages(ctx, obk.host).told():
        return await _as_planned(ctx, obk, plan, compare)


async def _as_planned(
    ctx: LanContext, obk: Obk, plan: RollPlan, compare: Work[Compared]
) -> ChangedDevice:
    await obk.expect(plan.compared.state.info.mac)
    if plan.owed is Owed.FILES or (plan.owed and plan.update is None):
        await settle_debt(ctx, obk, plan.compared.state)
    if plan.update is None:
        if not plan.compared.change.steps:
            return settled_device(obk.host, plan.change)
        return await carry_out_plan(ctx, obk, plan.change)
    updated = await carry_out_update(ctx, obk, plan.update)
    stages = Stages(ctx, obk.host)
    stages.reached(_("It runs {version} now.", version=plan.update.update.version))
    with stages.told():
        return await _settings_after(ctx, obk, plan, compare, updated)


async def _settings_after(
    ctx: LanContext, obk: Obk, plan: RollPlan, compare: Work[Compared], updated: UpdatedDevice
) -> ChangedDevice:
    now = await compare(ctx, obk, 0)
    more = sorted(set(now.change.names) - set(plan.compared.change.names))
    if now.skip or more:
        raise ChangedByUpdate(host=obk.host, problem=now.skip or ", ".join(more))
    if now.change.steps:
        done = await execute(ctx, obk, now.state, now.change, kind="apply")
    else:
        done = settled_device(
            obk.host, ChangePlan(state=now.state, change=now.change, kind="apply")
        )
    update = UpdateDone(from_=updated.from_, to=updated.to, files=updated.files)
    return ChangedDevice(**fields_apart(done) | {"update": update})


def _result(
    ctx: LanContext,
    looked: Sequence[Outcome[RollPlan]],
    ended: Sequence[Outcome[ChangedDevice]],
    missing: Sequence[str],
    *,
    dry_run: bool,
    update: bool,
) -> RollCounts:
    old = {str(item.host): item.value.lacks for item in looked if item.value and item.value.lacks}
    if missing:
        ctx.warn(
            "PS-NOTE-ROLL-MISSING",
            _("{count} devices of the roll did not answer.", count=len(missing)),
            hint=_("plugsmith device plan lists them."),
        )
    if old:
        ctx.warn(
            "PS-NOTE-ROLL-VERSION",
            _(
                "{count} devices run another firmware than the roll wants.",
                count=len(old),
            ),
            hint="\n".join(f"{', '.join(hosts)}: {why}" for why, hosts in _by_reason(old).items()),
        )
    if looked and all(item.value is not None and item.value.compared.skip for item in looked):
        raise WrongPinDevice(
            host=", ".join(str(item.host) for item in looked)[:200],
            problem=_("the roll fits none of these devices"),
            remedy=_("`plugsmith device plan` says what is wrong with each."),
        )
    would = sum(bool(item.value and item.value.is_open) for item in looked)
    run = looked_over(ended, would_change=would) if dry_run else counts(ended)
    unmet = bool(missing or (old and update)) and not dry_run
    codes = [item.code for item in ended] + ([int(ExitCode.NOTHING_FOUND)] if unmet else [])
    whole = {
        "devices": len(looked),
        "not_started": len(looked) - len(ended),
        "missing": tuple(missing),
        "other_version": tuple(sorted(old)),
        "exit_code": max(codes, default=0),
    }
    return RollCounts(**fields_apart(run) | whole)


def _by_reason(old: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for host in sorted(old):
        found.setdefault(old[host], []).append(host)
    return found
