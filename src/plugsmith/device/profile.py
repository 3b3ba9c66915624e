"""The neutral device profile: every pin with its function, and what goes with the pins.

Readers (a vendor configuration, a device list entry) fill it, writers (OpenBeken, ESPHome, texts,
pictures) read it. Channels count from 1; 0 means that the function has none.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.function import Function


@frozen
class Alternative:
    """Another sensible use of the same pin, and the sentence that says when."""

    function: Function
    active_low: bool
    channel: int
    reason: str


@frozen
class Pin:
    """One pin and its use. `keys` are the configuration keys that say so, the naming one first."""

    gpio: int
    function: Function
    channel: int = 0
    channel2: int | None = None
    active_low: bool = False
    pull_down: bool = False
    floating: bool = False  # an input without any resistor of the chip
    detail: str = ""  # colour, driver or meter name, as `Function` says
    keys: tuple[str, ...] = ()
    note: str = ""
    alternatives: tuple[Alternative, ...] = ()


class Gap(StrEnum):
    """Why a pin key got no pin."""

    NO_SUCH_PIN = "no-such-pin"  # the chip or the module does not have it
    TAKEN = "taken"  # another key named the same pin first
    UNFIT = "unfit"  # the pin cannot do what the key wants
    NOT_FITTED = "not-fitted"  # the configuration itself says that the part is not there
    NO_ROLE = "no-role"  # understood, but nothing to set
    UNREADABLE = "unreadable"
    UNMAPPED = "unmapped"  # a pin key that Plugsmith does not know


@frozen
class LeftOut:
    """A pin key that got no pin, and the sentence that says why."""

    key: str
    gpio: int | None
    gap: Gap
    reason: str


class MeterKind(StrEnum):
    """Metering chips, as the vendors fit them."""

    BL0937 = "BL0937"
    HLW8012 = "HLW8012"
    HLW8032 = "HLW8032"
    BL0942 = "BL0942"

    @property
    def on_uart(self) -> bool:
        """Whether it talks over the UART at P10/P11 instead of pulses."""
        return self in {MeterKind.HLW8032, MeterKind.BL0942}


@frozen
class MeterPart:
    """The metering part; currents in mA, voltages in V, 0 or None where not stated."""

    kind: MeterKind
    shunt_mohm: int | None = None
    over_current_ma: int = 0
    over_voltage_v: int = 0
    under_voltage_v: int = 0
    nominal_v: int = 230
    second_uart: bool = False


@frozen
class LedDriver:
    """A two-wire LED driver: `outputs[i]` is the colour on output i (0 R, 1 G, 2 B, 3 C, 4 W, -1).

    `colour_order` is the same as the firmware wants it for this chip; `currents` are the two
    arguments of its current command (colour, white), None where the vendor states none.
    """

    name: str
    outputs: tuple[int, ...] = ()
    colour_order: tuple[int, ...] = ()
    currents: tuple[int, int] | None = None


@frozen
class Light:
    """The lamp part of a device."""

    colours: str  # of r, g, b, c, w
    brightness_and_temperature: bool = False  # one PWM is brightness, the other temperature
    emulate_cool: bool = False  # colours and one warm white
    remembers: bool = False  # keeps its state over a power cut
    pwm_hz: int | None = None
    driver: LedDriver | None = None
    strip_length: int | None = None
    addressable: bool = False


@frozen
class Battery:
    """Battery measurement: empty and full in mV."""

    empty_mv: int | None = None
    full_mv: int | None = None


class DataKind(StrEnum):
    """Value types of a serial MCU's data points."""

    BOOL = "bool"
    VALUE = "value"
    ENUM = "enum"
    STRING = "string"
    BITMAP = "bitmap"
    RAW = "raw"


@frozen
class DataPoint:
    """One data point of a serial MCU, as the vendor's schema record describes it."""

    number: int
    kind: DataKind
    writable: bool
    minimum: int | None = None
    maximum: int | None = None
    scale: int = 0
    unit: str = ""
    names: tuple[str, ...] = ()  # of an enum
    name: str = ""  # what it usually is; never stored on a device
    role: str = ""  # the class that home automation gives it


@frozen
class SerialMcu:
    """Another controller does the work and talks over the UART at P10/P11."""

    baud: int = 9600
    points: tuple[DataPoint, ...] = ()


@frozen
class DeviceProfile:
    """A whole device. `remarks` are sentences; `unknown_keys` had no meaning that we know."""

    module: str | None = None
    chip: str | None = None
    pins: tuple[Pin, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    start_values: Mapping[int, int] = field(default_factory=dict)  # channel: 0, 1, -1 = last
    channel_types: Mapping[int, str] = field(default_factory=dict)
    pulse_ms: int | None = None  # of latching relays
    tone_hz: int | None = None  # of a buzzer
    meter: MeterPart | None = None
    light: Light | None = None
    battery: Battery | None = None
    serial: SerialMcu | None = None
    shutters: int = 0
    motion_sensor: bool = False
    remarks: tuple[str, ...] = ()
    unknown_keys: tuple[str, ...] = ()

    def pin(self, gpio: int) -> Pin | None:
        """The use of `gpio`."""
        return next((item for item in self.pins if item.gpio == gpio), None)

    def with_function(self, *functions: Function) -> tuple[Pin, ...]:
        """The pins with one of `functions`, by number."""
        return tuple(item for item in self.pins if item.function in functions)
