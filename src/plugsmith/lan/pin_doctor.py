"""Tries the pins of a running device, one at a time, without ever leaving one driven.

Every drive is one command line that ends by itself: the device sets the level, waits, sets it back
and makes the pin an input again, also when this computer or the network is gone by then
(openbeken.md sections 3, 4, 5). Whoever goes on earlier stops that line first: its end would strike
whatever the pin is by then. Pins that must not be driven are refused.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.errors.device import DeviceAnswer, DeviceRefused, PinNotAllowed
from plugsmith.messages import N_, _
from plugsmith.openbeken.roles import read_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.obk_http import Obk

INPUT = "dInput_NoPullUp"
PULLED_UP = "dInput"
OUTPUT = "Rel"
COUNTER = "Counter_f"
STOP_SCRIPTS = "stopAllScripts"  # a line with a wait in it is a script (openbeken.md section 4)
LONGEST_HOLD_S = 20.0
_LATE_S = 1.0  # a busy device counts its waits late
_SAMPLE_S = 0.275  # between two looks at the inputs
_REST_S = 1.0  # a mains relay is switched at most about once a second
_USABLE = (0, 1, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 20, 21, 22, 23, 24, 26, 28)
_NEVER_DRIVEN = MappingProxyType(
    {
        0: N_("it is the log output (UART2)"),
        1: N_("it is the log input (UART2)"),
        10: N_("it receives the download that rescues the device (UART1)"),
        11: N_("it sends on the port that rescues the device (UART1)"),
        20: N_("it is a line of the flash programming port"),
        21: N_("it is a line of the flash programming port"),
        22: N_("it is a line of the flash programming port"),
        23: N_("it is a line of the flash programming port"),
    }
)
_PULSING = N_("pulses come out of the chip on it")
_UNKNOWN = N_("no known module leads it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What an input did while it was watched; `rest` is the level that it had most of the time."""

    samples: int
    changes: int
    rest: int

    @property
    def pulsing(self) -> bool:
        """Whether it changes as often as pulses do; a quick finger does, too."""
        return self.samples >= 6 and self.changes > self.samples * 0.34


