"""The numbers of a calibration: factors per metering chip, averages, sanity, what to say to it.

Factors lie in the settings block at 0x498 (openbeken.md section 9.3); a stored 0 means the default.
BL0937 multiplies pulses by its factors, BL0942 divides by them (openbeken.md 12.1,
upk-mapping.md section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, pstdev
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEADY = 0.03  # standard deviation over mean that a load may have
_WORST_RATIO = 2.0  # a shunt of half or twice the value is still believable
RESISTIVE = (0.97, 1.03)  # power factor of a heater, openbeken.md 12.3
COMMANDS = MappingProxyType({"voltage": "VoltageSet", "current": "CurrentSet", "power": "PowerSet"})


class MeterChip(StrEnum):
    """Metering chips that OpenBeken calibrates in this way."""

    BL0937 = "BL0937"
    BL0942 = "BL0942"
    CSE7766 = "CSE7766"  # also HLW8032


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorKind:
    """How a chip's factors work. `step` is what one pulse is worth by default, 0 without pulses."""

    divides: bool
    defaults: Mapping[str, float]
    step: Mapping[str, float]


_NO_STEP = MappingProxyType({"voltage": 0.0, "current": 0.0, "power": 0.0})
KINDS = MappingProxyType(
    {
        MeterChip.BL0937: FactorKind(
            divides=False,
            defaults={"voltage": 0.13253012048, "current": 0.0118577075, "power": 1.5},
            step={"voltage": 0.13253012048, "current": 0.0118577075, "power": 1.5},
        ),
        MeterChip.BL0942: FactorKind(
            divides=True,
            defaults={"voltage": 15188.0, "current": 251210.0, "power": 598.0},
            step=_NO_STEP,
        ),
        # its defaults are in no paper: a stored 0 stays 0 and only readings can prove the result
        MeterChip.CSE7766: FactorKind(divides=False, defaults={}, step=_NO_STEP),
    }
)


def chip_of(roles: Sequence[str], startup: str) -> MeterChip | None:
    """The metering chip that pins and startup command speak of."""
    if any(role.startswith("BL0937") for role in roles):
        return MeterChip.BL0937
    low = startup.lower()
    for chip in (MeterChip.BL0942, MeterChip.CSE7766):
        if f"startdriver {chip.value.lower()}" in " ".join(low.split()):
            return chip
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredLoad:
    """What is known about the load; None for what is not. A resistance needs a voltage."""

    volts: float | None = None
    amps: float | None = None
    watts: float | None = None
    ohms: float | None = None
    resistive: bool = True

    def references(self, *, shown_volts: float) -> dict[str, float]:
        """What the meter should show; without a measured voltage `shown_volts` stands in for it."""
        volts = self.volts or shown_volts
        found: dict[str, float] = {}
        if self.volts is not None:
            found["voltage"] = self.volts
        if self.ohms is not None:
            found["current"], found["power"] = volts / self.ohms, volts * volts / self.ohms
        if self.watts is not None:
            found["power"] = self.watts
            if self.resistive:
                found["current"] = self.watts / volts
        if self.amps is not None:
            found["current"] = self.amps
            if self.resistive and self.watts is None:
                found["power"] = volts * self.amps
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """Mean and relative spread of several readings of one quantity."""

    mean: float
    spread: float
    count: int


def average(values: Sequence[float]) -> Average:
    """Mean and standard deviation over mean; spread 0 for a mean of 0 or no values."""
    if not values:
        return Average(mean=0.0, spread=0.0, count=0)
    mean = fmean(values)
    return Average(mean=mean, spread=pstdev(values) / mean if mean else 0.0, count=len(values))


def problem_of(
    quantity: str, wanted: float, shown: Average, *, step: float
) -> tuple[str, str] | None:
    """Why a calibration of this quantity would be wrong, and what to do; None if it is sound."""
    if shown.mean <= 0:
        return (
            _("it shows no {quantity} at all", quantity=quantity),
            _("Switch the load on, plug it into the device, and check the pins of the meter."),
        )
    if shown.spread > max(STEADY, 1.5 * step / shown.mean):
        return (
            _("the {quantity} is not steady ({percent:.1f} %)", quantity=quantity,
              percent=100 * shown.spread),
            _("Use a load that draws the same all the time, such as a heater or an old bulb."),
        )  # fmt: skip
    ratio = wanted / shown.mean
    if not 1 / _WORST_RATIO <= ratio <= _WORST_RATIO:
        return (
            _("it shows {shown:.2f} for a {quantity} of {wanted:.2f}", shown=shown.mean,
              quantity=quantity, wanted=wanted),
            _("Check the value that you gave, and whether CF, CF1 and SEL are on the right pins."),
        )  # fmt: skip
    return None


def wanted_factor(
    kind: FactorKind, quantity: str, stored: float, *, wanted: float, shown: float
) -> float | None:
    """The factor that makes the average reading right; None where the present one is not known."""
    present = stored or kind.defaults.get(quantity)
    if not present:
        return None
    return present * shown / wanted if kind.divides else present * wanted / shown


def argument_for(
    kind: FactorKind, quantity: str, stored: float, *, target: float, reading: float
) -> float:
    """What to tell the device at this reading so that it stores `target`.

    The device computes its factor from its last single window: the reading of that window times
    target over present factor is that window with the target factor.
    """
    present = stored or kind.defaults.get(quantity) or 1.0
    return reading * present / target if kind.divides else reading * target / present


def close(found: float, wanted: float, *, within: float) -> bool:
    """Whether two factors or readings are equal but for `within` (relative)."""
    return abs(found - wanted) <= within * abs(wanted)
