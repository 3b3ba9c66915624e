"""`device info`: who a device is, its pins, flags, startup command, and what it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.flows.device.changes import state_of
from plugsmith.flows.device.context import on_each
from plugsmith.lan.live_page import look_live
from plugsmith.openbeken.flag_names import flag_name
from plugsmith.openbeken.flags import flag_bits
from plugsmith.openbeken.settings import masked
from plugsmith.secrets import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

    Data = dict[str, Fact]

_COLUMNS = (
    "host", "name", "chip", "version", "variant", "mac", "uptime", "rssi", "mqtt", "meter",
)  # fmt: skip


def info(ctx: LanContext, hosts: Sequence[Host]) -> Data:
    """What each device says about itself; secrets masked. Of several also a table of the facts."""
    rows: dict[int, Data] = {}

    async def one(ctx: LanContext, obk: Obk, number: int) -> Data:
        data = await _one(ctx, obk)
        rows[number] = {name: data[name] for name in _COLUMNS}
        return data

    data = on_each(ctx, hosts, one)
    return {**data, "table": [rows[at] for at in sorted(rows)]} if len(hosts) > 1 else data


async def _one(ctx: LanContext, obk: Obk) -> Data:
    state = await state_of(ctx, obk)
    live = await look_live(obk)
    reading = await obk.meter()
    settings = masked(state.settings)
    flags = settings["flags"] if isinstance(settings["flags"], int) else 0
    startup = redact(str(settings.get("startup_command", "")))
    return {
        **state.info.as_data(),
        "host": obk.host,
        "build": state.info.build,
        **live.as_data(),
        "long_name": settings.get("long_name", ""),
        "pins": settings["pins"],
        "flags": str(flags),
        "flag_numbers": list(flag_bits(flags)),
        "flag_names": {str(bit): flag_name(bit) for bit in flag_bits(flags)},
        "startup_command": startup,
        "meter": reading.as_data() if reading else None,
        "settings": {**settings, "startup_command": startup},
    }
