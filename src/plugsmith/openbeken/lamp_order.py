"""What a lamp's outputs carry, from what was seen when each was lit alone.

Colours are letters of `rgbcw` (cold and warm white). The firmware keeps five places: output i of a
driver chip gets the value of the colour at place i; 255 is an output that carries nothing. PWM pins
follow it by their channels, ascending: red, green, blue, cold, warm (openbeken.md sections 3, 9.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.openbeken.flags import Flag

if TYPE_CHECKING:
    from collections.abc import Sequence

COLOURS = "rgbcw"
NOTHING = "-"
PLAIN_MAP = (0, 1, 2, 3, 4)
UNUSED = 255
_INIT = re.compile(r"(SM16703P_Init)[ \t]+\d+(?:[ \t]+[A-Za-z]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PwmPin:
    """A pin of a lamp: its channel, whether it is driven inverted, and what it lit alone."""

    gpio: int
    channel: int
    inverted: bool
    seen: str


def led_map(seen: Sequence[str]) -> list[int]:
    """The arguments of LED_Map; `seen[i]` is the colour of output i, or NOTHING.

    ValueError where a colour was seen twice: one output cannot be told from another then.
    """
    _refuse_twice(seen)
    return [COLOURS.index(item) if item in COLOURS else UNUSED for item in seen]


def pwm_pins(pins: Sequence[PwmPin]) -> dict[str, str]:
    """GPIO to `Role;channel`, so that the channels ascend in the firmware's order of colours.

    Pins that lit nothing come last. ValueError where a colour was seen twice.
    """
    _refuse_twice([item.seen for item in pins])
    ordered = sorted(pins, key=lambda item: (_place(item.seen), item.channel))
    return _numbered(ordered)


def temperature_pins(
    pins: Sequence[PwmPin], *, brightness: int, warm_when_high: bool
) -> tuple[dict[str, str], int]:
    """The pins of a lamp with one brightness and one temperature line, and the flag it needs.

    The firmware puts the temperature on the first channel, high for warm.
    """
    temperature, bright = sorted(pins, key=lambda item: item.gpio == brightness)
    if not warm_when_high:
        temperature = PwmPin(
            gpio=temperature.gpio,
            channel=temperature.channel,
            inverted=not temperature.inverted,
            seen=temperature.seen,
        )
    return _numbered((temperature, bright)), int(Flag.ALTERNATE_CW)


def strip_order(first: str, second: str) -> str:
    """The order of a strip's colours, from what red and then green became; ValueError if odd."""
    rest = [item for item in "rgb" if item not in {first, second}]
    if len(rest) != 1:
        raise ValueError("these two cannot be")
    return f"{first}{second}{rest[0]}".upper()


def with_strip(startup: str, *, count: int, order: str) -> str:
    """A startup command that sets up a strip of `count` LEDs."""
    line = f"SM16703P_Init {count} {order}"
    if _INIT.search(startup):
        return _INIT.sub(line, startup)
    text = startup.strip().rstrip(";")
    if not text:
        return f"backlog startDriver SM16703P; {line}"
    head = "" if text.lower().startswith("backlog") else "backlog "
    driver = "" if "sm16703p" in text.lower() else "startDriver SM16703P; "
    return f"{head}{text}; {driver}{line}"


def _numbered(ordered: Sequence[PwmPin]) -> dict[str, str]:
    base = min(item.channel for item in ordered)
    return {
        str(item.gpio): f"{'PWM_n' if item.inverted else 'PWM'};{base + at}"
        for at, item in enumerate(ordered)
    }


def _place(seen: str) -> int:
    return COLOURS.index(seen) if seen in COLOURS else len(COLOURS)


def _refuse_twice(seen: Sequence[str]) -> None:
    lit = [item for item in seen if item in COLOURS]
    if len(set(lit)) != len(lit):
        raise ValueError("a colour was seen twice")


__all__ = [
    "COLOURS",
    "NOTHING",
    "PLAIN_MAP",
    "PwmPin",
    "led_map",
    "pwm_pins",
    "strip_order",
    "temperature_pins",
    "with_strip",
]
