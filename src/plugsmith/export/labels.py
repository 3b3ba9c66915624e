"""What stands at a pin in lists and pictures: the role, a few words, and its kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.interpret.openbeken.from_openbeken import pin_of_role
from plugsmith.interpret.openbeken.to_openbeken import role_text
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile, Pin
    from plugsmith.export.output import ExportOptions


class LabelKind(StrEnum):
    """Groups of uses that look alike in pictures."""

    POWER = "power"  # switches mains or a motor
    KEY = "key"
    LED = "led"
    LIGHT = "light"
    METER = "meter"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinLabel:
    """One pin: OpenBeken's role text (may be empty), words for people, kind."""

    gpio: int
    role: str
    words: str
    kind: LabelKind


_WORDS = {
    Function.RELAY: N_("relay {channel}"),
    Function.RELAY_SET: N_("relay {channel}, closing coil"),
    Function.RELAY_RESET: N_("relay {channel}, opening coil"),
    Function.SHUTTER_OPEN: N_("curtain {channel} open"),
    Function.SHUTTER_CLOSE: N_("curtain {channel} close"),
    Function.SHUTTER_BUTTON_OPEN: N_("key: open"),
    Function.SHUTTER_BUTTON_CLOSE: N_("key: close"),
    Function.BUTTON: N_("button {channel}"),
    Function.BUTTON_ALL: N_("button for all"),
    Function.BUTTON_LIGHT: N_("lamp button"),
    Function.BUTTON_COLOR: N_("colour key"),
    Function.BUTTON_DIMMER: N_("brightness key"),
    Function.BUTTON_TEMPERATURE: N_("temperature key"),
    Function.BUTTON_SCRIPT: N_("button"),
    Function.ROCKER: N_("rocker switch {channel}"),
    Function.INDICATOR: N_("LED {channel}"),
    Function.NETWORK_LED: N_("network LED"),
    Function.PWM_LIGHT: N_("light {detail}"),
    Function.PWM_OTHER: N_("dimmed output {channel}"),
    Function.STRIP_DATA: N_("LED strip data"),
    Function.DRIVER_DATA: N_("{detail} data"),
    Function.DRIVER_CLOCK: N_("{detail} clock"),
    Function.LIGHT_POWER: N_("LED power"),
    Function.ALWAYS_HIGH: N_("held high"),
    Function.ALWAYS_LOW: N_("held low"),
    Function.METER_CF: N_("meter CF"),
    Function.METER_CF1: N_("meter CF1"),
    Function.METER_SEL: N_("meter SEL"),
    Function.ADC: N_("voltage {channel}"),
    Function.BATTERY_ADC: N_("battery voltage"),
    Function.BATTERY_SWITCH: N_("battery divider"),
    Function.INPUT: N_("input {channel}"),
    Function.CONTACT: N_("contact {channel}"),
    Function.IR_RECEIVER: N_("infrared in"),
    Function.IR_SENDER: N_("infrared out"),
    Function.RF_RECEIVER: N_("433 MHz in"),
    Function.ONE_WIRE: N_("one-wire bus"),
    Function.I2C_DATA: N_("I2C data"),
    Function.I2C_CLOCK: N_("I2C clock"),
    Function.UART_RX: N_("serial in"),
    Function.UART_TX: N_("serial out"),
    Function.BUS: N_("bus"),
}
_COLOURS = {"r": N_("red"), "g": N_("green"), "b": N_("blue"), "c": N_("cold"), "w": N_("warm")}
_KINDS = (
    (LabelKind.KEY, ("button", "shutter-button", "rocker", "input", "contact")),
    (LabelKind.POWER, ("relay", "shutter")),
    (LabelKind.LED, ("indicator", "network-led")),
    (LabelKind.LIGHT, ("pwm", "driver", "strip", "light-power")),
    (LabelKind.METER, ("meter",)),
)


def labels_of(profile: DeviceProfile, options: ExportOptions) -> dict[int, PinLabel]:
    """A label for every pin in use, by number; the user's own template has the last word."""
    found = {
        pin.gpio: _label(pin, role_text(pin)) for pin in sorted(profile.pins, key=lambda p: p.gpio)
    }
    for item in options.template.pins if options.template else ():
        neutral = profile.pin(item.gpio) or pin_of_role(item)
        if neutral is None:
            found[item.gpio] = PinLabel(
                gpio=item.gpio, role=str(item), words=item.role, kind=LabelKind.OTHER
            )
        else:
            found[item.gpio] = _label(neutral, str(item))
    return dict(sorted(found.items()))


def _label(pin: Pin, role: str) -> PinLabel:
    detail = _(_COLOURS.get(pin.detail, pin.detail)) if pin.detail else str(pin.channel or "")
    words = _(_WORDS[pin.function], channel=pin.channel or "", detail=detail)
    if pin.active_low and pin.function not in _QUIET:
        words = _("{words}, active low", words=words.strip())
    kind = next(
        (kind for kind, starts in _KINDS if pin.function.value.startswith(starts)),
        LabelKind.OTHER,
    )
    return PinLabel(gpio=pin.gpio, role=role, words=words.strip(), kind=kind)


# Keys are low when pressed as a rule; saying so at each would only hide the exceptions.
_QUIET = frozenset(
    function
    for function in Function
    if function.value.startswith(("button", "rocker", "shutter-b"))
)
