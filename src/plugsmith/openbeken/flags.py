"""OpenBeken's device flags: 64 bits, written as one decimal number in templates."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FLAG_BITS = 64


class Flag(IntEnum):
    """Bit numbers (openbeken.md section 3, upk-mapping.md section 9)."""

    PERIODIC_STATE = 2
    INSTANT_BUTTON = 6
    ALTERNATE_CW = 8  # one PWM is brightness, the other temperature
    STATE_ON_CONNECT = 10  # on by default
    REMEMBER_LIGHT = 12
    RAW_PIN_LEVELS = 13
    RETAIN_CHANNELS = 21
    EMULATE_COOL = 24  # cool white mixed from the colours
    NEGATIVE_POWER = 25
    SECOND_UART = 26  # meter or MCU on P0/P1 instead of P10/P11
    DISCOVERY = 27
    NO_DRIVER_AUTOSTART = 36
    QUICK_CONNECT = 37
    ZERO_POWER_WHEN_OFF = 38


def flags_number(flags: Iterable[int]) -> int:
    """The number with these bits set; ValueError for a bit outside 0..63."""
    number = 0
    for bit in flags:
        if not 0 <= bit < FLAG_BITS:
            raise ValueError(f"no such flag: {int(bit)}")
        number |= 1 << bit
    return number


def flag_bits(number: int) -> tuple[int, ...]:
    """The bits set in `number`, ascending; bits above 63 are ignored."""
    return tuple(bit for bit in range(FLAG_BITS) if number >> bit & 1)
