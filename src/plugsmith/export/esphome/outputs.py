"""Relays, covers, indicators and held pins for ESPHome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile, Pin
    from plugsmith.export.esphome.draft import Block, EspDraft

_RESTORE = {0: "ALWAYS_OFF", 1: "ALWAYS_ON", -1: "RESTORE_DEFAULT_OFF"}
_TRAVEL = "30s"
_INTERLOCK_WAIT = "500ms"


def add_outputs(draft: EspDraft, profile: DeviceProfile) -> None:
    """Everything that switches."""
    relays = profile.with_function(Function.RELAY)
    for pin in relays:
        _relay(draft, profile, pin)
    _latching(draft, profile)
    _covers(draft, profile)
    for pin in profile.with_function(Function.INDICATOR):
        _indicator(draft, pin)
    _network_leds(draft, profile)
    for pin in profile.pins:
        _held(draft, pin)


def _relay(draft: EspDraft, profile: DeviceProfile, pin: Pin) -> None:
    identifier = _relay_id(draft, pin)
    item: Block = {
        "platform": "gpio",
        "id": identifier,
        "name": f"Relay {pin.channel}" if pin.channel else f"Relay P{pin.gpio}",
        "pin": draft.output_pin(pin),
    }
    mode = _RESTORE.get(profile.start_values.get(pin.channel, 99))
    if mode:
        item["restore_mode"] = mode
    draft.add("switch", item)


def _relay_id(draft: EspDraft, pin: Pin) -> str:
    if pin.channel in draft.switches:
        return f"relay_p{pin.gpio}"
    identifier = f"relay_{pin.channel}" if pin.channel else f"relay_p{pin.gpio}"
    draft.switches[pin.channel] = identifier
    return identifier


def _latching(draft: EspDraft, profile: DeviceProfile) -> None:
    closing = {pin.channel: pin for pin in profile.with_function(Function.RELAY_RESET)}
    for pin in profile.with_function(Function.RELAY_SET):
        other = closing.get(pin.channel)
        if other is None:
            draft.note(
                _("P{gpio} is one coil of a latching relay; the other is not known.", gpio=pin.gpio)
            )
            continue
        draft.add(
            "switch",
            {
                "platform": "hbridge",
                "id": _relay_id(draft, pin),
                "name": f"Relay {pin.channel}",
                "on_pin": draft.output_pin(pin),
                "off_pin": draft.output_pin(other),
                "pulse_length": f"{profile.pulse_ms or 50}ms",
                "wait_time": "20ms",
            },
        )


def _covers(draft: EspDraft, profile: DeviceProfile) -> None:
    closing = {pin.channel: pin for pin in profile.with_function(Function.SHUTTER_CLOSE)}
    for pin in profile.with_function(Function.SHUTTER_OPEN):
        other = closing.get(pin.channel)
        if other is None:
            draft.note(_("P{gpio} opens a curtain; what closes it is not known.", gpio=pin.gpio))
            continue
        number = pin.channel or 1
        ids = (f"cover_{number}_open", f"cover_{number}_close")
        for identifier, item in zip(ids, (pin, other), strict=True):
            draft.add(
                "switch",
                {
                    "platform": "gpio",
                    "id": identifier,
                    "internal": True,
                    "pin": draft.output_pin(item),
                    "interlock": list(ids),
                    "interlock_wait_time": _INTERLOCK_WAIT,
                },
            )
        draft.covers[pin.channel] = f"cover_{number}"
        draft.add("cover", _cover(number, ids))
        draft.note(_("Measure how long the curtain travels and correct its durations."))


def _cover(number: int, ids: tuple[str, str]) -> Block:
    opening, closing = ids
    return {
        "platform": "time_based",
        "id": f"cover_{number}",
        "name": f"Curtain {number}",
        "open_action": [{"switch.turn_on": opening}],
        "open_duration": _TRAVEL,
        "close_action": [{"switch.turn_on": closing}],
        "close_duration": _TRAVEL,
        "stop_action": [{"switch.turn_off": opening}, {"switch.turn_off": closing}],
    }


def _indicator(draft: EspDraft, pin: Pin) -> None:
    """An LED that follows its relay, or a light of its own."""
    follows = draft.switches.get(pin.channel)
    _led(draft, pin, internal=follows is not None)
    if follows is None:
        return
    for item in draft.items("switch"):
        if item.get("id") == follows:
            item.setdefault("on_turn_on", []).append({"light.turn_on": f"led_p{pin.gpio}"})
            item.setdefault("on_turn_off", []).append({"light.turn_off": f"led_p{pin.gpio}"})


def _led(draft: EspDraft, pin: Pin, *, internal: bool) -> None:
    output = f"led_p{pin.gpio}_output"
    draft.add("output", {"platform": "gpio", "id": output, "pin": draft.output_pin(pin)})
    item: Block = {"platform": "binary", "id": f"led_p{pin.gpio}", "output": output}
    if internal:
        item["internal"] = True
    else:
        item["name"] = f"LED P{pin.gpio}"
    draft.add("light", item)


def _network_leds(draft: EspDraft, profile: DeviceProfile) -> None:
    """The first shows the state; ESPHome has no more than one such LED."""
    for pin in profile.with_function(Function.NETWORK_LED):
        if not draft.put("status_led", {"pin": draft.output_pin(pin)}):
            _led(draft, pin, internal=False)


def _held(draft: EspDraft, pin: Pin) -> None:
    modes = {
        Function.ALWAYS_HIGH: "ALWAYS_ON",
        Function.ALWAYS_LOW: "ALWAYS_OFF",
        Function.LIGHT_POWER: "ALWAYS_ON",
        Function.BATTERY_SWITCH: "ALWAYS_ON",
    }
    mode = modes.get(pin.function)
    if mode is not None:
        draft.add(
            "switch",
            {
                "platform": "gpio",
                "id": f"hold_p{pin.gpio}",
                "internal": True,
                "pin": draft.output_pin(pin),
                "restore_mode": mode,
            },
        )
