"""Two-wire LED drivers: which one, its currents, its colour order (upk-mapping.md section 4.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Gap, LedDriver
from plugsmith.messages import _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.interpret.vendor.draft import Draft

COLOURS = "rgbcw"
NO_COLOUR = -1
_WARM = 4


@frozen
class DriverFacts:
    """A driver chip as the vendor numbers it: dmod, OpenBeken's name, keys of the currents."""

    dmod: int | None
    name: str  # of the OpenBeken driver; empty: it has none
    chip: str
    current_keys: tuple[str, ...] = ()  # colour, white; BP5758D: colour, cold, warm
    milliamps: bool = False  # SM2135E: mA that become codes (mA - 10) / 5
    exchanged_whites: bool = False  # the firmware sends the last two outputs in exchanged order


_DRIVERS = (
    DriverFacts(dmod=1, name="", chip="SM16726B"),
    DriverFacts(
        dmod=2,
        name="SM2135",
        chip="SM2135E",
        current_keys=("campere", "wampere"),
        milliamps=True,
    ),
    DriverFacts(dmod=3, name="SM2135", chip="SM2135EH", current_keys=("ehccur", "ehwcur")),
    DriverFacts(dmod=4, name="SM2135", chip="SM2135EJ", current_keys=("iicccur", "iicwcur")),
    DriverFacts(
        dmod=5,
        name="BP1658CJ",
        chip="BP1658CJ",
        current_keys=("cjccur", "cjwcur"),
        exchanged_whites=True,
    ),
    DriverFacts(
        dmod=6,
        name="BP5758D",
        chip="BP5758D",
        current_keys=("drgbcur", "dccur", "dwcur"),
        exchanged_whites=True,
    ),
    DriverFacts(
        dmod=7,
        name="SM2235",
        chip="SM2235",
        current_keys=("2235ccur", "2235wcur"),
        exchanged_whites=True,
    ),
    DriverFacts(
        dmod=7,
        name="SM2235",
        chip="SM2335",
        current_keys=("2335ccur", "2335wcur"),
        exchanged_whites=True,
    ),
    DriverFacts(dmod=None, name="KP18058", chip="KP18058", current_keys=("kp58ccur", "kp58wcur")),
)


def stated_driver(draft: Draft) -> DriverFacts | None:
    """The driver chip that the configuration names, None for plain PWM."""
    settings = draft.settings
    mode = settings.number("dmod")
    by_current = [item for item in _DRIVERS if any(key in settings for key in item.current_keys)]
    by_mode = [item for item in _DRIVERS if item.dmod is not None and item.dmod == mode]
    if by_mode:
        return next((item for item in by_mode if item in by_current), by_mode[0])
    wired = "iicscl" in settings and "iicsda" in settings
    if mode == 0 and not (wired and by_current and "r_pin" not in settings):
        return None
    if not wired:
        return None
    if by_current:
        return by_current[0]
    draft.remark(
        _(
            "The lamp has a two-wire LED driver, but its type ({mode}) is not known: read the "
            "marking of the chip.",
            mode=mode if mode is not None else _("not stated"),
        )
    )
    return DriverFacts(dmod=mode, name="", chip=_("an unknown chip"))


def colour_order(outputs: Sequence[int], *, exchanged_whites: bool) -> tuple[int, ...]:
    """The arguments of LED_Map for `outputs` (which colour each output carries)."""
    order = list(outputs)
    if exchanged_whites:
        order[3], order[4] = order[4], order[3]
    return tuple(order)


def outputs_of(wiring: Mapping[str, int]) -> tuple[int, ...]:
    """Invert `wiring` (colour letter to driver output): which colour hangs on each output.

    Colours 0 R, 1 G, 2 B, 3 C, 4 W; -1 where nothing hangs. One white (c and w on one output, or
    no w at all) counts as warm.
    """
    found = [NO_COLOUR] * len(COLOURS)
    for number, colour in enumerate(COLOURS):
        output = wiring.get(colour)
        if output is not None and 0 <= output < len(found):
            found[output] = number
    cold = wiring.get("c")
    if cold is not None and "w" not in wiring and 0 <= cold < len(found):
        found[cold] = _WARM
    return tuple(found)


def place_driver(draft: Draft, facts: DriverFacts) -> None:
    """Place data and clock, and work out currents and colour order."""
    if not facts.name:
        for key in ("iicsda", "iicscl"):
            reason = _(
                "OpenBeken has no driver for {chip}, so {key} got no role.",
                chip=facts.chip,
                key=key,
            )
            draft.unused(key, Gap.NO_ROLE, reason)
        return
    draft.place("iicsda", Function.DRIVER_DATA, detail=facts.name)
    draft.place("iicscl", Function.DRIVER_CLOCK, detail=facts.name)
    wiring = _wiring(draft)
    outputs = outputs_of(wiring) if wiring else ()
    driver = LedDriver(
        name=facts.name,
        outputs=outputs,
        colour_order=colour_order(outputs, exchanged_whites=facts.exchanged_whites)
        if outputs
        else (),
        currents=_currents(draft, facts),
    )
    if draft.light is not None:
        single = "r" in wiring and "c" in wiring and wiring.get("w", wiring["c"]) == wiring["c"]
        draft.light = replace(draft.light, driver=driver, emulate_cool=single)
        if single:
            draft.remark(
                _(
                    "The lamp has one white output; it was taken as warm, and flag 24 mixes cold "
                    "white from the colours."
                )
            )
        if draft.light.brightness_and_temperature:
            draft.light = replace(draft.light, brightness_and_temperature=False)
    if not wiring:
        draft.remark(
            _("The colour order of the LED driver is not stated; try LED_Map if colours are wrong.")
        )


def _wiring(draft: Draft) -> dict[str, int]:
    found: dict[str, int] = {}
    for colour in COLOURS:
        output = draft.settings.number(f"iic{colour}")
        if output is not None and 0 <= output < len(COLOURS):
            found[colour] = output
    return found


def _currents(draft: Draft, facts: DriverFacts) -> tuple[int, int] | None:
    """Colour and white, in what the driver's command wants; None where one is not stated."""
    stated = [draft.settings.number(key) for key in facts.current_keys]
    colour = stated[0] if stated else None
    whites = [value for value in stated[1:] if value is not None]
    if colour is None or not whites:
        draft.remark(
            _(
                "The LED currents of the {chip} are not stated; the driver's own defaults stay.",
                chip=facts.chip,
            )
        )
        return None
    pair = (colour, max(whites))
    if facts.name == "KP18058":
        draft.remark(
            _(
                "Which current of the KP18058 is for the colours is not settled: if the colours "
                "are too weak or the white too strong, use KP18058_Current {second} {first}.",
                first=pair[0],
                second=pair[1],
            )
        )
    if facts.milliamps:
        pair = (_code(pair[0]), _code(pair[1]))
    if min(pair) < 0 or max(pair) > 255:
        return None
    return pair


def _code(milliamps: int) -> int:
    """SM2135: mA = 10 + 5 x code; the next lower step, for the LEDs' sake."""
    return max(0, (milliamps - 10) // 5)