class PinDoctor:
    """One examination. Call `begin` first; the caller puts the settings back at the end."""

    def __init__(
        self, obk: Obk, state: DeviceState, *, include: Iterable[int] = (), rest_s: float = _REST_S
    ) -> None:
        self._obk = obk
        self._state = state
        self._include = frozenset(include)
        self._rest_s = rest_s
        self.pulsing: set[int] = set()
        self._driven: dict[int, float] = {}  # pin to our time when its line has ended for sure

    @property
    def inputs(self) -> tuple[int, ...]:
        """Pins that may be watched."""
        known = {gpio for gpio in _USABLE if gpio < len(self._state.pins)}
        return tuple(sorted(known | {x for x in self._include if x < len(self._state.pins)}))

    @property
    def outputs(self) -> tuple[int, ...]:
        """Pins that may be driven."""
        return tuple(gpio for gpio in self.inputs if self.objection(gpio) is None)

    def objection(self, gpio: int) -> str | None:
        """Why a pin must not be driven; None where it may be."""
        if gpio in self._include:
            return None
        if gpio in _NEVER_DRIVEN:
            return _NEVER_DRIVEN[gpio]
        if gpio in self.pulsing or self._state.pins.roles[gpio].startswith("BL0937CF"):
            return _PULSING
        return None if gpio in _USABLE else _UNKNOWN

    async def begin(self) -> None:
        """Stop the drivers and make every pin that has a role an input."""
        await self._obk.command("stopDriver *", repeatable=True)
        for gpio, role in enumerate(self._state.pins.roles):
            reading = read_role(role)
            if reading.role is None or reading.role.index:
                await self.release(gpio)

    async def watch(
        self, gpios: Iterable[int], *, seconds: float, begin: Callable[[], None] = lambda: None
    ) -> dict[int, Activity]:
        """Watch pins as inputs with pull-up for `seconds`; they are plain inputs afterwards.

        `begin` is called when they are inputs: what is done from then on is seen.
        """
        chosen = [gpio for gpio in gpios if gpio in self.inputs]
        pause_s = self._obk.patience.window_s / 4
        seen: dict[int, list[int]] = {gpio: [] for gpio in chosen}
        try:
            for gpio in chosen:
                await self._set_input(gpio, PULLED_UP)
            begin()
            for _sample in range(max(2, round(seconds / _SAMPLE_S))):
                await self._obk.patience.sleep(pause_s)
                states = (await self._obk.pins()).states
                for gpio, row in seen.items():
                    row.append(int(bool(states[gpio])))
        finally:
            for gpio in chosen:
                await self.release(gpio)
        found = {gpio: _activity(row) for gpio, row in seen.items()}
        self.pulsing |= {gpio for gpio, item in found.items() if item.pulsing}
        return found

    async def count(self, gpios: Iterable[int], *, seconds: float) -> dict[int, float]:
        """Pulses a second on each pin, counted by the device itself; 0 where it cannot count."""
        if COUNTER not in self._state.pins.names:
            return {}
        chosen = [gpio for gpio in gpios if gpio in self.inputs]
        for gpio in chosen:
            await self._set_input(gpio, COUNTER)
        try:
            before = await self._obk.channels()
            await self._obk.patience.sleep(seconds)
            after = await self._obk.channels()
        finally:
            for gpio in chosen:
                await self.release(gpio)
        rates = {
            gpio: (after.get(work_channel(gpio), 0) - before.get(work_channel(gpio), 0)) / seconds
            for gpio in chosen
        }
        self.pulsing |= {gpio for gpio, rate in rates.items() if rate > 1}
        return rates

    async def pulse(self, gpio: int, *, level: int, hold_s: float = 0.7) -> None:
        """Drive one pin to `level` for `hold_s`, then the other way, then not at all.

        Returns when it is over. PinNotAllowed for a pin that must not be driven.
        """
        await self.hold({gpio: level}, hold_s=hold_s)
        await self._obk.patience.sleep(self._scaled(hold_s + 0.3))
        await self.end_drives()
        await self._obk.patience.sleep(self._scaled(self._rest_s))

    async def hold(self, levels: Mapping[int, int], *, hold_s: float) -> None:
        """Drive pins together for `hold_s` seconds at most; the device itself ends it.

        More than one only for a relay and its lamp: never for outputs that are not known yet.
        """
        for gpio in levels:
            reason = self.objection(gpio)
            if reason is not None:
                raise PinNotAllowed(gpio=gpio, reason=reason)
        await self.end_drives()
        hold_s = min(hold_s, LONGEST_HOLD_S)
        for gpio, level in levels.items():
            self._driven[gpio] = math.inf  # until it is known when it began
            await self._obk.command(drive_line(gpio, level, hold_s=hold_s))
            self._driven[gpio] = _now_s() + hold_s + _LATE_S
        table = await self._obk.pins()
        for gpio in levels:
            if table.roles[gpio] not in {OUTPUT, INPUT}:
                raise DeviceAnswer(
                    host=self._obk.host,
                    request="setPinRole",
                    problem=_("P{gpio} did not take it", gpio=gpio),
                )

    async def end_drives(self) -> None:
        """Stop every line that may still run on the device, and release its pins."""
        if not self._driven:
            return
        try:
            await self._obk.command(STOP_SCRIPTS, repeatable=True)
        except DeviceRefused:  # a build without it: its lines run to their end
            ends_s = max(min(at_s, _now_s() + LONGEST_HOLD_S) for at_s in self._driven.values())
            await self._obk.patience.sleep(max(0.0, self._scaled(ends_s - _now_s())))
        for gpio in [*self._driven]:
            await self.release(gpio)
            del self._driven[gpio]

    async def release(self, gpio: int) -> None:
        """Make a pin a plain input: `None` would leave it driven."""
        await self._set_input(gpio, INPUT)

    async def _set_input(self, gpio: int, role: str) -> None:
        await self._obk.command(_role_line(gpio, role), repeatable=True)

    def _scaled(self, seconds: float) -> float:
        """Real seconds on a real device; shorter where the patience is (window 1.1 s = real)."""
        return seconds * min(1.0, self._obk.patience.window_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def drive_line(gpio: int, level: int, *, hold_s: float) -> str:
    """The command line that drives a pin and ends by itself.

    The channel is set to 0 before the role, or the role would drive the level of an old channel.
    """
    channel = work_channel(gpio)
    parts = [
        f"setPinChannel {gpio} {channel}",
        f"SetChannel {channel} 0",
        f"setPinRole {gpio} {OUTPUT}",
        f"SetChannel {channel} {level}",
        f"delay_ms {round(hold_s * 1000)}",
        f"SetChannel {channel} 0",
        f"setPinRole {gpio} {INPUT}",
    ]
    return "backlog " + "; ".join(parts)


def release_line(gpio: int) -> str:
    """The command line that makes a pin a plain input: `None` would leave it driven."""
    return _role_line(gpio, INPUT)


def work_channel(gpio: int) -> int:
    """A channel of its own for every pin that is tried."""
    return 63 - gpio


def _role_line(gpio: int, role: str) -> str:
    return f"backlog setPinRole {gpio} {role}; setPinChannel {gpio} {work_channel(gpio)}"


def _activity(row: list[int]) -> Activity:
    changes = sum(before != after for before, after in pairwise(row))
    return Activity(samples=len(row), changes=changes, rest=int(2 * row.count(0) <= len(row)))
