"""Lamps: PWM colours, supply lines, addressable strips (upk-mapping.md sections 4.1 and 4.3)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Alternative, Gap, Light
from plugsmith.interpret.vendor.light_drivers import place_driver, stated_driver
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

COLOUR_ORDER = "rgbcw"
DEFAULT_PWM_HZ = 1000
_FIRST_CHANNEL = MappingProxyType({"r": 1, "g": 2, "b": 3, "c": 4, "w": 5})
_STRIP_PIN = ("mosi", "MOSI")
_BUS_PINS = ("miso", "MISO", "SCL", "CS")
_DIMMED = (
    ("firstpin_pin", "firstpin_lv"),
    ("secpin_pin", "secpin_lv"),
    ("l_pin", "l_lv"),
    ("m_pin", "m_lv"),
)
_LIGHT_SIGNS = r"cmod|dmod|[rgbcw]_pin|iicscl|iicsda|mosi|MOSI"


def read_light_facts(draft: Draft) -> None:
    """Set `draft.light` where the configuration describes a lamp; places no pin."""
    settings = draft.settings
    if not settings.has_any(_LIGHT_SIGNS):
        return
    colours = _colours(draft)
    hertz = settings.number("pwmhz")
    draft.light = Light(
        colours=colours,
        brightness_and_temperature=settings.number("cwtype") == 1
        and {"c", "w"} <= set(colours)
        and "c_pin" in settings
        and "w_pin" in settings,
        remembers=settings.number("pmemory") == 1,
        pwm_hz=hertz if hertz and hertz != DEFAULT_PWM_HZ and 0 < hertz < 1_000_000 else None,
        addressable=any(key in settings for key in _STRIP_PIN),
    )
    draft.reserved_channels.update(_FIRST_CHANNEL.values())


def _colours(draft: Draft) -> str:
    """The fitted colours: what cmod says, else those that have a pin."""
    stated = (draft.settings.word("cmod") or "").lower()
    if stated and set(stated) <= set(COLOUR_ORDER):
        return "".join(colour for colour in COLOUR_ORDER if colour in stated)
    if stated:
        draft.remark(_("The colours {text!r} of cmod are not understood.", text=stated))
    return "".join(
        colour
        for colour in COLOUR_ORDER
        if f"{colour}_pin" in draft.settings or f"iic{colour}" in draft.settings
    )


def place_light(draft: Draft) -> None:
    """Place the pins of the lamp: strip, two-wire driver or PWM, then its power line."""
    light = draft.light
    if light is None:
        return
    _strip(draft, light)
    driver = stated_driver(draft)
    if driver is not None:
        place_driver(draft, driver)
        for colour in COLOUR_ORDER:
            key = f"{colour}_pin"
            draft.unused(
                key,
                Gap.NOT_FITTED,
                _("{key} is not used: the colours go through the LED driver chip.", key=key),
            )
    else:
        _pwm(draft, light)
        for key in ("iicscl", "iicsda"):
            draft.unused(
                key,
                Gap.NOT_FITTED,
                _("{key} is not used: the lamp is driven by PWM (dmod 0).", key=key),
            )
    _dimmed_extras(draft)
    _power_line(draft)


def _skip_unfitted(draft: Draft, fitted: str) -> None:
    for colour in COLOUR_ORDER:
        key = f"{colour}_pin"
        if colour not in fitted:
            draft.unused(
                key,
                Gap.NOT_FITTED,
                _(
                    "{key} is not used: the lamp has only the colours {colours} (cmod).",
                    key=key,
                    colours=fitted or _("none"),
                ),
            )


def _channels(light: Light) -> dict[str, int]:
    """Channel of each colour; with cwtype 1 temperature comes before brightness."""
    colours = light.colours
    if set(colours) <= {"c", "w"}:
        channels = {colour: number for number, colour in enumerate(colours, start=1)}
    else:
        channels = {colour: _FIRST_CHANNEL[colour] for colour in colours}
    if light.brightness_and_temperature:
        channels["c"], channels["w"] = channels["w"], channels["c"]
    return channels


def _pwm(draft: Draft, light: Light) -> None:
    _skip_unfitted(draft, light.colours)
    details = {"c": "brightness", "w": "temperature"} if light.brightness_and_temperature else {}
    for colour, channel in _channels(light).items():
        key = f"{colour}_pin"
        if key not in draft.settings:
            if not light.addressable and "firstpin_pin" not in draft.settings:
                draft.remark(
                    _(
                        "The lamp should have the colour {colour}, but {key} is missing.",
                        colour=colour,
                        key=key,
                    )
                )
            continue
        detail = details.get(colour, colour)
        low, said = draft.level(f"{colour}_lv", low=False)
        if detail == "temperature":
            _temperature(draft, key, channel=channel, low=low, said=said)
            continue
        draft.place(key, Function.PWM_LIGHT, channel=channel, level=(low, said), detail=detail)
    _pwm_remarks(draft, light)


def _temperature(draft: Draft, key: str, *, channel: int, low: bool, said: tuple[str, ...]) -> None:
    """The output for colour temperature: the vendor is warm at 0 %, OpenBeken and ESPHome cold.

    A profile's temperature output is coldest at 0 %, so the vendor's level is turned round
    (vendor SDK header; 10 of 11 published templates with flag 8).
    """
    other = Alternative(
        function=Function.PWM_LIGHT,
        active_low=low,
        channel=channel,
        reason=_("Choose this if warm and cold are exchanged."),
    )
    draft.place(
        key,
        Function.PWM_LIGHT,
        channel=channel,
        level=(not low, said),
        detail="temperature",
        alternatives=(other,),
    )


def _pwm_remarks(draft: Draft, light: Light) -> None:
    if light.brightness_and_temperature:
        draft.remark(
            _(
                "One white output is brightness and the other colour temperature (cwtype 1): flag "
                "8 is set. The vendor sends warm at 0 %, OpenBeken the coldest, so the temperature "
                "pin is turned round; if warm and cold are exchanged, give it the other PWM role."
            )
        )
    if light.colours == "rgbc":
        draft.remark(
            _(
                "The lamp has one white, taken as cold (channel 4). If it is warm, use channel 5 "
                "and set flag 24, so that cold white is mixed from the colours."
            )
        )
    if light.colours == "rgbw":
        draft.light = replace(light, emulate_cool=True)


def _dimmed_extras(draft: Draft) -> None:
    """Outputs of two-output strings are lights; motor and laser of projectors are not."""
    for number, (key, level_key) in enumerate(_DIMMED, start=1):
        if key not in draft.settings:
            continue
        level = draft.level(level_key, low=False)
        if number <= 2:
            draft.place(
                key, Function.PWM_LIGHT, channel=number, level=level, detail="cw"[number - 1]
            )
            continue
        draft.place(key, Function.PWM_OTHER, channel=draft.free_channel(), level=level)
        draft.remark(
            _(
                "{key} drives a motor or a laser; it got a dimmed output of its own that is not "
                "part of the light.",
                key=key,
            )
        )


def _power_line(draft: Draft) -> None:
    key = "ctrl_pin"
    if key not in draft.settings:
        return
    low, said = draft.level("ctrl_lv", low=False)
    follow = Alternative(
        function=Function.LIGHT_POWER,
        active_low=low,
        channel=0,
        reason=_("Choose this to cut the supply of the LEDs while the light is off."),
    )
    draft.place(
        key,
        Function.ALWAYS_LOW if low else Function.ALWAYS_HIGH,
        because=said,
        note=_("It enables the supply of the LEDs, so it is held at that level."),
        alternatives=(follow,),
    )
    draft.remark(
        _(
            "{key} probably enables the supply of the LEDs. Check that the lamp lights; if the "
            "line is an indicator instead, give it another role.",
            key=key,
        )
    )


def _strip(draft: Draft, light: Light) -> None:
    if not light.addressable:
        return
    first, second = _STRIP_PIN
    key = first if first in draft.settings else second
    draft.place(key, Function.STRIP_DATA)
    draft.unused(second, Gap.NO_ROLE, _("{key} repeats {first}.", key=second, first=first))
    for bus in _BUS_PINS:
        reason = _("{key} belongs to the SPI bus but is not wired to the strip.", key=bus)
        draft.unused(bus, Gap.NO_ROLE, reason)
    count = draft.settings.number("LedNum", "lednum")
    length = count if count and 0 < count <= 2048 else None
    draft.light = replace(light, strip_length=length)
    draft.remark(
        _(
            "The LEDs of the strip are addressed one by one. The colour order and the number of "
            "LEDs ({count}) must be tried: SM16703P_Init <number> <order>, for example GRB.",
            count=length or _("not stated"),
        )
    )
