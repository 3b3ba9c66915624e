"""The old nested configuration (`sw`), flattened to today's keys (upk-mapping.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_MAX_CHANNELS = 16
_NET = MappingProxyType({"netn": "netn_led", "nety": "nety_led", "rsthold": "rsthold"})
_METER_PINS = MappingProxyType({"epin": "ele_pin", "ivpin": "vi_pin", "ivcpin": "sel_pin_pin"})
_METER = MappingProxyType({"ct": "chip_type", "ri": "resistor", "ov_cr": "over_cur"})
_MOTOR = MappingProxyType({"onch": 1, "stopch": 2, "offch": 3})


def is_nested(config: Mapping[str, object]) -> bool:
    """Whether the configuration is of the old nested form."""
    return isinstance(config.get("sw"), Mapping)


def flatten(config: Mapping[str, object]) -> dict[str, object]:
    """The same facts under flat keys; everything outside `sw` is kept as it is."""
    flat = {key: value for key, value in config.items() if key != "sw"}
    body = _branch(config, "sw")
    channels = body.get("ch")
    listed = channels if isinstance(channels, list) else []
    for number, channel in enumerate(listed[:_MAX_CHANNELS], start=1):
        if isinstance(channel, Mapping):
            _channel(flat, channel, number)
    if listed:
        flat.setdefault("ch_num", min(len(listed), _MAX_CHANNELS))
    _network(flat, _branch(body, "net"))
    _meter(flat, _branch(body, "dltj"))
    _motor(flat, body)
    return flat


def _branch(parent: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


def _leaf(parent: Mapping[str, object], key: str) -> object:
    """The value of a wrapped leaf {"value": x}, or of a plain one."""
    value = parent.get(key)
    return value.get("value") if isinstance(value, Mapping) else value


def _part(flat: dict[str, object], part: Mapping[str, object], pin: str, level: str) -> None:
    """Copy pin and level of one part, where it has them."""
    for name, key in (("pin", pin), ("lv", level)):
        value = _leaf(part, name)
        if value is not None:
            flat[key] = value


def _channel(flat: dict[str, object], channel: Mapping[str, object], number: int) -> None:
    _part(flat, _branch(channel, "rl"), f"rl{number}_pin", f"rl{number}_lv")
    _part(flat, _branch(channel, "bt"), f"bt{number}_pin", f"bt{number}_lv")
    _part(flat, _branch(channel, "led"), f"led{number}_pin", f"led{number}_lv")
    for name, key in (("dpid", f"ch_dpid{number}"), ("cddpid", f"ch_cddpid{number}")):
        value = _leaf(channel, name)
        if value is not None:
            flat[key] = value


def _network(flat: dict[str, object], net: Mapping[str, object]) -> None:
    _part(flat, _branch(net, "wfst"), "netled_pin", "netled_lv")
    for name, key in _NET.items():
        value = _leaf(net, name)
        if value is not None:
            flat[key] = value


def _meter(flat: dict[str, object], meter: Mapping[str, object]) -> None:
    for name, key in _METER_PINS.items():
        _part(flat, _branch(meter, name), key, key.removesuffix("_pin") + "_lv")
    if "sel_pin_lv" not in flat and "sel_lv" in flat:
        flat["sel_pin_lv"] = flat.pop("sel_lv")
    for name, key in _METER.items():
        value = _leaf(meter, name)
        if value is not None:
            flat[key] = value


def _motor(flat: dict[str, object], body: Mapping[str, object]) -> None:
    """onch opens, offch closes, stopch stops; they become curtain relays 1, 3 and 2."""
    found = False
    for name, number in _MOTOR.items():
        part = _branch(body, name)
        if part:
            found = True
            _channel(flat, part, number)
    if found:
        flat.setdefault("dev_ctrl1", 1)
