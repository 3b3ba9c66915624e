"""Home Assistant discovery messages as the firmware makes them (openbeken.md section 15)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Text

if TYPE_CHECKING:
    from plugsmith.sim.obk.running import Running

_AS_LIGHT = 34
_KWH = 40
# number, topic, device class, unit, state class
_SENSORS = (
    (0, "voltage", "voltage", "V", "measurement"),
    (1, "current", "current", "A", "measurement"),
    (2, "power", "power", "W", "measurement"),
    (9, "power_apparent", "apparent_power", "VA", "measurement"),
    (10, "power_reactive", "reactive_power", "var", "measurement"),
    (11, "power_factor", "power_factor", "", "measurement"),
    (3, "energycounter", "energy", "Wh", "total_increasing"),
    (4, "energycounter_last_hour", "energy", "Wh", "total"),
)
_DIAGNOSTICS = (
    ("temp", "temperature", "°C"),
    ("rssi", "signal_strength", "dBm"),
    ("uptime", "duration", "s"),
    ("build", "", ""),
    ("ssid", "", ""),
    ("ip", "", ""),
)


def discovery_messages(device: Running, prefix: str) -> list[tuple[str, str]]:
    """Topics and payloads; empty when there is nothing to publish."""
    relays = device.bank.relay_channels()
    if not relays and device.meter is None:
        return []
    found = [_switch(device, prefix, channel) for channel in relays]
    if device.meter is not None:
        found += [_sensor(device, prefix, row) for row in _SENSORS]
    found += [_diagnostic(device, prefix, row) for row in _DIAGNOSTICS]
    return found


def _common(device: Running, unique: str, name: str) -> dict[str, object]:
    long_name = device.block.text(Text.LONG_NAME)
    return {
        "dev": {
            "ids": [long_name],
            "name": device.block.text(Text.SHORT_NAME),
            "sw": device.version,
            "mf": device.identity.chip,
            "mdl": device.identity.chip,
            "cu": f"http://{device.ip}/index",
        },
        "name": name,
        "~": device.block.text(Text.MQTT_CLIENT),
        "avty_t": "~/connected",
        "uniq_id": unique,
    }


def _switch(device: Running, prefix: str, channel: int) -> tuple[str, str]:
    unique = f"{device.block.text(Text.LONG_NAME)}_relay_{channel}"
    name = device.bank.labels.get(channel, str(channel))
    body = _common(device, unique, name) | {
        "pl_on": "1",
        "pl_off": "0",
        "stat_t": f"~/{channel}/get",
        "cmd_t": f"~/{channel}/set",
    }
    kind = "light" if device.block.flag(_AS_LIGHT) else "switch"
    return f"{prefix}/{kind}/{unique}/config", _json(body)


def _sensor(device: Running, prefix: str, row: tuple[int, str, str, str, str]) -> tuple[str, str]:
    number, topic, device_class, unit, state_class = row
    unique = f"{device.block.text(Text.LONG_NAME)}_sensor_{number}"
    if unit == "Wh" and device.block.flag(_KWH):
        unit = "kWh"
    body = _common(device, unique, topic) | {
        "stat_t": f"~/{topic}/get",
        "dev_cla": device_class,
        "stat_cla": state_class,
    }
    if unit:
        body["unit_of_meas"] = unit
    return f"{prefix}/sensor/{unique}/config", _json(body)


def _diagnostic(device: Running, prefix: str, row: tuple[str, str, str]) -> tuple[str, str]:
    topic, device_class, unit = row
    unique = f"{device.block.text(Text.LONG_NAME)}_{topic}"
    body = _common(device, unique, topic) | {
        "stat_t": f"~/{topic}",
        "entity_category": "diagnostic",
    }
    if device_class:
        body |= {"dev_cla": device_class, "unit_of_meas": unit}
    return f"{prefix}/sensor/{unique}/config", _json(body)


def _json(body: dict[str, object]) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
