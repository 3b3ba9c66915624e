"""Between neutral pin functions and OpenBeken's role names, both ways."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.profile import Pin

# Role for an active-high (or plain) pin, and for an active-low one where the firmware has it.
_ROLES: Mapping[Function, tuple[str, str | None]] = MappingProxyType(
    {
        Function.RELAY: ("Rel", "Rel_n"),
        Function.RELAY_SET: ("BridgeFWD", None),
        Function.RELAY_RESET: ("BridgeREV", None),
        Function.SHUTTER_OPEN: ("ShutterA", None),
        Function.SHUTTER_CLOSE: ("ShutterB", None),
        Function.SHUTTER_BUTTON_OPEN: ("BtnShutterUp", None),
        Function.SHUTTER_BUTTON_CLOSE: ("BtnShutterDown", None),
        Function.INDICATOR: ("LED", "LED_n"),
        Function.NETWORK_LED: ("WifiLED", "WifiLED_n"),
        Function.PWM_LIGHT: ("PWM", "PWM_n"),
        Function.PWM_OTHER: ("PWM_ScriptOnly", "PWM_ScriptOnly_n"),
        Function.STRIP_DATA: ("SM16703P_DIN", None),
        Function.LIGHT_POWER: ("StripState", "StripState_n"),
        Function.ALWAYS_HIGH: ("AlwaysHigh", None),
        Function.ALWAYS_LOW: ("AlwaysLow", None),
        Function.METER_CF: ("BL0937CF", None),
        Function.METER_CF1: ("BL0937CF1", None),
        Function.METER_SEL: ("BL0937SEL", "BL0937SEL_n"),
        Function.ADC: ("ADC", None),
        Function.BATTERY_ADC: ("BAT_ADC", None),
        Function.BATTERY_SWITCH: ("BAT_Relay", "BAT_Relay_n"),
        Function.INPUT: ("dInput", "dInput_n"),
        Function.CONTACT: ("DoorSnsrWSleep", None),
        Function.IR_RECEIVER: ("IRRecv", None),
        Function.IR_SENDER: ("IRSend", None),
        Function.RF_RECEIVER: ("RCRecv", None),
        Function.ONE_WIRE: ("DS1820_IO", None),
        Function.I2C_DATA: ("CHT83XX_SDA", None),
        Function.I2C_CLOCK: ("CHT83XX_SCK", None),
    }
)
# Buttons turn the level round: the plain role means pressed = low.
_BUTTONS: Mapping[Function, tuple[str, str]] = MappingProxyType(
    {
        Function.BUTTON: ("Btn", "Btn_pd_n"),
        Function.BUTTON_ALL: ("Btn_Tgl_All", "Btn_Tgl_All_n"),
        Function.BUTTON_LIGHT: ("Btn_SmartLED", "Btn_SmartLED_n"),
        Function.BUTTON_COLOR: ("Btn_NextColor", "Btn_NextColor_n"),
        Function.BUTTON_DIMMER: ("Btn_NextDimmer", "Btn_NextDimmer_n"),
        Function.BUTTON_TEMPERATURE: ("Btn_NextTemperature", "Btn_NextTemperature_n"),
        Function.BUTTON_SCRIPT: ("Btn_ScriptOnly", "Btn_ScriptOnly_n"),
    }
)
_DRIVER_PINS = MappingProxyType(
    {
        "SM2135": ("SM2135DAT", "SM2135CLK"),
        "SM2235": ("SM2235DAT", "SM2235CLK"),
        "BP5758D": ("BP5758D_DAT", "BP5758D_CLK"),
        "BP1658CJ": ("BP1658CJ_DAT", "BP1658CJ_CLK"),
        "KP18058": ("KP18058_DAT", "KP18058_CLK"),
    }
)
# Further roles that only a reader meets.
_READ_ONLY: Mapping[str, tuple[Function, bool]] = MappingProxyType(
    {
        "Btn_n": (Function.BUTTON, False),
        "Btn_pd": (Function.BUTTON, True),
        "TglChanOnTgl": (Function.ROCKER, True),
        "TglChanOnTgl_pd": (Function.ROCKER, False),
        "dInput_NoPullUp": (Function.INPUT, False),
        "dInput_NoPullUp_n": (Function.INPUT, True),
        "DoorSnsrWSleep_nPup": (Function.CONTACT, False),
        "DoorSnsrWSleep_pd": (Function.CONTACT, False),
        "IRRecv_nPup": (Function.IR_RECEIVER, False),
        "RCRecv_nPup": (Function.RF_RECEIVER, False),
        "SHT3X_SDA": (Function.I2C_DATA, False),
        "SHT3X_SCK": (Function.I2C_CLOCK, False),
    }
)


@frozen
class Meaning:
    """What a role name means in neutral terms; `detail` is a driver's name or empty."""

    function: Function
    active_low: bool
    detail: str = ""


def role_for(function: Function, *, active_low: bool, detail: str = "") -> str | None:
    """The role name, None where the firmware needs none for such a pin."""
    if function is Function.ROCKER:
        return "TglChanOnTgl"
    if function in _BUTTONS:
        low, high = _BUTTONS[function]
        return low if active_low else high
    if function in {Function.DRIVER_DATA, Function.DRIVER_CLOCK}:
        pair = _DRIVER_PINS.get(detail)
        return pair[function is Function.DRIVER_CLOCK] if pair else None
    pair_or_none = _ROLES.get(function)
    if pair_or_none is None:
        return None
    plain, inverted = pair_or_none
    return inverted if active_low and inverted else plain


def role_of_pin(pin: Pin) -> str | None:
    """The role of a profile's pin."""
    if pin.function is Function.ROCKER and pin.pull_down:
        return "TglChanOnTgl_pd"
    return role_for(pin.function, active_low=pin.active_low, detail=pin.detail)


@cache
def _meanings() -> Mapping[str, Meaning]:
    found: dict[str, Meaning] = {}
    for function, (plain, inverted) in _ROLES.items():
        found[plain] = Meaning(function=function, active_low=False)
        if inverted:
            found[inverted] = Meaning(function=function, active_low=True)
    for function, (low, high) in _BUTTONS.items():
        found[low] = Meaning(function=function, active_low=True)
        found[high] = Meaning(function=function, active_low=False)
    for driver, (data, clock) in _DRIVER_PINS.items():
        found[data] = Meaning(function=Function.DRIVER_DATA, active_low=False, detail=driver)
        found[clock] = Meaning(function=Function.DRIVER_CLOCK, active_low=False, detail=driver)
    for name, (function, low_active) in _READ_ONLY.items():
        found[name] = Meaning(function=function, active_low=low_active)
    return MappingProxyType(found)


def meaning_of_role(name: str) -> Meaning | None:
    """The neutral meaning of a role name; None for roles without one (displays, counters ...)."""
    return _meanings().get(name)
