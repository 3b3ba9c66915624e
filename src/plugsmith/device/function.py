"""What a pin can do, independent of vendor and firmware."""

from __future__ import annotations

from enum import StrEnum


class Function(StrEnum):
    """The use of one pin. Polarity, channel and details stand beside it in `Pin`."""

    RELAY = "relay"
    RELAY_SET = "relay-set-coil"  # latching relay: a pulse closes
    RELAY_RESET = "relay-reset-coil"  # latching relay: a pulse opens
    SHUTTER_OPEN = "shutter-open"
    SHUTTER_CLOSE = "shutter-close"
    SHUTTER_BUTTON_OPEN = "shutter-button-open"
    SHUTTER_BUTTON_CLOSE = "shutter-button-close"
    BUTTON = "button"
    BUTTON_ALL = "button-all"  # toggles everything
    BUTTON_LIGHT = "button-light"  # all functions of a lamp on one button
    BUTTON_COLOR = "button-colour"
    BUTTON_DIMMER = "button-dimmer"
    BUTTON_TEMPERATURE = "button-temperature"
    BUTTON_SCRIPT = "button-script"  # events only
    ROCKER = "rocker"  # every change of level toggles
    INDICATOR = "indicator"  # follows its channel
    NETWORK_LED = "network-led"
    PWM_LIGHT = "pwm-light"  # detail: r, g, b, c, w, brightness or temperature
    PWM_OTHER = "pwm-other"  # dimmed output that is no light
    DRIVER_DATA = "driver-data"  # two-wire LED driver; detail: its name
    DRIVER_CLOCK = "driver-clock"
    STRIP_DATA = "strip-data"
    LIGHT_POWER = "light-power"  # on while the light is on
    ALWAYS_HIGH = "always-high"
    ALWAYS_LOW = "always-low"
    METER_CF = "meter-cf"
    METER_CF1 = "meter-cf1"
    METER_SEL = "meter-sel"
    ADC = "adc"
    BATTERY_ADC = "battery-adc"
    BATTERY_SWITCH = "battery-switch"
    INPUT = "input"
    CONTACT = "contact"  # wakes a battery device
    IR_RECEIVER = "ir-receiver"
    IR_SENDER = "ir-sender"
    RF_RECEIVER = "rf-receiver"
    ONE_WIRE = "one-wire"
    I2C_DATA = "i2c-data"
    I2C_CLOCK = "i2c-clock"
    UART_RX = "uart-rx"
    UART_TX = "uart-tx"
    BUS = "bus"  # belongs to a bus that is not wired; reserved, does nothing

    @property
    def drives(self) -> bool:
        """Whether the chip drives the pin."""
        return self in _DRIVEN

    @property
    def needs_pwm(self) -> bool:
        """Whether only a pin with a PWM unit can do it."""
        return self in {Function.PWM_LIGHT, Function.PWM_OTHER}

    @property
    def needs_adc(self) -> bool:
        """Whether only a pin with an ADC input can do it."""
        return self in {Function.ADC, Function.BATTERY_ADC}

    @property
    def switches_power(self) -> bool:
        """Whether mains or a motor hangs on the pin."""
        return self in _POWER


_POWER = frozenset(
    {
        Function.RELAY,
        Function.RELAY_SET,
        Function.RELAY_RESET,
        Function.SHUTTER_OPEN,
        Function.SHUTTER_CLOSE,
    }
)
_DRIVEN = _POWER | {
    Function.INDICATOR,
    Function.NETWORK_LED,
    Function.PWM_LIGHT,
    Function.PWM_OTHER,
    Function.DRIVER_DATA,
    Function.DRIVER_CLOCK,
    Function.STRIP_DATA,
    Function.LIGHT_POWER,
    Function.ALWAYS_HIGH,
    Function.ALWAYS_LOW,
    Function.METER_SEL,
    Function.BATTERY_SWITCH,
    Function.IR_SENDER,
    Function.UART_TX,
}
