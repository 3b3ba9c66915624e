"""`device apply` and `device undo`: read, compare, show, write, restart, read back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from plugsmith.errors.device import DeviceInSafeMode, SettingUnusable, UndoMissing
from plugsmith.flows.device.context import on_each
from plugsmith.flows.device.desired_settings import DesiredSettings, fit
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.lan.apply import carry_out, read_state, verify
from plugsmith.lan.change import SETTABLE, make_change
from plugsmith.library.undo import UndoRecord
from plugsmith.messages import _
from plugsmith.openbeken.settings import PRIVATE
from plugsmith.secrets import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

    Data = dict[str, Fact]


def apply(
    ctx: LanContext, hosts: Sequence[Host], desired: DesiredSettings, *, dry_run: bool = False
) -> Data:
    """Make each device what `wish` says. A device that is so already is only checked.

    So a run over many that was cut off goes on when it is started again.
    """

    async def one(ctx: LanContext, obk: Obk, number: int) -> Data:
        return await apply_to(ctx, obk, desired, number=number, dry_run=dry_run)

    for note in desired.notes:
        ctx.warn("PS-NOTE-TEMPLATE", note)
    return on_each(ctx, hosts, one)


async def state_of(ctx: LanContext, obk: Obk) -> DeviceState:
    """The device's state; leaves safe mode first where that is allowed."""
    try:
        return await read_state(obk)
    except DeviceInSafeMode:
        if not ctx.leave_safe_mode:
            raise
    await obk.leave_safe_mode()
    return await read_state(obk)


async def apply_to(
    ctx: LanContext, obk: Obk, desired: DesiredSettings, *, number: int = 1, dry_run: bool = False
) -> Data:
    """The same for one device."""
    state = await state_of(ctx, obk)
    wanted = desired.for_device(number=number, mac=state.info.mac)
    for note in fit(desired, wanted, state, host=obk.host):
        ctx.warn("PS-NOTE-TEMPLATE", note, data={"host": obk.host})
    change = make_change(state.settings, wanted, type_names=state.type_names)
    ctx.say(_show(obk.host, change))
    if dry_run or not change.steps:
        return _data(obk, state, change, applied=[], verified=not dry_run, undo="")
    return await execute(ctx, obk, state, change, kind="apply")


async def execute(
    ctx: LanContext, obk: Obk, state: DeviceState, change: ConfigChange, *, kind: str
) -> Data:
    """Store the undo (an undo itself has none), carry the change out, read it back."""
    if kind != "undo":
        _remember(ctx, obk, state, change, kind=kind)
    undo = undo_command(obk.host)
    title = _("Setting up {host}", host=obk.host)
    with task(
        f"apply {obk.host}", title, total=len(change.steps), clock=ctx.clock, sink=ctx.sink,
        unit="steps",
    ) as meter:  # fmt: skip
        back = await carry_out(
            obk,
            change,
            undo=undo,
            progress=lambda _done: meter.advance(1),
            check=ctx.cancel.check,
        )
    if back is None:
        ctx.warn(
            "PS-NOTE-DEVICE-MOVED",
            _(
                "{host} was set up and restarted, but does not answer at this address any more.",
                host=obk.host,
            ),
            hint=_("It joined another network or has another address: plugsmith device scan"),
        )
        return _data(obk, state, change, applied=list(change.names), verified=False, undo=undo)
    after = await verify(obk, change, undo=undo)
    return _data(obk, after, change, applied=list(change.names), verified=True, undo=undo)


def undo(ctx: LanContext, hosts: Sequence[Host]) -> Data:
    """Put back what the latest stored change of each device replaced."""

    async def one(ctx: LanContext, obk: Obk, _number: int) -> Data:
        state = await state_of(ctx, obk)
        record = ctx.library.undo.latest(state.info.mac or obk.host)
        if record is None:
            raise UndoMissing(host=obk.host)
        wanted = {name: value for name, value in record.settings.items() if name in SETTABLE}
        if not wanted:
            raise SettingUnusable(
                name=", ".join(record.settings),
                problem=_("it is put back with `plugsmith device calibrate --undo`"),
            )
        change = make_change(state.settings, wanted, type_names=state.type_names)
        data = _data(obk, state, change, applied=[], verified=True, undo="")
        if change.steps:
            data = await execute(ctx, obk, state, change, kind="undo")
        ctx.library.undo.drop(record)
        return data

    return on_each(ctx, hosts, one)


def undo_command(host: str) -> str:
    """The command line that puts back what the latest change replaced."""
    return shlex.join(["plugsmith", "device", "undo", host])


def _remember(
    ctx: LanContext, obk: Obk, state: DeviceState, change: ConfigChange, *, kind: str
) -> None:
    ctx.library.undo.add(
        UndoRecord(
            mac=state.info.mac or obk.host,
            chip=state.info.chip,
            host=obk.host,
            created=now_text(),
            kind=kind,
            settings=change.old,
        )
    )


def _show(host: str, change: ConfigChange) -> str:
    """What changes, a line a setting, secrets as ***."""
    if not change.steps:
        return _("{host} is as wanted already.", host=host)
    lines = [_("{host} will change:", host=host)]
    for name, new in change.new.items():
        lines += _difference(name, change.old.get(name), new)
    if change.restart or change.restarts_itself:
        lines.append("  " + _("Then it restarts."))
    return "\n".join(lines)


def _difference(name: str, old: Fact, new: Fact) -> list[str]:
    if name in PRIVATE:
        return [f"  {name}: ***"]
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted({*old, *new}, key=lambda key: (len(key), key))
        return [
            f"  {name} {key}: {_word(old.get(key))} -> {_word(new.get(key))}"
            for key in keys
            if old.get(key) != new.get(key)
        ]
    return [f"  {name}: {_word(old)} -> {_word(new)}"]


def _word(value: Fact) -> str:
    return "-" if value in (None, "") else redact(str(value))


def _data(
    obk: Obk,
    state: DeviceState,
    change: ConfigChange,
    *,
    applied: list[Fact],
    verified: bool,
    undo: str,
) -> Data:
    return {
        "host": obk.host,
        "name": state.info.short_name,
        "chip": state.info.chip,
        "mac": state.info.mac,
        "applied": applied,
        "planned": list(change.names),
        "verified": verified,
        "undo": undo,
    }
