"""`device info`: who a device is, its pins, flags, startup command, and what it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.device.context import on_each
from plugsmith.flows.device.results import DeviceInfo, DeviceRow, InfoCounts, RunCounts
from plugsmith.lan.live_page import look_live
from plugsmith.openbeken.flag_names import flag_name
from plugsmith.openbeken.flags import flag_bits
from plugsmith.openbeken.settings import masked
from plugsmith.records import fields_apart
from plugsmith.secrets import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk


def info_of_one(ctx: LanContext, host: Host) -> DeviceInfo:
    """What one device says about itself; secrets masked."""
    return ctx.run(_one(ctx, ctx.obk(host)))


def info(ctx: LanContext, hosts: Sequence[Host]) -> DeviceInfo | InfoCounts:
    """What each device says about itself; secrets masked. Of several also a table of the facts."""
    rows: dict[int, DeviceRow] = {}

    async def one(ctx: LanContext, obk: Obk, number: int) -> DeviceInfo:
        found = await _one(ctx, obk)
        rows[number] = found.row
        return found

    found = on_each(ctx, hosts, one)
    if isinstance(found, RunCounts):
        table = tuple(rows[at] for at in sorted(rows))
        return InfoCounts(**fields_apart(found), table=table)
    return found


async def _one(ctx: LanContext, obk: Obk) -> DeviceInfo:
    state = await state_of(ctx, obk)
    live = await look_live(obk)
    reading = await obk.meter()
    settings = masked(state.settings)
    flags = settings["flags"] if isinstance(settings["flags"], int) else 0
    startup = redact(str(settings.get("startup_command", "")))
    about = state.info
    return DeviceInfo(
        ip=about.ip,
        name=about.short_name,
        chip=about.chip,
        version=about.version,
        variant=about.variant,
        mac=about.mac,
        uptime=about.uptime_s,
        host=obk.host,
        build=about.build,
        drivers=live.drivers,
        mqtt=live.mqtt,
        mqtt_detail=live.mqtt_detail,
        rssi=live.rssi,
        long_name=str(settings.get("long_name", "")),
        pins=cast("dict[str, str]", settings["pins"]),
        flags=str(flags),
        flag_numbers=tuple(flag_bits(flags)),
        flag_names={str(bit): flag_name(bit) for bit in flag_bits(flags)},
        startup_command=startup,
        meter=reading,
        settings={**settings, "startup_command": startup},
    )
