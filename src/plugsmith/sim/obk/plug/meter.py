"""The firmware's metering drivers: pulses or readings into volts, amperes, watts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.sim.obk.plug.plug import Mode

if TYPE_CHECKING:
    from plugsmith.sim.obk.block import Block
    from plugsmith.sim.obk.plug.gpio import PinBank
    from plugsmith.sim.obk.plug.plug import Plug

POWER_MAX = 3680.0  # openbeken.md 12.1
_NEGATIVE_POWER = 25
_ZERO_WHEN_OFF = 38


class Quantity(StrEnum):
    """What is calibrated; the order is that of the floats in the configuration."""

    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER = "power"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A driver: its default coefficients, and whether a raw value is divided by them."""

    name: str
    defaults: tuple[float, float, float]
    divides: bool
    tick: float  # the step of a raw value: 1 for pulses


# BL0937: openbeken.md 12.1. BL0942: raw units a volt, ampere and watt of its data sheet with the
# usual divider. CSE7766 delivers units already; a coefficient corrects them.
DRIVERS = {
    "bl0937": Driver(
        name="BL0937", defaults=(0.13253012048, 0.0118577075, 1.5), divides=False, tick=1.0
    ),
    "bl0942": Driver(name="BL0942", defaults=(15188.0, 251210.0, 598.0), divides=True, tick=1.0),
    "cse7766": Driver(name="CSE7766", defaults=(1.0, 1.0, 1.0), divides=False, tick=0.001),
}


class Meter:
    """One running driver; `second` is called once a second of device time."""

    def __init__(self, driver: Driver, block: Block, bank: PinBank, plug: Plug) -> None:
        self.driver = driver
        self.block = block
        self.bank = bank
        self.plug = plug
        self.voltage = 0.0
        self.current = 0.0
        self.power = 0.0
        self.energy_wh = 0.0
        self.last_hour_wh = 0.0
        self.raw = dict.fromkeys(Quantity, 0.0)  # of the last single window
        self._counted: dict[int, int] = {}
        self._select(1)

    @property
    def apparent(self) -> float:
        """Volt-amperes."""
        return self.voltage * self.current

    @property
    def reactive(self) -> float:
        """Volt-amperes reactive, 0 when the power is the larger one."""
        rest = self.apparent**2 - self.power**2
        return math.sqrt(rest) if rest > 0 else 0.0

    @property
    def factor(self) -> float:
        """Power factor, 1 without current."""
        return self.power / self.apparent if self.apparent else 1.0

    def coefficient(self, item: Quantity) -> float:
        """What is in use: the stored one, or the default where 0 is stored."""
        at = list(Quantity).index(item)
        return self.block.calibration(at) or self.driver.defaults[at]

    def second(self) -> None:
        """Take the readings of the second that ended."""
        if self.driver.name == "BL0937":
            self._pulse_window()
        else:
            self._serial_reading()
        if self.block.flag(_ZERO_WHEN_OFF) and not any(
            self.bank.values[channel] for channel in self.bank.relay_channels()
        ):
            self.power = self.current = 0.0
        if self.power < 0 and not self.block.flag(_NEGATIVE_POWER):
            self.power = 0.0
        self.energy_wh += self.power / 3600
        self.last_hour_wh += self.power / 3600

    def _pulse_window(self) -> None:
        select_pin = self.bank.pin_with("BL0937SEL", "BL0937SEL_n")
        level = self.plug.driven(select_pin)
        self.raw[Quantity.POWER] = self._new_pulses("BL0937CF")
        counted = self._new_pulses("BL0937CF1")
        inverted = select_pin is not None and self.bank.role(select_pin) == "BL0937SEL_n"
        if (level == 1) != inverted:
            self.raw[Quantity.VOLTAGE] = counted
            self.voltage = self._units(Quantity.VOLTAGE)
        else:
            self.raw[Quantity.CURRENT] = counted
            self.current = self._units(Quantity.CURRENT)
        self._select(0 if level else 1)
        self._take_power(self._units(Quantity.POWER))

    def _select(self, level: int) -> None:
        pin = self.bank.pin_with("BL0937SEL", "BL0937SEL_n")
        if self.driver.name == "BL0937" and pin is not None and self.bank.active:
            self.plug.set_pin(pin, Mode.OUTPUT, level)

    def _new_pulses(self, role: str) -> int:
        pin = self.bank.pin_with(role)
        if pin is None:
            return 0
        now = self.plug.pulses(pin)
        counted = now - self._counted.get(pin, now)
        self._counted[pin] = now
        return counted

    def _serial_reading(self) -> None:
        off = self.plug.tolerance
        truth = {
            Quantity.VOLTAGE: self.plug.load.volts * off.voltage,
            Quantity.CURRENT: self.plug.real_amps * off.current,
            Quantity.POWER: self.plug.real_watts * off.power,
        }
        for at, item in enumerate(Quantity):
            scale = self.driver.defaults[at]
            raw = truth[item] * scale if self.driver.divides else truth[item] / scale
            self.raw[item] = round(raw / self.driver.tick) * self.driver.tick
        self.voltage = self._units(Quantity.VOLTAGE)
        self.current = self._units(Quantity.CURRENT)
        self._take_power(self._units(Quantity.POWER))

    def _units(self, item: Quantity) -> float:
        scale = self.coefficient(item)
        return self.raw[item] / scale if self.driver.divides else self.raw[item] * scale

    def _take_power(self, watts: float) -> None:
        """A reading above the limit is discarded and the one before kept."""
        if watts <= (self.block.calibration(3) or POWER_MAX):
            self.power = watts

    def calibrate(self, item: Quantity, real: float) -> bool:
        """Store the coefficient that makes the last window read `real`; false without pulses."""
        raw = self.raw[item]
        if not raw:
            return False
        at = list(Quantity).index(item)
        self.block.set_calibration(at, raw / real if self.driver.divides else real / raw)
        return True
