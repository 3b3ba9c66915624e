"""Changes of one device or many: all looked at first, shown, asked for once, proven."""

from __future__ import annotations

import asyncio
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import Cancelled
from plugsmith.errors.device import (
    ChangedMeanwhile,
    DeviceInSafeMode,
    DeviceRefused,
    NotVerified,
    WrongPinDevice,
)
from plugsmith.errors.network import NetworkError
from plugsmith.flows.device.change.mqtt_check import broker_after
from plugsmith.flows.device.change.stages import Stages
from plugsmith.flows.device.change.text import change_lines
from plugsmith.flows.device.context import Outcome, counts, each, emit_item, looked_over
from plugsmith.flows.device.results import ChangedDevice
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.lan.apply import read_state, verify
from plugsmith.lan.carry_out import carry_out
from plugsmith.lan.change import differences
from plugsmith.library.undo import UndoRecord
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.flows.device.context import LanContext, Work
    from plugsmith.flows.device.results import BrokerReport, RunCounts
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """What will happen to one device; `skip` is why nothing will. `record`: the undo it uses."""

    state: DeviceState
    change: ConfigChange
    kind: str
    skip: str = ""
    record: UndoRecord | None = None


def change_devices(
    ctx: LanContext,
    hosts: Sequence[Host],
    look: Work[ChangePlan],
    *,
    dry_run: bool = False,
) -> RunCounts:
    """Plan for each, show the plans, ask once for all, carry them out."""
    looked = ctx.look(each(ctx, hosts, look))
    for item in looked:
        ctx.say(_plan_text(item, would=dry_run))
    _warn_of_twins(ctx, looked)
    todo = [] if dry_run else [item for item in looked if _is_open(item)]
    ended = [settled(item, dry_run=dry_run) for item in looked if item not in todo]
    for done in ended:
        emit_item(ctx, done)
    if todo:
        ctx.consent(
            _("Change {count} {count:device|devices}?", count=len(todo)),
            _("changing several devices"),
        )
        plans = {item.host: item.value for item in looked if item.value is not None}

        async def act(ctx: LanContext, obk: Obk, _number: int) -> ChangedDevice:
            return await carry_out_plan(ctx, obk, plans[obk.wire.host])

        ended += ctx.run(
            each(ctx, [item.host for item in todo], act, tell=lambda item: emit_item(ctx, item))
        )
    if looked and all(item.value is not None and item.value.skip for item in looked):
        raise WrongPinDevice(
            host=", ".join(str(item.host) for item in looked)[:200],
            problem=_("the template is for none of these devices"),
            remedy=_("Choose a template for these chips."),
        )
    if dry_run:
        return looked_over(ended, would_change=sum(_is_open(item) for item in looked))
    return counts(ended)


def change_one(
    ctx: LanContext, host: Host, look: Work[ChangePlan], *, dry_run: bool = False
) -> ChangedDevice:
    """Plan for one device, show the plan, carry it out; nobody is asked."""
    [item] = ctx.look(each(ctx, [host], look))
    ctx.say(_plan_text(item, would=dry_run))
    plan = item.value
    if plan is None:
        raise item.error or AssertionError("neither a value nor an error")
    if dry_run or not plan.change.steps:
        if not dry_run:
            _drop_used(ctx, plan)
        return settled_device(str(host), plan, dry_run=dry_run)
    return ctx.run(carry_out_plan(ctx, ctx.obk(host), plan, asked=False))


def _is_open(item: Outcome[ChangePlan]) -> bool:
    return item.value is not None and not item.value.skip and bool(item.value.change.steps)


def settled(item: Outcome[ChangePlan], *, dry_run: bool) -> Outcome[ChangedDevice]:
    """The end of a device to which nothing is sent."""
    plan = item.value
    if plan is None:
        return Outcome(host=item.host, number=item.number, error=item.error)
    device = settled_device(str(item.host), plan, dry_run=dry_run)
    return Outcome(host=item.host, number=item.number, value=device)


def settled_device(host: str, plan: ChangePlan, *, dry_run: bool = False) -> ChangedDevice:
    """What is told of a device that is as wanted, skipped, or only looked at."""
    info = plan.state.info
    return ChangedDevice(
        host=host,
        name=info.short_name,
        chip=info.chip,
        mac=info.mac,
        applied=(),
        planned=tuple(plan.change.names),
        verified=not dry_run and not plan.skip,
        undo="",
        dry_run=dry_run or None,
        skipped=plan.skip or None,
    )


def _plan_text(item: Outcome[ChangePlan], *, would: bool) -> str:
    plan = item.value
    if plan is None:
        return f"{item.host}: {item.error.message if item.error else ''}"
    if plan.skip:
        return _("{host} is skipped: {reason}", host=item.host, reason=plan.skip)
    return change_lines(f"{item.host} ({plan.state.info.short_name})", plan.change, would=would)


def _warn_of_twins(ctx: LanContext, looked: Sequence[Outcome[ChangePlan]]) -> None:
    """Two devices with one MAC are told apart by their addresses only."""
    macs = Counter(item.value.state.info.mac for item in looked if item.value is not None)
    for mac, count in macs.items():
        if mac is not None and count > 1:
            ctx.warn(
                "PS-NOTE-SAME-MAC",
                _("{count} of these devices have the same MAC {mac}.", count=count, mac=mac),
                hint=_("Their RF calibration was lost or copied; they are told apart by address."),
            )


