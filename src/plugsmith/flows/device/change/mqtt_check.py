"""Whether a device gets on with its broker after its settings were changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.flows.device.results import BrokerReport
from plugsmith.lan.live_page import BrokerState, LivePage, look_live
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.obk_http import Obk

_SETTLED = frozenset({BrokerState.OFF, BrokerState.CONNECTED, BrokerState.WRONG_PASSWORD})
_SURE = 3  # equal looks in a row that a failing connection takes to be believed


async def broker_after(ctx: LanContext, obk: Obk, change: ConfigChange) -> BrokerReport | None:
    """The broker's state after a change of MQTT settings; None where none was changed.

    The first attempt comes 15 to 20 s after a start or a change (openbeken.md section 15).
    """
    touched = any(name.startswith("mqtt_") for name in change.new)
    if not touched:
        return None
    page = await _settled(ctx, obk)
    state = page.mqtt if page is not None else None
    if page is not None and state not in {BrokerState.CONNECTED, BrokerState.OFF, None}:
        ctx.warn(
            "PS-NOTE-MQTT",
            _("{host} holds the MQTT settings, but its broker: {state}.", host=obk.host,
              state=f"{state} ({page.mqtt_detail})" if page.mqtt_detail else str(state)),
            hint=_(_HINTS[state]) if state in _HINTS else "",
        )  # fmt: skip
    return BrokerReport(state=state, detail=page.mqtt_detail if page is not None else "")


_HINTS = {
    BrokerState.WRONG_PASSWORD: N_("Check mqtt_user and mqtt_password."),
    BrokerState.UNREACHABLE: N_("Check mqtt_host and mqtt_port, and that the broker runs."),
    BrokerState.REFUSED: N_("Look into the log of the broker."),
}


async def _settled(ctx: LanContext, obk: Obk) -> LivePage | None:
    """The last look; ends early when the state will not change by itself."""
    patience = obk.patience
    loop = asyncio.get_running_loop()
    end_s = loop.time() + patience.broker_s
    page, equal = None, 0
    while loop.time() < end_s and not ctx.cancel.cancelled:
        try:
            now = await look_live(obk)
        except PlugsmithError:
            now = None
        if now is not None:
            equal = equal + 1 if page is not None and page.mqtt == now.mqtt else 1
            page = now
            failing = now.mqtt in {BrokerState.REFUSED, BrokerState.UNREACHABLE}
            if now.mqtt in _SETTLED or now.mqtt is None or (failing and equal >= _SURE):
                break
        await patience.sleep(patience.poll_s)
    return page
