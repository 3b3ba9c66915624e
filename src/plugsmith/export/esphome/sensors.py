"""Meters, voltages and temperature buses for ESPHome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import MeterKind
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile, MeterPart, Pin
    from plugsmith.export.esphome.draft import Block, EspDraft

_QUANTITIES = ("voltage", "current", "power", "energy")
_ADC_PINS = frozenset({23})


def add_sensors(draft: EspDraft, profile: DeviceProfile) -> None:
    """Everything that measures."""
    _pulse_meter(draft, profile)
    if profile.meter is not None and profile.meter.kind.on_uart:
        _uart_meter(draft, profile.meter)
    for pin in profile.with_function(Function.ADC, Function.BATTERY_ADC):
        _voltage(draft, profile, pin)
    for pin in profile.with_function(Function.ONE_WIRE):
        draft.add(
            "one_wire", {"platform": "gpio", "id": f"wire_p{pin.gpio}", "pin": draft.pin(pin.gpio)}
        )
        draft.add(
            "sensor",
            {
                "platform": "dallas_temp",
                "one_wire_id": f"wire_p{pin.gpio}",
                "name": "Temperature",
                "update_interval": "60s",
            },
        )
    _i2c(draft, profile)


def _quantities() -> Block:
    return {name: {"name": name.capitalize()} for name in _QUANTITIES}


def _pulse_meter(draft: EspDraft, profile: DeviceProfile) -> None:
    found = {
        function: next(iter(profile.with_function(function)), None)
        for function in (Function.METER_CF, Function.METER_CF1, Function.METER_SEL)
    }
    power, other, select = found.values()
    if power is None or other is None or select is None:
        if any(found.values()):
            draft.note(_("The meter is left out: ESPHome needs all three of its lines."))
        return
    meter = profile.meter
    model = "HLW8012" if meter and meter.kind is MeterKind.HLW8012 else "BL0937"
    item: Block = {
        "platform": "hlw8012",
        "model": model,
        "cf_pin": {"number": draft.pin(power.gpio), "inverted": True},
        "cf1_pin": {"number": draft.pin(other.gpio), "inverted": True},
        # SEL selects voltage when the component drives it low: the vendor's level is turned round
        "sel_pin": {"number": draft.pin(select.gpio), "inverted": not select.active_low},
        "current_resistor": f"{(meter.shunt_mohm if meter else None) or 1} mOhm",
        "update_interval": "10s",
        **_quantities(),
    }
    draft.add("sensor", item)
    draft.note(_("Calibrate the meter: voltage_divider and current_resistor are the usual values."))


def _uart_meter(draft: EspDraft, meter: MeterPart) -> None:
    receive, send = (1, 0) if meter.second_uart else (10, 11)
    draft.uses_uart = True
    serial: Block = {
        "id": "meter_uart",
        "rx_pin": draft.pin(receive),
        "tx_pin": draft.pin(send),
        "baud_rate": 4800,
    }
    if meter.kind is MeterKind.HLW8032:
        serial["parity"] = "EVEN"
    draft.add("uart", serial)
    if meter.kind is MeterKind.HLW8032:
        draft.add("sensor", {"platform": "cse7766", "uart_id": "meter_uart", **_quantities()})
        return
    item: Block = {"platform": "bl0942", "uart_id": "meter_uart", "update_interval": "10s"}
    draft.add("sensor", {**item, **_quantities(), "frequency": {"name": "Frequency"}})


def _voltage(draft: EspDraft, profile: DeviceProfile, pin: Pin) -> None:
    if draft.board.platform == "bk72xx" and pin.gpio not in _ADC_PINS:
        draft.note(_("P{gpio} measures a voltage: check that ESPHome can do that.", gpio=pin.gpio))
        return
    battery = pin.function is Function.BATTERY_ADC
    draft.add(
        "sensor",
        {
            "platform": "adc",
            "pin": draft.pin(pin.gpio),
            "name": "Battery voltage" if battery else f"Voltage P{pin.gpio}",
            "update_interval": "60s",
        },
    )
    if battery and profile.battery is not None:
        draft.note(_("The divider of the battery is not known: compare with a meter."))


def _i2c(draft: EspDraft, profile: DeviceProfile) -> None:
    data = next(iter(profile.with_function(Function.I2C_DATA)), None)
    clock = next(iter(profile.with_function(Function.I2C_CLOCK)), None)
    if data is None or clock is None:
        return
    draft.note(
        _(
            "The temperature sensor on P{data} and P{clock} is left out: ESPHome has no I2C bus on "
            "these chips.",
            data=data.gpio,
            clock=clock.gpio,
        )
    )