async def state_of(ctx: LanContext, obk: Obk) -> DeviceState:
    """The device's state; leaves safe mode first where that is allowed."""
    try:
        return await read_state(obk)
    except DeviceInSafeMode:
        if not ctx.leave_safe_mode:
            raise
    await obk.leave_safe_mode()
    return await read_state(obk)


async def carry_out_plan(
    ctx: LanContext, obk: Obk, plan: ChangePlan, *, asked: bool = True
) -> ChangedDevice:
    """Carry a plan out; if somebody was `asked` since, only while the device still is as then."""
    with Stages(ctx, obk.host).told():
        await obk.expect(plan.state.info.mac)
        if asked:
            now = await state_of(ctx, obk)
            if differences(now.settings, plan.change.old):
                raise ChangedMeanwhile(host=obk.host)
        done = await execute(ctx, obk, plan.state, plan.change, kind=plan.kind)
    _drop_used(ctx, plan)
    return done


def _drop_used(ctx: LanContext, plan: ChangePlan) -> None:
    if plan.record is not None:
        ctx.library.undo.drop(plan.record)


async def execute(
    ctx: LanContext, obk: Obk, state: DeviceState, change: ConfigChange, *, kind: str
) -> ChangedDevice:
    """Store the undo (an undo itself has none), carry the change out, read it back."""
    record = _record(obk, state, change, kind=kind)
    cut = ctx.library.undo.unfinished(record.mac, record.host, kind)
    if cut is not None and not differences(state.settings, cut.left):
        ctx.library.undo.finish(cut)  # it was done whole, and only its proof was cut off
        cut = None
    stored: list[UndoRecord] = []

    def begin() -> None:
        if kind != "undo":
            stored.append(ctx.library.undo.add(record))

    undo = undo_command(obk.host)
    title = _("Setting up {host}", host=obk.host)
    with task(
        f"apply {obk.host}", title, total=len(change.steps), clock=ctx.clock, sink=ctx.sink,
        unit="steps",
    ) as meter:  # fmt: skip
        try:
            back = await _proven(
                ctx, obk, change, undo=undo, begin=begin, step_done=lambda: meter.advance(1)
            )
        except DeviceRefused:  # the first setting: nothing was changed that could be undone
            if cut is None:
                _forget(ctx, stored)
            raise
    for done in stored:
        ctx.library.undo.finish(done)
    undo = undo if stored else ""
    if back is None:
        return _changed(obk, state, change, undo=undo, verified=False)
    try:
        broker = await broker_after(ctx, obk, change)
    except asyncio.CancelledError as stop:
        raise Cancelled(
            state=_("All was sent and verified. The broker was not waited for.")
        ) from stop
    return _changed(obk, back, change, undo=undo, verified=True, broker=broker)


def _forget(ctx: LanContext, stored: Sequence[UndoRecord]) -> None:
    for record in stored:
        ctx.library.undo.drop(record)


async def _proven(
    ctx: LanContext,
    obk: Obk,
    change: ConfigChange,
    *,
    undo: str,
    begin: Callable[[], None],
    step_done: Callable[[], None],
) -> DeviceState | None:
    """Send the change and read it back; None where the device has moved away."""
    sent = 0

    def count(_done: int) -> None:
        nonlocal sent
        sent += 1
        step_done()

    try:
        back = await carry_out(
            obk, change, undo=undo, progress=count, check=ctx.cancel.check, begin=begin
        )
        if back is not None:
            return await verify(obk, change, undo=undo)
    except asyncio.CancelledError as stop:
        if sent < len(change.steps):
            raise
        raise Cancelled(
            state=_("All was sent, not verified."), resume=_("Run the same command again to check.")
        ) from stop
    except NetworkError as problem:
        if sent < len(change.steps):
            raise
        raise NotVerified(host=obk.host, problem=problem.message, undo=undo) from problem
    ctx.warn(
        "PS-NOTE-DEVICE-MOVED",
        _(
            "{host} was set up and restarted, but does not answer at this address any more.",
            host=obk.host,
        ),
        hint=_("It joined another network or has another address: plugsmith device scan"),
    )
    return None


def undo_command(host: str) -> str:
    """The command line that puts back what the latest change replaced."""
    return shlex.join(["plugsmith", "device", "undo", host])


def _record(obk: Obk, state: DeviceState, change: ConfigChange, *, kind: str) -> UndoRecord:
    return UndoRecord(
        mac=state.info.mac or obk.host,
        chip=state.info.chip,
        host=obk.host,
        created=now_text(),
        kind=kind,
        settings=change.old,
        left=change.new,
        finished=False,
    )


def _changed(
    obk: Obk,
    state: DeviceState,
    change: ConfigChange,
    *,
    undo: str,
    verified: bool,
    broker: BrokerReport | None = None,
) -> ChangedDevice:
    names = tuple(change.names)
    return ChangedDevice(
        host=obk.host,
        name=state.info.short_name,
        chip=state.info.chip,
        mac=state.info.mac,
        applied=names,
        planned=names,
        verified=verified,
        undo=undo,
        mqtt=broker,
    )
