"""What a lamp shows, and what its outputs get for it."""

from __future__ import annotations

from dataclasses import dataclass, field

_FULL = 255


@dataclass(slots=True)
class LedState:
    """What a lamp shows: on or off, percent, mireds, red green blue."""

    on: bool = False
    dimmer: int = 100
    temperature: int = 154
    colour: tuple[int, int, int] = (_FULL, _FULL, _FULL)
    white: bool = field(default=True)
    strip: list[tuple[int, int, int]] = field(default_factory=list)  # as set
    sent: list[tuple[int, int, int]] = field(default_factory=list)  # as on the line
    order: str = "RGB"

    def values(self) -> list[int]:
        """Red, green, blue, cold, warm in percent, as the firmware works them out."""
        if not self.on:
            return [0] * 5
        if not self.white:
            return [*(round(part * self.dimmer / _FULL) for part in self.colour), 0, 0]
        warm = max(0.0, min(1.0, (self.temperature - 154) / 346))
        return [0, 0, 0, round((1 - warm) * self.dimmer), round(warm * self.dimmer)]

    def outputs(self, places: bytes) -> list[int]:
        """What the outputs of a driver chip get under its map."""
        values = self.values()
        plain = places if any(places) else bytes(range(5))
        return [values[place] if place < 5 else 0 for place in plain]
