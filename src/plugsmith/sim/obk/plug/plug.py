"""The plug around the module: mains, relay, button, two lamps, metering chip.

Wired as in the forum thread (openbeken.md section 13): relay on P26, button on P10 to ground,
red lamp on the relay line, blue lamp between supply and P6, BL0937 with CF on P7, CF1 on P8 and
SEL on P24.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

_K_VOLTAGE = 0.13253012048  # volts a pulse and second, openbeken.md 12.1
_K_CURRENT = 0.0118577075
_K_POWER = 1.5


class Mode(StrEnum):
    """What a GPIO does electrically."""

    FLOATING = "floating"  # as after reset
    INPUT = "input"
    PULL_UP = "pull-up"
    PULL_DOWN = "pull-down"
    OUTPUT = "output"


@dataclass(slots=True, kw_only=True)
class Gpio:
    """One pin: how the firmware set it up."""

    mode: Mode = Mode.FLOATING
    level: int = 0  # driven level, when an output


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is plugged in, as it behaves at the present mains voltage."""

    volts: float = 230.0
    watts: float = 0.0
    power_factor: float = 1.0
    amps: float | None = None  # None: from watts and power factor

    @property
    def current(self) -> float:
        """Amperes that flow with the relay closed."""
        if self.amps is not None:
            return self.amps
        return self.watts / (self.volts * self.power_factor) if self.volts else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far the chip's pulses a unit are from the default coefficients: 1.04 is 4 % more."""

    voltage: float = 1.0
    current: float = 1.0
    power: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Which pad goes where; None: not there."""

    relay: int | None = 26
    button: int | None = 10
    blue: int | None = 6  # lamp between supply and this pin
    red: int | None = 26  # lamp between this pin and ground
    cf: int | None = 7
    cf1: int | None = 8
    sel: int | None = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    """What the owner sees."""

    red: bool
    blue: bool


@dataclass(slots=True, kw_only=True)
class Plug:
    """The physical world; the firmware reads and drives `pins`, tests turn the rest."""

    wiring: Wiring = field(default_factory=Wiring)
    load: Load = field(default_factory=Load)
    tolerance: Tolerance = field(default_factory=Tolerance)
    pins: list[Gpio] = field(default_factory=lambda: [Gpio() for _pin in range(29)])
    button_down: bool = False
    relay_clicks: int = 0
    mcu: list[tuple[int, int, bytes]] = field(default_factory=list)  # number, type, value
    _phase: dict[int, float] = field(default_factory=dict)

    def reset_pins(self) -> None:
        """A reset of the chip: every pin floats."""
        was = self.relay_closed
        for pin in self.pins:
            pin.mode, pin.level = Mode.FLOATING, 0
        self._click(was=was)

    def set_pin(self, number: int, mode: Mode, level: int = 0) -> None:
        """The firmware sets a pin up."""
        was = self.relay_closed
        self.pins[number].mode, self.pins[number].level = mode, level
        self._click(was=was)

    def _click(self, *, was: bool) -> None:
        if self.relay_closed != was:
            self.relay_clicks += 1

    def driven(self, number: int | None) -> int | None:
        """The level the firmware drives, None if it does not."""
        if number is None or self.pins[number].mode is not Mode.OUTPUT:
            return None
        return self.pins[number].level

    def level(self, number: int) -> int:
        """What a digital read of the pin gives."""
        pin = self.pins[number]
        if pin.mode is Mode.OUTPUT:
            return pin.level
        if number == self.wiring.button:
            return 0 if self.button_down else 1  # the plug has a pull-up of its own
        if number in (self.wiring.cf, self.wiring.cf1):
            return 1 if self._phase.get(number, 0.0) % 1.0 < 0.5 else 0
        return 1 if pin.mode is Mode.PULL_UP else 0

    @property
    def relay_closed(self) -> bool:
        """Whether the load has mains."""
        return self.driven(self.wiring.relay) == 1

    @property
    def lamps(self) -> Lamps:
        """Red follows the relay line, blue is lit when its pin is pulled low."""
        return Lamps(red=self.driven(self.wiring.red) == 1, blue=self.driven(self.wiring.blue) == 0)

    @property
    def real_watts(self) -> float:
        """What a trusted meter in series shows."""
        return self.load.watts if self.relay_closed else 0.0

    @property
    def real_amps(self) -> float:
        """What a trusted meter in series shows."""
        return self.load.current if self.relay_closed else 0.0

    def pass_time(self, seconds: float) -> None:
        """Let the metering chip pulse for `seconds` with the present load and SEL level."""
        for pin, frequency in self._frequencies().items():
            self._phase[pin] = self._phase.get(pin, 0.0) + frequency * seconds

    def pulses(self, number: int) -> int:
        """Falling edges on a pin since power-on."""
        return int(self._phase.get(number, 0.0))

    def _frequencies(self) -> dict[int, float]:
        wired = self.wiring
        rates: dict[int, float] = {}
        if wired.cf is not None:
            rates[wired.cf] = self.real_watts / _K_POWER * self.tolerance.power
        if wired.cf1 is not None:
            if self.driven(wired.sel) == 1:
                rate = self.load.volts / _K_VOLTAGE * self.tolerance.voltage
            else:
                rate = self.real_amps / _K_CURRENT * self.tolerance.current
            rates[wired.cf1] = rate
        return rates
