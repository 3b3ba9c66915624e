"""The whole settings block of a running device: read, and written raw with a power cycle.

Written raw, a soft restart would put the old settings over it (openbeken.md section 9.4): so the
tool writes, asks for a power cycle, and reads back. Only the settings sector is ever written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.device import SettingsDiffer, WrongPinDevice
from plugsmith.flows.device.change.changes import state_of, undo_command
from plugsmith.flows.device.context import on_each
from plugsmith.flows.device.results import ChangedDevice
from plugsmith.flows.now import now_text
from plugsmith.flows.settings.settings_block import StoredBlock, make_block, sector_of
from plugsmith.lan.apply import read_state, settings_span
from plugsmith.lan.change import SETTABLE
from plugsmith.library.undo import UndoRecord
from plugsmith.messages import _
from plugsmith.openbeken.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.results import RunCounts
    from plugsmith.flows.settings.desired_settings import DesiredSettings
    from plugsmith.flows.settings.results import StoredConfig
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.openbeken.config_block import ConfigBlock

POWER_CYCLE_S = 300.0
_COUNTERS = ("change_counter", "ota_counter")


def read_config(
    ctx: LanContext, hosts: Sequence[Host], *, show_secrets: bool = False
) -> StoredConfig | RunCounts:
    """The settings block of each device; those of several are events."""

    async def one(ctx: LanContext, obk: Obk, _number: int) -> StoredConfig:
        state = await state_of(ctx, obk)
        span = settings_span(state.info.chip)
        stored = StoredBlock(block=state.block, offset=span.start if span else 0)
        return stored.told(show_secrets=show_secrets, host=obk.host)

    return on_each(ctx, hosts, one)


def write_config(
    ctx: LanContext,
    hosts: Sequence[Host],
    desired: DesiredSettings,
    *,
    block: ConfigBlock | None = None,
    power_cycle_s: float = POWER_CYCLE_S,
) -> ChangedDevice | RunCounts:
    """Write the whole block with the wish in it (or into `block`), then wait for a power cycle."""

    async def one(ctx: LanContext, obk: Obk, number: int) -> ChangedDevice:
        return await _write(
            ctx, obk, desired, block=block, number=number, power_cycle_s=power_cycle_s
        )

    return on_each(ctx, hosts, one)


async def _write(
    ctx: LanContext,
    obk: Obk,
    desired: DesiredSettings,
    *,
    block: ConfigBlock | None,
    number: int,
    power_cycle_s: float,
) -> ChangedDevice:
    state = await state_of(ctx, obk)
    info = state.info
    span = settings_span(info.chip)
    if block is not None:
        _refuse_other_device(obk.host, block, info.mac)
    base = block if block is not None else state.block
    new = make_block(desired, chip=info.chip, mac=info.mac, number=number, base=base)
    old = {name: value for name, value in state.settings.items() if name in SETTABLE}
    ctx.library.undo.add(
        UndoRecord(
            mac=info.mac or obk.host,
            chip=info.chip,
            host=obk.host,
            created=now_text(),
            kind="raw",
            settings=old,
        )
    )
    assert span is not None  # read_state would have refused
    watch = await obk.watch_uptime()
    await obk.write_sector(span.start, sector_of(new, under=state.sector))
    ctx.say(
        _(
            "{host}: unplug it now, wait two seconds, and plug it in again. "
            "Do not restart it from its page: that would bring the old settings back.",
            host=obk.host,
        )
    )
    await obk.wait_back(watch, limit_s=power_cycle_s)
    after = await read_state(obk)
    left = _differing(new, after.block)
    if left:
        raise SettingsDiffer(host=obk.host, fields=", ".join(left), undo=undo_command(obk.host))
    return ChangedDevice(
        host=obk.host,
        name=after.info.short_name,
        chip=info.chip,
        mac=after.info.mac,
        applied=tuple(sorted(desired.settings) or ["block"]),
        verified=True,
        undo=undo_command(obk.host),
    )


def _refuse_other_device(host: str, block: ConfigBlock, mac: str | None) -> None:
    theirs = read_settings(block)["mac"]
    if mac is not None and theirs != mac:
        raise WrongPinDevice(
            host=host,
            problem=_("the block holds the address of another device"),
            remedy=_("Build one for this device: plugsmith obk config build --mac {mac}", mac=mac),
        )


def _differing(wanted: ConfigBlock, found: ConfigBlock) -> list[str]:
    want, have = read_settings(wanted), read_settings(found)
    return [name for name in want if name not in _COUNTERS and want[name] != have.get(name)]
