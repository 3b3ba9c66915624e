"""`device pins --lights`: which output of a lamp is which colour, seen by a person.

Each output is lit alone and the person says what is seen. Nothing stays: the map of a driver chip
is put back and the lamp goes dark, whatever happens; the caller applies what was found.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import DeviceRefused
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.house.results import LampColours
from plugsmith.lan.http import to_the_end
from plugsmith.messages import _
from plugsmith.openbeken.lamp_order import (
    COLOURS,
    NOTHING,
    PLAIN_MAP,
    PwmPin,
    led_map,
    pwm_pins,
    strip_order,
    temperature_pins,
    with_strip,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.pins import Examiner
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

    Settings = dict[str, Fact]
    _Finder = Callable[["_Lamp"], Awaitable[tuple[Settings, Sequence[str]]]]

_DARK = "led_enableAll 0"
_ON = "led_enableAll 1; led_dimmer 100"
_LIGHT = (
    "led_basecolor_rgb FF0000",
    "led_basecolor_rgb 00FF00",
    "led_basecolor_rgb 0000FF",
    "led_temperature 154",  # the coldest
    "led_temperature 500",
)
_TWO_WIRE = ("SM2135", "SM2235", "BP5758D", "BP1658CJ", "KP18058", "SM15155E")
_STRIP = "SM16703P"
_MOST_LEDS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lamp:
    ctx: LanContext
    obk: Obk
    state: DeviceState
    examiner: Examiner


def find_lights(ctx: LanContext, host: Host, examiner: Examiner) -> LampColours:
    """The `settings` that make a lamp's colours right, and `notes`; nothing is changed.

    UsageError for a device without a lamp's pins, or where what was seen cannot be.
    """

    async def work() -> LampColours:
        obk = ctx.obk(host)
        state = await state_of(ctx, obk)
        lamp = _Lamp(ctx=ctx, obk=obk, state=state, examiner=examiner)
        find = _kind_of(state, obk)
        try:
            settings, notes = await find(lamp)
        except ValueError as problem:
            raise UsageError(
                problem=_("what was seen cannot be: {problem}", problem=str(problem))
            ) from problem
        finally:
            await to_the_end(_dark(lamp))
        return LampColours(
            host=obk.host,
            chip=state.info.chip,
            mac=state.info.mac,
            settings=settings,
            notes=tuple(notes),
            restored=True,
            applied=(),
            verified=True,
        )

    return ctx.run(work())


def _kind_of(state: DeviceState, obk: Obk) -> _Finder:
    roles = [role.upper().replace("_", "") for role in state.pins.roles]
    startup = str(state.settings.get("startup_command", "")).upper()
    if any(role.startswith(_STRIP) for role in roles) or _STRIP in startup:
        return _strip
    if any(role.startswith(name) for role in roles for name in _TWO_WIRE):
        return _driver_chip
    if _pwm_pins(state):
        return _pwm
    raise UsageError(
        problem=_(
            "{host} has no pin of a lamp: apply its template first, or find its pins without "
            "--lights",
            host=obk.host,
        )
    )


async def _driver_chip(lamp: _Lamp) -> tuple[Settings, Sequence[str]]:
    """Every colour under the plain map: what is seen is what that output carries."""
    await _say(lamp, "LED_Map " + " ".join(map(str, PLAIN_MAP)))
    seen = []
    for at, light in enumerate(_LIGHT):
        await _say(lamp, f"backlog {_ON}; {light}")
        seen.append(_ask(lamp, _("output {number}", number=at + 1)))
    if not any(item in COLOURS for item in seen):
        raise ValueError("no output lit anything")
    order = led_map(seen)
    note = _("The outputs carry {seen}: LED_Map {order}.", seen=" ".join(seen),
             order=" ".join(map(str, order)))  # fmt: skip
    places: list[Fact] = [*order]
    return {"led_remap": places}, [note]


async def _pwm(lamp: _Lamp) -> tuple[Settings, Sequence[str]]:
    """Every pin alone, and before that none: a lamp that is lit then has inverted pins."""
    pins = _pwm_pins(lamp.state)
    await _levels(lamp, {})
    flipped = _choose(
        lamp,
        _("Every output is off now. Is the lamp dark?"),
        {"y": _("it is dark"), "n": _("it is lit")},
    ) == "n"  # fmt: skip
    found = []
    for pin in pins:
        await _levels(lamp, {pin.channel: 0 if flipped else 100}, rest=100 if flipped else 0)
        seen = _ask(lamp, f"P{pin.gpio}")
        inverted = pin.inverted is not flipped
        found.append(PwmPin(gpio=pin.gpio, channel=pin.channel, inverted=inverted, seen=seen))
    dark = [pin for pin in found if pin.seen == NOTHING]
    if len(found) == 2 and len(dark) == 1:
        return await _temperature(lamp, found, dark[0], flipped=flipped)
    wanted: Settings = {**pwm_pins(found)}
    notes = [_("P{gpio} carries {seen}.", gpio=pin.gpio, seen=pin.seen) for pin in found]
    if flipped:
        notes.append(_("Its outputs light when they are low: the role is the other one."))
    return {"pins": {**_pins_now(lamp), **wanted}}, notes


async def _temperature(
    lamp: _Lamp, pins: Sequence[PwmPin], dark: PwmPin, *, flipped: bool
) -> tuple[Settings, Sequence[str]]:
    """One line for the brightness and one for the temperature: which way does the latter go?"""
    bright = next(pin for pin in pins if pin is not dark)
    full, off = (0, 100) if flipped else (100, 0)
    await _levels(lamp, {bright.channel: full, dark.channel: full}, rest=off)
    warm = _choose(
        lamp,
        _("With P{gpio} at full, what is the white like?", gpio=dark.gpio),
        {"w": _("warm"), "c": _("cold")},
    ) == "w"  # fmt: skip
    wanted, flag = temperature_pins(pins, brightness=bright.gpio, warm_when_high=warm)
    now = lamp.state.settings.get("flags")
    flags = (now if isinstance(now, int) else 0) | 1 << flag
    note = _("P{bright} is the brightness, P{other} the temperature (flag {flag}).",
             bright=bright.gpio, other=dark.gpio, flag=flag)  # fmt: skip
    return {"pins": {**_pins_now(lamp), **wanted}, "flags": flags}, [note]


async def _strip(lamp: _Lamp) -> tuple[Settings, Sequence[str]]:
    """How many LEDs, by halving; then their order of colours by the first one."""
    with suppress(DeviceRefused):  # it may run already
        await _say(lamp, f"startDriver {_STRIP}")
    await _say(lamp, f"{_STRIP}_Init {_MOST_LEDS} RGB")
    lit, dark = 0, _MOST_LEDS + 1
    probe = 1
    while lit + 1 < dark:
        await _pixel(lamp, probe - 1, (255, 255, 255))
        answer = _choose(
            lamp,
            _("Only LED number {number} should be lit. Is any?", number=probe),
            {"y": _("yes"), "n": _("no")},
        )
        lit, dark = (probe, dark) if answer == "y" else (lit, probe)
        probe = min(2 * probe, _MOST_LEDS) if dark > _MOST_LEDS else (lit + dark) // 2
    if not lit:
        raise ValueError("not even the first LED lit")
    await _pixel(lamp, 0, (255, 0, 0))
    first = _ask(lamp, _("the first LED"))
    await _pixel(lamp, 0, (0, 255, 0))
    order = strip_order(first, _ask(lamp, _("the first LED")))
    startup = str(lamp.state.settings.get("startup_command", ""))
    note = _("{count} LEDs in the order {order}.", count=lit, order=order)
    return {"startup_command": with_strip(startup, count=lit, order=order)}, [note]


async def _pixel(lamp: _Lamp, at: int, colour: tuple[int, int, int]) -> None:
    red, green, blue = colour
    await _say(lamp, f"{_STRIP}_SetPixel all 0 0 0")
    await _say(lamp, f"{_STRIP}_SetPixel {at} {red} {green} {blue}")
    await _say(lamp, f"{_STRIP}_Start")


async def _levels(lamp: _Lamp, levels: Mapping[int, int], *, rest: int = 0) -> None:
    """The channels of the lamp's pins at these percentages, the others at `rest`."""
    await _say(lamp, _DARK)
    for pin in _pwm_pins(lamp.state):
        await _say(lamp, f"SetChannel {pin.channel} {levels.get(pin.channel, rest)}")


