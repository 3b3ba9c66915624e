"""What the parent asks of the worker and what comes back, as JSON-ready records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class EmuLimits:
    """Bounds of one run; the worker enforces memory and CPU time, the parent the wall time."""

    instructions: int = 400_000_000
    wall_s: float = 30.0
    memory: int = 2 << 30  # Unicorn reserves address space for its translations
    grace_s: float = 10.0  # what start-up and answering may add before the parent kills


class PinUse(TypedDict):
    """One pin as the firmware used it: the modes in the order in which they were set."""

    gpio: int
    modes: list[str]
    first_s: float
    levels: list[int]
    pwm: bool


class RunAnswer(TypedDict):
    """The worker's answer to a boot job."""

    boots: bool | None
    reached: str
    firmware: str | None
    instructions: int
    emulated_s: float
    wall_s: float
    resets: int
    faults: list[str]
    log: str
    pins: list[PinUse]
    news_s: float  # emulated time at which a pin last got a mode that it never had before
    polled: int | None  # the register that the end of the run was spent waiting for
