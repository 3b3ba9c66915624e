"""What data points of a serial MCU usually are: by kind of device, number and type.

The device stores no names. These are the numbers that the vendor's public instruction sets give to
the standard functions of a kind of device; a schema is taken for a kind only where what it shares
with it has the same types, and names stay guesses. Source: tuya-storage.md section 6.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.device.profile import DataKind, DataPoint
from plugsmith.messages import N_
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_B, _V, _E, _S, _M = (
    DataKind.BOOL,
    DataKind.VALUE,
    DataKind.ENUM,
    DataKind.STRING,
    DataKind.BITMAP,
)


@frozen
class PointName:
    """A usual function: its name, type, unit, and the class that home automation gives it."""

    name: str
    kind: DataKind
    unit: str = ""
    role: str = ""  # ESPHome's and Home Assistant's device class


@frozen
class DeviceKind:
    """A kind of device: what its points usually are; those of `marks` tell it from others."""

    name: str
    points: Mapping[int, PointName]
    marks: tuple[int, ...]


def _kind(name: str, marks: tuple[int, ...], points: dict[int, PointName]) -> DeviceKind:
    return DeviceKind(name=name, points=MappingProxyType(points), marks=marks)


def _p(name: str, kind: DataKind, unit: str = "", role: str = "") -> PointName:
    return PointName(name=name, kind=kind, unit=unit, role=role)


_SWITCHES = {n: _p(f"Switch {n}", _B) for n in range(1, 7)}
_COUNTDOWNS = {n + 6: _p(f"Countdown {n}", _V, "s") for n in range(1, 7)}
_METER = {
    17: _p("Energy added", _V, "kWh", "energy"),
    18: _p("Current", _V, "mA", "current"),
    19: _p("Power", _V, "W", "power"),
    20: _p("Voltage", _V, "V", "voltage"),
    21: _p("Test result", _V),
    22: _p("Voltage factor", _V),
    23: _p("Current factor", _V),
    24: _p("Power factor of the meter", _V),
    25: _p("Energy factor", _V),
    26: _p("Fault", _M, "", "problem"),
    38: _p("State after power loss", _E),
    39: _p("Overload switch-off", _B),
    40: _p("Light mode", _E),
    41: _p("Child lock", _B),
    42: _p("Cycle timer", _S),
    43: _p("Random timer", _S),
    44: _p("Inching", _S),
}
KINDS: tuple[DeviceKind, ...] = (
    _kind(N_("plug with meter"), (18, 19, 20), {**_SWITCHES, **_COUNTDOWNS, **_METER}),
    _kind(
        N_("curtain"),
        (1, 2),
        {
            1: _p("Movement", _E),
            2: _p("Position wanted", _V, "%"),
            3: _p("Position", _V, "%"),
            5: _p("Direction reversed", _B),
            6: _p("Automatic", _B),
            7: _p("Motion state", _E),
            8: _p("Direction of the motor", _E),
            9: _p("Countdown", _E),
            10: _p("Time for the whole way", _V, "s"),
            12: _p("Fault", _M, "", "problem"),
        },
    ),
    _kind(
        N_("dimmer"),
        (1, 2),
        {
            1: _p("Switch", _B),
            2: _p("Brightness", _V),
            3: _p("Least brightness", _V),
            4: _p("Kind of lamp", _E),
            5: _p("Greatest brightness", _V),
            6: _p("Countdown", _V, "s"),
            14: _p("State after power loss", _E),
        },
    ),
    _kind(
        N_("lamp"),
        (20, 21, 22),
        {
            20: _p("Light", _B),
            21: _p("Mode", _E),
            22: _p("Brightness", _V),
            23: _p("Colour temperature", _V),
            24: _p("Colour", _S),
            25: _p("Scene", _S),
            26: _p("Countdown", _V, "s"),
        },
    ),
    _kind(
        N_("temperature and humidity sensor"),
        (1, 2),
        {
            1: _p("Temperature", _V, "°C", "temperature"),
            2: _p("Humidity", _V, "%", "humidity"),
            3: _p("Battery state", _E),
            4: _p("Battery", _V, "%", "battery"),
            9: _p("Unit of temperature", _E),
            10: _p("Temperature limit, high", _V, "°C"),
            11: _p("Temperature limit, low", _V, "°C"),
            12: _p("Humidity limit, high", _V, "%"),
            13: _p("Humidity limit, low", _V, "%"),
            14: _p("Temperature alarm", _E),
            15: _p("Humidity alarm", _E),
        },
    ),
    _kind(
        N_("thermostat"),
        (1, 2, 3),
        {
            1: _p("Switch", _B),
            2: _p("Temperature wanted", _V, "°C"),
            3: _p("Temperature", _V, "°C", "temperature"),
            4: _p("Mode", _E),
            5: _p("Economy", _B),
            6: _p("Child lock", _B),
            12: _p("Fault", _M, "", "problem"),
        },
    ),
    _kind(
        N_("door sensor"),
        (1, 2, 3),
        {
            1: _p("Door open", _B, "", "door"),
            2: _p("Battery", _V, "%", "battery"),
            3: _p("Battery state", _E),
        },
    ),
    _kind(
        N_("fan"),
        (1, 2, 3),
        {
            1: _p("Switch", _B),
            2: _p("Mode", _E),
            3: _p("Speed", _E),
            4: _p("Direction", _E),
            5: _p("Swing", _B),
            22: _p("Countdown", _E),
        },
    ),
)


def kind_of(points: Sequence[DataPoint]) -> DeviceKind | None:
    """The kind of device whose marks are all there with their types; None where two fit alike.

    A single point of another type than the kind's rules the kind out.
    """
    here = {point.number: point.kind for point in points}
    fits = [
        (sum(number in here for number in kind.points), kind)
        for kind in KINDS
        if all(number in here for number in kind.marks)
        and all(here.get(n, usual.kind) is usual.kind for n, usual in kind.points.items())
    ]
    best = max((count for count, _kind_ in fits), default=0)
    found = [kind for count, kind in fits if count == best]
    return found[0] if len(found) == 1 else None


def named(points: Sequence[DataPoint]) -> tuple[tuple[DataPoint, ...], str]:
    """The points with usual names, and the kind of device that they are names of ("": none fits).

    Without a kind, switches that the numbers 1 to 6 usually are get their name.
    """
    kind = kind_of(points)
    table: Mapping[int, PointName] = kind.points if kind is not None else {}
    found = []
    for point in points:
        usual = table.get(point.number)
        if usual is None and kind is None and point.writable:
            usual = _SWITCHES.get(point.number)
        if usual is None or usual.kind is not point.kind or point.name:
            found.append(point)
            continue
        unit = point.unit or usual.unit
        found.append(replace(point, name=usual.name, unit=unit, role=usual.role))
    return tuple(found), kind.name if kind is not None else ""


__all__ = ["KINDS", "DeviceKind", "PointName", "kind_of", "named"]
