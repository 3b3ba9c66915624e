"""A device in Tasmota's words: which component belongs to which GPIO, and settings in commands.

Tasmota does not run on Beken chips; the text helps those who think in its terms, and those who move
a device to a module with an ESP chip that has the same pads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import MeterKind
from plugsmith.export.output import OutputFile, one_line
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile, Pin
    from plugsmith.export.output import ExportOptions

# Component and whether it is numbered; `_i` is added for the inverted level.
_COMPONENTS = {
    Function.RELAY: ("Relay", True),
    Function.RELAY_SET: ("Relay", True),
    Function.RELAY_RESET: ("Relay", True),
    Function.SHUTTER_OPEN: ("Relay", True),
    Function.SHUTTER_CLOSE: ("Relay", True),
    Function.BUTTON: ("Button", True),
    Function.BUTTON_ALL: ("Button", True),
    Function.BUTTON_LIGHT: ("Button", True),
    Function.BUTTON_COLOR: ("Button", True),
    Function.BUTTON_DIMMER: ("Button", True),
    Function.BUTTON_TEMPERATURE: ("Button", True),
    Function.BUTTON_SCRIPT: ("Button", True),
    Function.SHUTTER_BUTTON_OPEN: ("Button", True),
    Function.SHUTTER_BUTTON_CLOSE: ("Button", True),
    Function.ROCKER: ("Switch", True),
    Function.INPUT: ("Switch", True),
    Function.CONTACT: ("Switch", True),
    Function.INDICATOR: ("Led", True),
    Function.NETWORK_LED: ("LedLink", False),
    Function.PWM_LIGHT: ("PWM", True),
    Function.PWM_OTHER: ("PWM", True),
    Function.STRIP_DATA: ("WS2812", True),
    Function.METER_CF: ("BL0937 CF", False),
    Function.METER_CF1: ("HLWBL CF1", False),
    Function.METER_SEL: ("HLWBL SEL", False),
    Function.ADC: ("ADC Input", False),
    Function.BATTERY_ADC: ("ADC Input", False),
    Function.BATTERY_SWITCH: ("Output Hi", False),
    Function.ALWAYS_HIGH: ("Output Hi", False),
    Function.ALWAYS_LOW: ("Output Lo", False),
    Function.LIGHT_POWER: ("Output Hi", False),
    Function.IR_RECEIVER: ("IRrecv", False),
    Function.IR_SENDER: ("IRsend", False),
    Function.RF_RECEIVER: ("RFrecv", False),
    Function.ONE_WIRE: ("DS18x20", False),
    Function.I2C_DATA: ("I2C SDA", False),
    Function.I2C_CLOCK: ("I2C SCL", False),
    Function.UART_RX: ("Serial Rx", False),
    Function.UART_TX: ("Serial Tx", False),
    Function.BUS: ("None", False),
}
_PRESSED_LOW = frozenset(
    function for function, (name, _) in _COMPONENTS.items() if name in {"Button", "Switch"}
)
_POWER_ON = {0: "0", 1: "1", -1: "3"}  # off, on, last state


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>-tasmota.txt`."""
    lines = [
        one_line(options.shown_title),
        _("Numbers are those of the Beken chip; Tasmota itself does not run on it."),
        "",
    ]
    counters: dict[str, int] = {}
    lines += [f"GPIO{pin.gpio:<3} {_component(pin, counters)}" for pin in profile.pins]
    commands = _commands(profile)
    if commands:
        lines += ["", _("Settings:"), *commands]
    return [OutputFile(name=f"{options.file_stem}-tasmota.txt", text="\n".join(lines) + "\n")]


def _component(pin: Pin, counters: dict[str, int]) -> str:
    if pin.function in {Function.DRIVER_DATA, Function.DRIVER_CLOCK}:
        line = "Dat" if pin.function is Function.DRIVER_DATA else "Clk"
        return f"{pin.detail} {line}"
    name, numbered = _COMPONENTS[pin.function]
    unusual = not pin.active_low if pin.function in _PRESSED_LOW else pin.active_low
    suffix = "_i" if unusual else ""
    if not numbered:
        return f"{name}{suffix}"
    counters[name] = counters.get(name, 0) + 1
    number = pin.channel if pin.channel and name in {"Relay", "PWM", "Led"} else counters[name]
    return f"{name}{suffix} {number}"


def _commands(profile: DeviceProfile) -> list[str]:
    found = [
        f"PowerOnState {_POWER_ON[value]}"
        for value in dict.fromkeys(profile.start_values.values())
        if value in _POWER_ON
    ][:1]
    if profile.with_function(Function.RELAY_SET):
        found += ["SetOption45 1", f"Pulsetime {max(1, (profile.pulse_ms or 50) // 100)}"]
    if profile.light and profile.light.pwm_hz:
        found.append(f"PWMFrequency {profile.light.pwm_hz}")
    if profile.meter is not None:
        found += _meter(profile.meter.kind)
    if profile.serial is not None:
        found += ["Module 54", f"TuyaMCU baud {profile.serial.baud}"]
    return found


def _meter(kind: MeterKind) -> list[str]:
    if kind.on_uart:
        name = "BL0942" if kind is MeterKind.BL0942 else "CSE7766"
        return [_("The meter {name} hangs on the serial pins.", name=name)]
    return ["VoltageSet, CurrentSet, PowerSet: " + _("calibrate with a known load")]
