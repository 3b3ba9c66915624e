"""How long a firmware runs so that its pins are seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from plugsmith.emu.verdict import RESET_LIMIT

if TYPE_CHECKING:
    from plugsmith.emu.machine import Machine

PINS_SETTLE_S = 1.5  # emulated; the longest pause between two set-ups is in docs/gpio-trace.md


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
