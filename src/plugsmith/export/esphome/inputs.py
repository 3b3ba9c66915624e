"""Buttons, rockers, contacts and receivers for ESPHome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.device.function import Function
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile, Pin
    from plugsmith.export.esphome.draft import Block, EspDraft

_CLASSES = {"OpenClosed": "opening", "Motion": "motion"}
_LAMP_KEYS = frozenset(
    {
        Function.BUTTON_LIGHT,
        Function.BUTTON_COLOR,
        Function.BUTTON_DIMMER,
        Function.BUTTON_TEMPERATURE,
    }
)


def add_inputs(draft: EspDraft, profile: DeviceProfile) -> None:
    """Everything that is pressed, opened or received."""
    for pin in profile.pins:
        match pin.function:
            case Function.BUTTON:
                _button(draft, pin, _toggle(draft, pin.channel))
            case Function.BUTTON_ALL:
                _button(draft, pin, _toggle_all(draft))
            case Function.BUTTON_SCRIPT:
                _button(draft, pin, [])
            case Function.ROCKER:
                _rocker(draft, pin)
            case Function.SHUTTER_BUTTON_OPEN | Function.SHUTTER_BUTTON_CLOSE:
                _cover_key(draft, pin)
            case Function.INPUT | Function.CONTACT:
                _contact(draft, profile, pin)
            case function if function in _LAMP_KEYS:
                _button(draft, pin, _lamp_key(draft, pin.function))
            case _:
                _radio(draft, pin)


def _button(draft: EspDraft, pin: Pin, actions: list[Any]) -> None:
    label = f"Button {pin.channel}" if pin.channel else f"Button P{pin.gpio}"
    item: Block = {
        "platform": "gpio",
        "id": f"button_p{pin.gpio}",
        "name": label,
        "pin": draft.input_pin(pin),
        "filters": [{"delayed_on": "10ms"}],
    }
    if actions:
        item["on_press"] = [{"then": actions}]
    draft.add("binary_sensor", item)


def _toggle(draft: EspDraft, channel: int) -> list[Any]:
    """Toggle the relay of the channel; a device without relays has its lamp toggled."""
    if channel in draft.switches:
        return [{"switch.toggle": draft.switches[channel]}]
    if not draft.switches and draft.lights:
        return [{"light.toggle": draft.lights[0]}]
    return []


def _toggle_all(draft: EspDraft) -> list[Any]:
    actions: list[Any] = [{"switch.toggle": item} for item in draft.switches.values()]
    return actions + [{"light.toggle": item} for item in draft.lights]


def _lamp_key(draft: EspDraft, function: Function) -> list[Any]:
    if not draft.lights:
        return []
    lamp = draft.lights[0]
    if function is Function.BUTTON_LIGHT:
        return [{"light.toggle": lamp}]
    if function is Function.BUTTON_DIMMER:
        return [{"light.dim_relative": {"id": lamp, "relative_brightness": "10%"}}]
    return []


def _rocker(draft: EspDraft, pin: Pin) -> None:
    item: Block = {
        "platform": "gpio",
        "id": f"rocker_p{pin.gpio}",
        "name": f"Switch input {pin.channel}" if pin.channel else f"Switch input P{pin.gpio}",
        "pin": draft.input_pin(pin),
        "filters": [{"delayed_on_off": "50ms"}],
    }
    actions = _toggle(draft, pin.channel)
    if actions:
        item["on_state"] = [{"then": actions}]
    draft.add("binary_sensor", item)


def _cover_key(draft: EspDraft, pin: Pin) -> None:
    cover = draft.covers.get(pin.channel)
    opens = pin.function is Function.SHUTTER_BUTTON_OPEN
    action = {"cover.open" if opens else "cover.close": cover}
    _button(draft, pin, [action] if cover else [])


def _contact(draft: EspDraft, profile: DeviceProfile, pin: Pin) -> None:
    item: Block = {
        "platform": "gpio",
        "id": f"input_p{pin.gpio}",
        "name": f"Input P{pin.gpio}",
        "pin": draft.input_pin(pin),
    }
    kind = _CLASSES.get(profile.channel_types.get(pin.channel, ""))
    if pin.function is Function.CONTACT:
        kind = "door"
        draft.note(_("ESPHome does not sleep by itself: a battery device needs deep_sleep added."))
    if kind:
        item["device_class"] = kind
    draft.add("binary_sensor", item)


def _radio(draft: EspDraft, pin: Pin) -> None:
    match pin.function:
        case Function.IR_RECEIVER:
            block: Block = {
                "number": draft.pin(pin.gpio),
                "inverted": True,
                "mode": {"input": True, "pullup": True},
            }
            draft.add("remote_receiver", {"id": f"ir_p{pin.gpio}", "pin": block, "dump": "all"})
        case Function.RF_RECEIVER:
            block = {"number": draft.pin(pin.gpio), "mode": {"input": True}}
            draft.add(
                "remote_receiver", {"id": f"rf_p{pin.gpio}", "pin": block, "dump": ["rc_switch"]}
            )
        case Function.IR_SENDER:
            draft.add(
                "remote_transmitter",
                {
                    "id": f"ir_p{pin.gpio}",
                    "pin": draft.pin(pin.gpio),
                    "carrier_duty_percent": "50%",
                },
            )
        case _:
            return