async def _dark(lamp: _Lamp) -> None:
    """The lamp off, and the map of its driver chip as it was."""
    with suppress(PlugsmithError):
        await lamp.obk.command(_DARK, repeatable=True)
    for pin in _pwm_pins(lamp.state):
        await lamp.obk.command(f"SetChannel {pin.channel} 0", repeatable=True)
    if _kind_of(lamp.state, lamp.obk) is _driver_chip:
        await _map_back(lamp)


async def _map_back(lamp: _Lamp) -> None:
    """The map as it was, and saved; one that was never set is set by the firmware at its start."""
    places = lamp.state.settings.get("led_remap")
    numbers = places if isinstance(places, list) else [0] * 5
    try:
        await lamp.obk.command("LED_Map " + " ".join(map(str, numbers)), repeatable=True)
    except DeviceRefused:  # a build without lamps
        return
    if any(numbers):
        await lamp.obk.patience.sleep(lamp.obk.patience.settle_s)
    else:
        await lamp.obk.restart_and_wait()


async def _say(lamp: _Lamp, line: str) -> None:
    lamp.ctx.cancel.check()
    await lamp.obk.command(line, repeatable=True)


def _ask(lamp: _Lamp, what: str) -> str:
    choices = {
        "r": _("red"),
        "g": _("green"),
        "b": _("blue"),
        "c": _("cold white"),
        "w": _("warm white"),
        NOTHING: _("nothing"),
    }
    return _choose(lamp, _("Now {what} alone. What is lit?", what=what), choices)


def _choose(lamp: _Lamp, question: str, choices: Mapping[str, str]) -> str:
    return lamp.examiner.choose(question, choices)


def _pwm_pins(state: DeviceState) -> list[PwmPin]:
    found = [
        PwmPin(gpio=gpio, channel=state.pins.channels[gpio], inverted=role == "PWM_n", seen=NOTHING)
        for gpio, role in enumerate(state.pins.roles)
        if role in {"PWM", "PWM_n"}
    ]
    return sorted(found, key=lambda pin: pin.channel)


def _pins_now(lamp: _Lamp) -> Settings:
    pins = lamp.state.settings.get("pins")
    return dict(pins) if isinstance(pins, dict) else {}


__all__ = ["find_lights"]
