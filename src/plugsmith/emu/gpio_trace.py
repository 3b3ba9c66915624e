"""Pin use of a run, condensed from the pin history and the PWM block."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.emu.job import PinUse
    from plugsmith.emu.pins import PinChange

# GPIO of PWM channel 0..5 (openbeken.md section 3: PWM exists on these pins only).
PWM_GPIOS = (6, 7, 8, 9, 24, 26)
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
