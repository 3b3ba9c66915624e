"""`device apply` and `device undo`: read, compare, show, write, restart, read back.

On several devices all are looked at first, and one question is asked for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import (
    SettingUnusable,
    UndoElsewhere,
    UndoMissing,
    WrongPinDevice,
)
from plugsmith.flows.device.change.changes import ChangePlan, change_devices, change_one, state_of
from plugsmith.flows.settings.desired_settings import DesiredSettings, fit
from plugsmith.lan.change import SETTABLE, differences, make_change
from plugsmith.lan.host import parse_host
from plugsmith.messages import _
from plugsmith.openbeken.flag_names import resolved
from plugsmith.openbeken.startup_effects import with_effects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.results import ChangedDevice, RunCounts
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.library.undo import UndoRecord


def apply(
    ctx: LanContext,
    hosts: Sequence[Host],
    desired: DesiredSettings,
    *,
    dry_run: bool = False,
    by_scan: bool = False,
) -> ChangedDevice | RunCounts:
    """Make each device what `desired` says. A device that is so already is only checked.

    So a run over many that was cut off goes on when it is started again. `by_scan`: the hosts are
    whoever answered, so their order says nothing and `{n}` is refused.
    """
    if by_scan and desired.numbered:
        raise UsageError(
            problem=_(
                "{{n}} needs to know which device has which number; in a range that depends on who "
                "answers just now. Write a roll (plugsmith device roll init), or name the devices "
                "one by one"
            )
        )

    if len(hosts) == 1:
        return apply_one(ctx, hosts[0], desired, dry_run=dry_run)

    async def look(ctx: LanContext, obk: Obk, number: int) -> ChangePlan:
        return await plan_for(ctx, obk, desired, number=number, alone=False)

    _tell_notes(ctx, desired)
    return change_devices(ctx, hosts, look, dry_run=dry_run)


def apply_one(
    ctx: LanContext, host: Host, desired: DesiredSettings, *, dry_run: bool = False
) -> ChangedDevice:
    """Make one device what `desired` says."""

    async def look(ctx: LanContext, obk: Obk, number: int) -> ChangePlan:
        return await plan_for(ctx, obk, desired, number=number, alone=True)

    _tell_notes(ctx, desired)
    return change_one(ctx, host, look, dry_run=dry_run)


def _tell_notes(ctx: LanContext, desired: DesiredSettings) -> None:
    for note in desired.notes:
        ctx.warn("PS-NOTE-TEMPLATE", note)


async def plan_for(
    ctx: LanContext, obk: Obk, desired: DesiredSettings, *, number: int, alone: bool
) -> ChangePlan:
    """What `desired` means for one device. Among several, one of another kind is skipped."""
    state = await state_of(ctx, obk)
    wanted = desired.for_device(number=number, mac=state.info.mac)
    try:
        notes = fit(desired, wanted, state, host=obk.host)
    except WrongPinDevice as wrong:
        if alone:
            raise
        return _skipped(state, wrong.message)
    if notes and not alone:
        return _skipped(state, notes[0])
    for note in notes:
        ctx.warn("PS-NOTE-TEMPLATE", note, data={"host": obk.host})
    return ChangePlan(state=state, change=change_to(state, wanted), kind="apply")


def change_to(state: DeviceState, wanted: Mapping[str, Fact]) -> ConfigChange:
    """The change of a device to `wanted`, with what its startup command does by itself."""
    wanted = resolved(wanted, state.settings.get("flags"))
    whole = with_effects(wanted, state.settings, type_names=state.type_names)
    return make_change(state.settings, whole, type_names=state.type_names)


def _skipped(state: DeviceState, reason: str) -> ChangePlan:
    nothing = make_change(state.settings, {}, type_names=state.type_names)
    return ChangePlan(state=state, change=nothing, kind="apply", skip=reason)


def undo(ctx: LanContext, hosts: Sequence[Host]) -> ChangedDevice | RunCounts:
    """Put back what the latest stored change of each device replaced."""

    async def look(ctx: LanContext, obk: Obk, _number: int) -> ChangePlan:
        state = await state_of(ctx, obk)
        record = await _stored_change(ctx, obk, state)
        wanted = {name: value for name, value in record.settings.items() if name in SETTABLE}
        if not wanted:
            raise SettingUnusable(
                name=", ".join(record.settings),
                problem=_("it is put back with `plugsmith device calibrate --undo`"),
            )
        change = make_change(state.settings, wanted, type_names=state.type_names)
        return ChangePlan(state=state, change=change, kind="undo", record=record)

    return change_one(ctx, hosts[0], look) if len(hosts) == 1 else change_devices(ctx, hosts, look)


async def _stored_change(ctx: LanContext, obk: Obk, state: DeviceState) -> UndoRecord:
    """The latest stored change of this very device. Its address may have changed since.

    A MAC alone does not prove that: several devices may carry it.
    """
    mac = state.info.mac or obk.host
    own = ctx.library.undo.latest(mac, obk.host)
    if own is not None:
        return own
    other = ctx.library.undo.latest(mac)
    if other is None:
        raise UndoMissing(host=obk.host)
    problem = await _why_not_the_same(ctx, state, other)
    if problem:
        raise UndoElsewhere(host=obk.host, other=other.host, problem=problem)
    return other


async def _why_not_the_same(ctx: LanContext, state: DeviceState, record: UndoRecord) -> str:
    """Why a change stored for another address may be another device's; empty where it is not."""
    raw = bytes.fromhex((state.info.mac or "").replace(":", ""))
    if is_placeholder_mac(raw):
        return _("Many devices that lost their RF calibration carry this MAC.")
    try:
        if (await ctx.obk(parse_host(record.host)).info(tries=1)).mac == state.info.mac:
            return _("A device with this MAC still answers there.")
    except PlugsmithError:
        pass  # nobody there: the device may have moved
    if not record.left or differences(state.settings, record.left):
        return _("The settings of the device here are not those that the change left.")
    return ""
