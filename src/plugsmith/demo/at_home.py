"""The second half of the demo: the flashed plug in its Wi-Fi, set up and used over the network."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.clock import RealClock
from plugsmith.errors.device import DeviceAnswer, DeviceUnreachable
from plugsmith.events import Log
from plugsmith.flows.device.apply import apply_one
from plugsmith.flows.device.context import LanContext
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.settings_block import change_chip
from plugsmith.lan.host import parse_host
from plugsmith.lan.http import HttpTimeouts
from plugsmith.messages import _
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import Network
from plugsmith.sim.obk.net.server import serve
from plugsmith.sim.obk.plug.plug import Load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.demo.scene import Scene
    from plugsmith.errors import Fact
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.context import FlowContext
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import Reading

_LAMP = Load(volts=230.0, watts=60.0)
_LOOKS = 20
_STEADY = 0.02  # two readings this close to each other are the load, not a meter that still counts


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHome:
    """What was seen on the network. `relay` and `lit` are the plug's own state, not its words."""

    url: str
    name: str
    version: str
    applied: tuple[str, ...]
    verified: bool
    undo: str
    relay: bool
    lit: bool
    reading: Reading
    seconds: float


def give_network(ctx: FlowContext, scene: Scene) -> bool:
    """Write the Wi-Fi of the scene into the plug's settings, over the wire; whether it is proven.

    What `plugsmith obk config write --wifi-ssid NAME` does.
    """
    name, password = scene.network
    wish = desired_from(
        template=None,
        settings={"wifi_ssid": name, "wifi_password": password, "short_name": "demo_plug"},
        over_lan=False,
    )
    outcome, _addr = change_chip(ctx, wish)
    return outcome.verified


def live_at_home(
    scene: Scene,
    *,
    mac: str,
    version: str,
    template: Mapping[str, Fact],
    sink: EventSink,
    cancel: CancelToken,
) -> AtHome:
    """Start the plug with the flash content that was written, and use it over HTTP on loopback."""
    clock = RealClock()
    began_s = clock.monotonic()
    plug = SimObk(
        flash=scene.flash.read_bytes(),
        mac=bytes.fromhex(mac.replace(":", "")),
        version=version,
        home=scene.network,  # it is reachable only with the name and password of this network
        speed=scene.device_speed,
    )
    plug.plug_in(_LAMP)
    pace = HttpTimeouts()
    ctx = LanContext(
        clock=clock,
        sink=sink,
        cancel=cancel,
        library=scene.library,
        consent=lambda _question, _step: None,
        patience=replace(
            pace,
            poll_s=0.2,
            settle_s=pace.settle_s / scene.device_speed,
            window_s=pace.window_s / scene.device_speed,
        ),
    )
    with serve(plug) as server:
        url = server.urls[0]
        if plug.network is not Network.HOME:
            raise DeviceUnreachable(host=url, problem=_("the plug did not join the network"))
        sink.emit(Log(message=_("The plug joined the network: {url}", url=url)))
        host = parse_host(url)
        wish = desired_from(template=json.dumps(template), name=_("the recovered template"))
        done = apply_one(ctx, host, wish)
        reading = _switch_on(ctx, host)
        return AtHome(
            url=url,
            name=done.name or "",
            version=version,
            applied=done.applied,
            verified=done.verified,
            undo=done.undo,
            relay=plug.relay_closed,
            lit=plug.lamps.red,
            reading=reading,
            seconds=clock.monotonic() - began_s,
        )


def _switch_on(ctx: LanContext, host: Host) -> Reading:
    """Switch the relay on and read the meter until two readings in a row agree."""
    found: list[Reading] = []

    async def work(obk: Obk) -> None:
        await obk.command("POWER ON", repeatable=True)
        ctx.say(_("Switched on."))
        for _look in range(_LOOKS):
            await obk.patience.sleep(obk.patience.window_s)
            reading = await obk.meter()
            if reading is not None:
                found.append(reading)
            if len(found) > 1 and _agree(found[-2], found[-1]):
                return
        problem = _("its meter shows no steady power")
        raise DeviceAnswer(host=obk.host, request="Status 8", problem=problem)

    ctx.run(work(ctx.obk(host)))
    return found[-1]


def _agree(one: Reading, other: Reading) -> bool:
    pairs = ((one.power, other.power), (one.current, other.current))
    return all(b > 0 and abs(a - b) <= _STEADY * b for a, b in pairs)
