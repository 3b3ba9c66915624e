"""Lamps for ESPHome: PWM, two-wire drivers, addressable strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.profile import DeviceProfile, Light, Pin
    from plugsmith.export.esphome.draft import Block, EspDraft

_COLD, _WARM = "6500 K", "2700 K"  # usual; the configuration does not say
_LAMP = "lamp"
# Which output shows which colour (0 R, 1 G, 2 B, 3 C, 4 W) where nothing says it: the order that
# OpenBeken's drivers begin with (upk-mapping.md section 4.2).
_USUAL_ORDER = {
    "SM2135": (2, 1, 0, 4, 3),
    "SM2235": (2, 1, 0, 4, 3),
    "BP5758D": (0, 1, 2, 3, 4),
    "BP1658CJ": (1, 0, 2, 3, 4),
}
_LETTERS = "rgbcw"


def add_lights(draft: EspDraft, profile: DeviceProfile) -> None:
    """Every lamp and dimmed output."""
    colours = _pwm_colours(draft, profile)
    for name, item in _lamps(colours):
        _lamp(draft, name, item)
    _driver(draft, profile)
    _strip(draft, profile)
    for pin in profile.with_function(Function.PWM_OTHER):
        output = _pwm_output(draft, pin, f"output_p{pin.gpio}", profile.tone_hz)
        draft.add(
            "light",
            {
                "platform": "monochromatic",
                "id": f"dimmed_p{pin.gpio}",
                "name": f"Output P{pin.gpio}",
                "output": output,
            },
        )


def _lamp(draft: EspDraft, name: str, item: Block) -> None:
    identifier = _LAMP if not draft.lights else f"{_LAMP}_{len(draft.lights) + 1}"
    draft.lights.append(identifier)
    draft.add("light", {"platform": name, "id": identifier, "name": "Light", **item})


# --- PWM ------------------------------------------------------------------------------------


def _pwm_colours(draft: EspDraft, profile: DeviceProfile) -> dict[str, str]:
    """Colour -> id of its output. Pins without a colour get them in the order of channels."""
    pins = sorted(
        profile.with_function(Function.PWM_LIGHT), key=lambda pin: (pin.channel, pin.gpio)
    )
    letters = profile.light.colours if profile.light else ""
    hertz = profile.light.pwm_hz if profile.light else None
    found: dict[str, str] = {}
    for number, pin in enumerate(pins):
        colour = pin.detail or (letters[number] if number < len(letters) else "")
        if not colour or colour in found:
            colour = f"white {pin.gpio}"
        identifier = f"pwm_{colour.replace(' ', '_')}"
        found[colour] = _pwm_output(draft, pin, identifier, hertz)
    return found


def _pwm_output(draft: EspDraft, pin: Pin, identifier: str, hertz: int | None) -> str:
    item: Block = {"platform": "libretiny_pwm", "id": identifier, "pin": draft.pin(pin.gpio)}
    if pin.active_low:
        item["inverted"] = True
    if hertz:
        item["frequency"] = f"{hertz} Hz"
    draft.add("output", item)
    return identifier


def _lamps(colours: Mapping[str, str]) -> list[tuple[str, Block]]:
    """The light components that use all of these outputs."""
    left = dict(colours)
    found: list[tuple[str, Block]] = []
    rgb: Block = {}
    if {"r", "g", "b"} <= left.keys():
        rgb = {"red": left.pop("r"), "green": left.pop("g"), "blue": left.pop("b")}
    if rgb or {"c", "w"} <= left.keys() or {"brightness", "temperature"} <= left.keys():
        name, white = _whites(left, rgb=bool(rgb))
        found.append((name, {**rgb, **white}))
    found += [("monochromatic", {"output": output}) for output in left.values()]
    return found


def _whites(left: dict[str, str], *, rgb: bool) -> tuple[str, Block]:
    """The component and its white outputs, which are taken out of `left`."""
    if {"c", "w"} <= left.keys():
        block = {
            "cold_white": left.pop("c"),
            "warm_white": left.pop("w"),
            "cold_white_color_temperature": _COLD,
            "warm_white_color_temperature": _WARM,
        }
        return ("rgbww" if rgb else "cwww"), block
    if {"brightness", "temperature"} <= left.keys():
        key = "white_brightness" if rgb else "brightness"
        block = {
            "color_temperature": left.pop("temperature"),
            key: left.pop("brightness"),
            "cold_white_color_temperature": _COLD,
            "warm_white_color_temperature": _WARM,
        }
        return ("rgbct" if rgb else "color_temperature"), block
    for letter in ("c", "w"):
        if letter in left:
            return "rgbw", {"white": left.pop(letter)}
    return "rgb", {}


# --- two-wire drivers -----------------------------------------------------------------------


def _driver(draft: EspDraft, profile: DeviceProfile) -> None:
    data = {pin.detail: pin for pin in profile.with_function(Function.DRIVER_DATA)}
    clock = {pin.detail: pin for pin in profile.with_function(Function.DRIVER_CLOCK)}
    for name, pin in data.items():
        if name not in clock:
            draft.note(_("The clock line of the LED driver {name} is not known.", name=name))
        elif name not in _USUAL_ORDER:
            draft.note(_("ESPHome has no component for the LED driver {name}.", name=name))
        else:
            _two_wire(draft, name, pin, clock[name], profile.light)


def _two_wire(draft: EspDraft, name: str, data: Pin, clock: Pin, light: Light | None) -> None:
    component = name.lower()
    currents = light.driver.currents if light and light.driver else None
    pins: Block = {"data_pin": draft.pin(data.gpio), "clock_pin": draft.pin(clock.gpio)}
    if not draft.put(component, {**pins, **_powers(name, currents)}):
        return
    outputs = light.driver.outputs if light and light.driver else ()
    if not outputs:
        draft.note(_("The order of the colours is not known: it is the usual one, so try it."))
        outputs = _USUAL_ORDER[name]
    colours: dict[str, str] = {}
    for number, colour in enumerate(outputs[:5]):
        if not 0 <= colour < len(_LETTERS) or _LETTERS[colour] in colours:
            continue
        letter = _LETTERS[colour]
        if light and light.colours and letter not in light.colours:
            continue
        item: Block = {
            "platform": component,
            "id": f"{component}_{letter}",
            "channel": number + (name == "BP5758D"),
        }
        if name == "BP5758D" and currents:
            item["current"] = min(90, currents[0] if letter in "rgb" else currents[1])
        draft.add("output", item)
        colours[letter] = f"{component}_{letter}"
    for kind, block in _lamps(colours):
        _lamp(draft, kind, block)


def _powers(name: str, currents: tuple[int, int] | None) -> Block:
    """Current limits as the component takes them; OpenBeken's numbers are codes for most chips."""
    if currents is None or name == "BP5758D":
        return {}
    colour, white = currents
    if name == "SM2135":
        return {
            "rgb_current": f"{10 + 5 * min(max(colour, 0), 7)}mA",
            "cw_current": f"{10 + 5 * min(max(white, 0), 10)}mA",
        }
    return {
        "max_power_color_channels": min(max(colour, 0), 15),
        "max_power_white_channels": min(max(white, 0), 15),
    }


# --- strips ---------------------------------------------------------------------------------


def _strip(draft: EspDraft, profile: DeviceProfile) -> None:
    for pin in profile.with_function(Function.STRIP_DATA):
        if draft.board.platform != "bk72xx" or pin.gpio != 16:
            draft.note(
                _("ESPHome sends the data of a strip on P16 only, not on P{gpio}.", gpio=pin.gpio)
            )
            continue
        length = profile.light.strip_length if profile.light else None
        draft.note(_("Check the kind, length and colour order of the strip."))
        _lamp(
            draft,
            "beken_spi_led_strip",
            {
                "pin": draft.pin(pin.gpio),
                "num_leds": length or 30,
                "rgb_order": "GRB",
                "chipset": "WS2812",
            },
        )
