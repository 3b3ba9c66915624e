"""Commands that exist only while a metering driver runs (openbeken.md sections 4 and 12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.command.words import decimal
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.plug.meter import Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.plug.meter import Meter
    from plugsmith.sim.obk.running import Running

    MeterHandler = Callable[[Meter, Running, list[str]], Outcome]

_POWER_MAX_RANGE = (200.0, 7200.0)


def _calibrate(item: Quantity) -> MeterHandler:
    def handler(meter: Meter, device: Running, words: list[str]) -> Outcome:
        if not words:
            return Outcome.TOO_FEW
        real = decimal(words[0])
        if real is None or real == 0:
            return Outcome.BAD
        if not meter.calibrate(item, real):
            device.log.add("Error", "EnergyMeter", "Calibration incorrect - connect load first.")
            return Outcome.FAILED
        device.touch()
        return Outcome.OK

    return handler


def _power_max(_meter: Meter, device: Running, words: list[str]) -> Outcome:
    if not words:
        return Outcome.TOO_FEW
    limit = decimal(words[0])
    if limit is None or not _POWER_MAX_RANGE[0] <= limit <= _POWER_MAX_RANGE[1]:
        return Outcome.BAD
    device.block.set_calibration(3, limit)
    device.touch()
    return Outcome.OK


def _reset_energy(meter: Meter, _device: Running, words: list[str]) -> Outcome:
    meter.energy_wh = (decimal(words[0]) or 0.0) if words else 0.0
    return Outcome.OK


def _settings(least: int) -> MeterHandler:
    def handler(_meter: Meter, _device: Running, words: list[str]) -> Outcome:
        return Outcome.OK if len(words) >= least else Outcome.TOO_FEW

    return handler


METER_COMMANDS: Mapping[str, MeterHandler] = {
    "voltageset": _calibrate(Quantity.VOLTAGE),
    "currentset": _calibrate(Quantity.CURRENT),
    "powerset": _calibrate(Quantity.POWER),
    "powermax": _power_max,
    "energycntreset": _reset_energy,
    "vcppublishthreshold": _settings(3),
    "vcpprecision": _settings(1),
    "vcppublishintervals": _settings(1),
    "consumptionthreshold": _settings(1),
    "setupenergystats": _settings(3),
}
