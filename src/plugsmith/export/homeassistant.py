"""What OpenBeken would tell Home Assistant over MQTT: a preview of its discovery messages.

Topics and fields: openbeken.md section 15. The device sends them itself (flag 27 or
`scheduleHADiscovery`); nobody has to send this text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.export.output import OutputFile, safe_name
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.output import ExportOptions

PREFIX = "homeassistant"
Message = tuple[str, dict[str, object]]
# Number in the topic, topic of the value, unit, device class; openbeken.md section 15
_METER = (
    (0, "voltage", "V", "voltage"),
    (1, "current", "A", "current"),
    (2, "power", "W", "power"),
    (9, "power_apparent", "VA", "apparent_power"),
    (10, "power_reactive", "var", "reactive_power"),
    (11, "power_factor", "", "power_factor"),
    (3, "energycounter", "Wh", "energy"),
)
_RELAYS = (Function.RELAY, Function.RELAY_SET)
_LAMPS = (Function.PWM_LIGHT, Function.DRIVER_DATA, Function.STRIP_DATA)


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>-homeassistant.json`: topic and payload of each message."""
    topic = safe_name(options.topic) or options.file_stem
    found = list(messages(profile, topic=topic, title=options.shown_title))
    body: dict[str, object] = {
        "about": _(
            "A preview. OpenBeken sends these messages itself when flag 27 is set or after "
            "`scheduleHADiscovery`; the names follow the device's own names."
        ),
        "messages": [{"topic": where, "payload": payload} for where, payload in found],
    }
    if not found:
        body["about"] = _("OpenBeken has nothing to announce for this device.")
    text = json.dumps(body, indent=2, ensure_ascii=True) + "\n"
    return [
        OutputFile(
            name=f"{options.file_stem}-homeassistant.json", text=text, media_type="application/json"
        )
    ]


def messages(profile: DeviceProfile, *, topic: str, title: str) -> Iterator[Message]:
    """Topic and payload of every message, relays first."""
    device: dict[str, object] = {
        "ids": [topic],
        "name": title,
        "sw": "OpenBeken",
        "mf": "Beken Corporation",
        "mdl": profile.chip or "",
    }
    base: dict[str, object] = {"dev": device, "~": topic, "avty_t": "~/connected"}
    yield from _relays(profile, topic, base)
    yield from _lights(profile, topic, base)
    yield from _inputs(profile, topic, base)
    yield from _meters(profile, topic, base)


def _relays(profile: DeviceProfile, topic: str, base: dict[str, object]) -> Iterator[Message]:
    channels = sorted({pin.channel for pin in profile.with_function(*_RELAYS)})
    for channel in channels:
        identifier = f"{topic}_relay_{channel}"
        yield (
            f"{PREFIX}/switch/{identifier}/config",
            {
                **base,
                "name": str(channel),
                "uniq_id": identifier,
                "stat_t": f"~/{channel}/get",
                "cmd_t": f"~/{channel}/set",
                "pl_on": "1",
                "pl_off": "0",
            },
        )


def _lights(profile: DeviceProfile, topic: str, base: dict[str, object]) -> Iterator[Message]:
    if not profile.with_function(*_LAMPS):
        return
    colours = profile.light.colours if profile.light else ""
    identifier = f"{topic}_light"
    payload: dict[str, object] = {
        **base,
        "name": "Light",
        "uniq_id": identifier,
        "stat_t": "~/led_enableAll/get",
        "cmd_t": f"cmnd/{topic}/led_enableAll",
        "pl_on": "1",
        "pl_off": "0",
        "bri_stat_t": "~/led_dimmer/get",
        "bri_cmd_t": f"cmnd/{topic}/led_dimmer",
        "bri_scl": 100,
    }
    if "r" in colours:
        payload["rgb_stat_t"] = "~/led_basecolor_rgb/get"
        payload["rgb_cmd_t"] = f"cmnd/{topic}/led_basecolor_rgb"
    if "c" in colours and "w" in colours:
        payload["clr_temp_stat_t"] = "~/led_temperature/get"
        payload["clr_temp_cmd_t"] = f"cmnd/{topic}/led_temperature"
    yield f"{PREFIX}/light/{identifier}/config", payload


def _inputs(profile: DeviceProfile, topic: str, base: dict[str, object]) -> Iterator[Message]:
    for pin in profile.with_function(Function.INPUT, Function.CONTACT):
        identifier = f"{topic}_binary_sensor_{pin.channel}"
        yield (
            f"{PREFIX}/binary_sensor/{identifier}/config",
            {
                **base,
                "name": str(pin.channel),
                "uniq_id": identifier,
                "stat_t": f"~/{pin.channel}/get",
                "pl_on": "1",
                "pl_off": "0",
            },
        )


def _meters(profile: DeviceProfile, topic: str, base: dict[str, object]) -> Iterator[Message]:
    if profile.meter is None:
        return
    for number, name, unit, kind in _METER:
        identifier = f"{topic}_sensor_{number}"
        payload: dict[str, object] = {
            **base,
            "name": name,
            "uniq_id": identifier,
            "stat_t": f"~/{name}/get",
            "dev_cla": kind,
            "stat_cla": "total_increasing" if kind == "energy" else "measurement",
        }
        if unit:
            payload["unit_of_meas"] = unit
        yield f"{PREFIX}/sensor/{identifier}/config", payload
