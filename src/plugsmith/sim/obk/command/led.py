"""Commands of lamps: enable, brightness, colour, temperature; the driver's pins follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.sim.obk.command.words import number, plain_args
from plugsmith.sim.obk.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.running import Running

    Handler = Callable[[Running, str], Outcome]

_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})(?:[0-9a-fA-F]{4})?")
_REMAP = slice(0x537, 0x53C)
_FULL = 255


def _changed(device: Running) -> Outcome:
    """Put the lamp's state on the channels of its PWM pins, in ascending order."""
    led = device.led
    if led.white:
        cold = max(0, min(100, round((500 - led.temperature) / 3.46)))
        values = [cold, 100 - cold] if len(device.bank.light_channels()) == 2 else [100] * 5
    else:
        values = [round(100 * part / _FULL) for part in led.colour] + [0, 0]
    for channel, value in zip(device.bank.light_channels(), values, strict=False):
        device.bank.set_value(channel, value * led.dimmer // 100 if led.on else 0)
    return Outcome.OK


def _enable(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if words:
        device.led.on = not device.led.on if words[0].lower() == "toggle" else number(words[0]) > 0
    return _changed(device)


def _dimmer(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if words:
        device.led.dimmer = max(0, min(100, number(words[0])))
        device.led.on = device.led.dimmer > 0
    return _changed(device)


def _temperature(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if words:
        device.led.temperature = max(154, min(500, number(words[0])))
        device.led.white = True
    return _changed(device)


def _colour(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    found = _COLOUR.fullmatch(words[0]) if words else None
    if found:
        red, green, blue = bytes.fromhex(found[1])
        device.led.colour, device.led.white, device.led.on = (red, green, blue), False, True
    return _changed(device)


def _map(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if len(words) >= 5:
        device.block.raw[_REMAP] = bytes(number(word) & 0xFF for word in words[:5])
        device.touch()
    return Outcome.OK


def _strip_init(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    device.led.strip = [(0, 0, 0)] * max(0, min(2048, number(words[0])))
    device.led.order = words[1].upper() if len(words) > 1 else "RGB"
    return Outcome.OK


def _strip_pixel(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if len(words) < 4:
        return Outcome.TOO_FEW
    red, green, blue = (number(word) & 0xFF for word in words[1:4])
    strip = device.led.strip
    chosen = range(len(strip)) if words[0].lower() == "all" else (number(words[0]),)
    for at in chosen:
        if 0 <= at < len(strip):
            strip[at] = (red, green, blue)
    return Outcome.OK


def _strip_start(device: Running, _rest: str) -> Outcome:
    places = ["RGB".index(mark) for mark in device.led.order if mark in "RGB"][:3]
    device.led.sent = [
        (pixel[places[0]], pixel[places[1]], pixel[places[2]]) for pixel in device.led.strip
    ]
    return Outcome.OK


LED_COMMANDS: Mapping[str, Handler] = {
    "led_enableall": _enable,
    "led_dimmer": _dimmer,
    "dimmer": _dimmer,
    "led_temperature": _temperature,
    "ct": _temperature,
    "led_basecolor_rgb": _colour,
    "led_basecolor": _colour,
    "color": _colour,
    "sm16703p_init": _strip_init,
    "sm16703p_setpixel": _strip_pixel,
    "sm16703p_start": _strip_start,
    **{
        f"{chip}_map": _map
        for chip in ("led", "sm2135", "sm2235", "bp5758d", "bp1658cj", "kp18058")
    },
}
# Their replies are the lamp's POWER, as are those of `PowerSave` and other names that begin so.
LIT_REPLIES = ("led_enableall", "dimmer", "color")
