"""Pin use of a run: how long it runs for that, and what is condensed from the pin history."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from plugsmith.emu.verdict import RESET_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.emu.job import PinUse
    from plugsmith.emu.machine import Machine
    from plugsmith.emu.pins import PinChange

# GPIO of PWM channel 0..5 (openbeken.md section 3: PWM exists on these pins only).
PWM_GPIOS = (6, 7, 8, 9, 24, 26)
PINS_SETTLE_S = 1.5  # emulated; the longest pause between two set-ups of the corpus is 1.0 s
_LEVELS_KEPT = 16


def pin_uses(changes: Iterable[PinChange], *, pwm_channels: Sequence[int]) -> list[PinUse]:
    """One entry for each pin that the firmware configured, by GPIO number."""
    pwm = {PWM_GPIOS[channel] for channel in pwm_channels}
    uses: dict[int, PinUse] = {}
    for change in changes:
        use = uses.setdefault(
            change.gpio,
            {
                "gpio": change.gpio,
                "modes": [],
                "first_s": change.at_s,
                "levels": [],
                "pwm": change.gpio in pwm,
            },
        )
        if not use["modes"] or use["modes"][-1] != change.mode:
            use["modes"].append(str(change.mode))
        if change.level is not None and len(use["levels"]) < _LEVELS_KEPT:
            use["levels"].append(change.level)
    return [uses[gpio] for gpio in sorted(uses)]


def pins_settled(machine: Machine) -> bool:
    """Whether no pin got a new mode for so long that none is expected any more."""
    return machine.now_s() - machine.parts.pins.news_s >= PINS_SETTLE_S


def settle_pins(machine: Machine, instructions: int, deadline_s: float) -> None:
    """Let a booted machine go on until its pins have settled, within both limits."""
    while (
        not pins_settled(machine)
        and machine.instructions < instructions
        and time.monotonic() < deadline_s
        and machine.resets < RESET_LIMIT
    ):
        for _ in range(64):
            machine.step()
