"""The colours of a lamp, found by somebody who sees its wiring, and right afterwards."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import Cancelled, UsageError
from plugsmith.flows.device.apply import apply
from plugsmith.flows.house.lamp import find_lights
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.openbeken.lamp_order import (
    COLOURS,
    PwmPin,
    led_map,
    pwm_pins,
    strip_order,
    with_strip,
)
from plugsmith.sim.obk.block import Table

LIGHT = {
    "r": "led_basecolor_rgb FF0000",
    "g": "led_basecolor_rgb 00FF00",
    "b": "led_basecolor_rgb 0000FF",
    "c": "led_temperature 154",
    "w": "led_temperature 500",
}


class Bulb:
    """A two-wire bulb: output i of its driver chip is the LED of colour `wires[i]`."""

    command = ""

    def __init__(self, wires):
        self.wires = wires
        self.pins = {"6": "SM2135DAT;0", "24": "SM2135CLK;0"}

    def seen(self, device):
        places = bytes(device.block.raw[0x537:0x53C])
        lit = device.led.outputs(places)
        return "".join(sorted(c for c, value in zip(self.wires, lit, strict=True) if value > 50))


class PwmBulb:
    """`wires`: GPIO to colour; `low`: its LEDs light when the pin is low."""

    command = ""

    def __init__(self, wires, *, low=False, roles="PWM"):
        self.wires, self.low = wires, low
        self.pins = {str(gpio): f"{roles};{at}" for at, gpio in enumerate(wires, 1)}

    def level(self, device, gpio):
        value = device.bank.values[device.block.item(Table.CHANNELS, gpio)]
        high = 100 - value if device.bank.role(gpio) == "PWM_n" else value
        return 100 - high if self.low else high

    def seen(self, device):
        lit = [colour for gpio, colour in self.wires.items() if self.level(device, gpio) > 50]
        return "".join(sorted(lit))


class Strip:
    """An addressable strip: `order` is in which order its LEDs take the bytes."""

    command = "backlog startDriver SM16703P; SM16703P_Init 30 RGB"

    def __init__(self, count, order):
        self.count, self.order = count, order
        self.pins = {"26": "Rel;1"}

    def seen(self, device):
        found = ""
        for pixel in device.led.sent[: self.count]:
            for value, colour in zip(pixel, self.order, strict=True):
                found += colour if value > 50 and colour not in found else ""
        return found


class Person:
    """Looks at the lamp and says what is lit; may stop at a question."""

    def __init__(self, net, lamp, *, stop_at=0):
        self.net, self.lamp, self.stop_at = net, lamp, stop_at
        self.asked = []

    def choose(self, question, choices):
        self.asked.append(question)
        if len(self.asked) == self.stop_at:
            raise Cancelled
        seen = self.lamp.seen(self.net.device)
        if "dark" in question:
            return "n" if seen else "y"
        if "Is any" in question:
            return "y" if seen else "n"
        if "white like" in question:
            return self.lamp.warmth(self.net.device)
        return seen[0] if seen else "-"

    def ready(self, _text):
        raise AssertionError("nothing to get ready for")

    def lamps(self, _question):
        raise AssertionError("not asked here")


def set_up(net, lamp):
    body = {"vendor": "x", "name": "lamp", "chip": "BK7231T", "pins": lamp.pins,
            "command": lamp.command}  # fmt: skip
    apply(net.ctx, net.hosts, desired_from(template=json.dumps(body)))


def find(net, lamp, **options):
    return find_lights(net.ctx, net.hosts[0], Person(net, lamp, **options))


def shows(net, lamp, colour):
    run(net.obk.command(f"backlog led_enableAll 1; led_dimmer 100; {LIGHT[colour]}"))
    return lamp.seen(net.device)


@pytest.mark.parametrize("wires", ["rgbcw", "grbwc", "wcbgr", "brgcw"])
def test_a_driver_chip_gets_the_map_that_makes_every_colour_right(tmp_path, wires):
    with lan(tmp_path) as net:
        lamp = Bulb(wires)
        set_up(net, lamp)
        found = find(net, lamp)
        assert not lamp.seen(net.device)
        apply(net.ctx, net.hosts, desired_from(template=None, settings=found.settings))
        assert [shows(net, lamp, colour) for colour in COLOURS] == list(COLOURS)


def test_a_map_that_was_there_is_put_back_also_when_the_person_stops(tmp_path):
    with lan(tmp_path) as net:
        lamp = Bulb("grbwc")
        set_up(net, lamp)
        run(net.obk.command("LED_Map 2 1 0 4 3"))
        run(net.obk.patience.sleep(12))  # until it is saved
        for stop_at in (1, 3, 5):
            with pytest.raises(Cancelled):
                find(net, lamp, stop_at=stop_at)
            assert bytes(net.device.block.raw[0x537:0x53C]) == bytes([2, 1, 0, 4, 3])
            assert not lamp.seen(net.device)


@pytest.mark.parametrize("low", [False, True])
@pytest.mark.parametrize(
    "wires",
    [
        {6: "b", 7: "r", 8: "g", 24: "w", 26: "c"},
        {6: "r", 7: "g", 8: "b"},
        {9: "w", 24: "c"},
    ],
)
def test_pwm_pins_get_the_channels_of_their_colours_and_their_direction(tmp_path, wires, low):
    with lan(tmp_path) as net:
        lamp = PwmBulb(wires, low=low)
        set_up(net, lamp)
        found = find(net, lamp)
        apply(net.ctx, net.hosts, desired_from(template=None, settings=found.settings))
        wanted = [colour for colour in COLOURS if colour in wires.values()]
        if {"r", "g", "b"} <= set(wires.values()):
            assert [shows(net, lamp, colour) for colour in "rgb"] == ["r", "g", "b"]
        roles = {gpio: net.device.bank.role(gpio) for gpio in wires}
        assert set(roles.values()) == {"PWM_n" if low else "PWM"}
        by_channel = sorted(wires, key=lambda gpio: net.device.block.item(Table.CHANNELS, gpio))
        assert [wires[gpio] for gpio in by_channel] == wanted


@pytest.mark.parametrize("warm_high", [False, True])
def test_brightness_and_temperature_on_two_lines_are_told_apart(tmp_path, warm_high):
    class Ceiling(PwmBulb):
        def seen(self, device):
            return "w" if self.level(device, 24) > 50 else ""

        def warmth(self, device):
            return "w" if (self.level(device, 9) > 50) is warm_high else "c"

    with lan(tmp_path) as net:
        lamp = Ceiling({24: "bright", 9: "temperature"})
        set_up(net, lamp)
        found = find(net, lamp)
        apply(net.ctx, net.hosts, desired_from(template=None, settings=found.settings))
        assert net.device.block.flag(8)
        channels = {gpio: net.device.block.item(Table.CHANNELS, gpio) for gpio in (9, 24)}
        assert channels[9] < channels[24]
        assert net.device.bank.role(9) == ("PWM" if warm_high else "PWM_n")


@pytest.mark.parametrize(("count", "order"), [(1, "rgb"), (30, "grb"), (77, "brg"), (300, "bgr")])
def test_the_leds_of_a_strip_are_counted_and_their_order_found(tmp_path, count, order):
    with lan(tmp_path) as net:
        lamp = Strip(count, order)
        set_up(net, lamp)
        found = find(net, lamp)
        assert f"SM16703P_Init {count} {order.upper()}" in found.settings["startup_command"]


def test_a_device_without_a_lamp_is_told_so(tmp_path):
    with lan(tmp_path) as net:
        with pytest.raises(UsageError, match="no pin of a lamp"):
            find(net, Bulb("rgbcw"))
        lamp = Bulb("rrrrr")
        set_up(net, lamp)
        with pytest.raises(UsageError, match="cannot be"):
            find(net, lamp)


@given(st.permutations(COLOURS))
def test_any_order_of_outputs_is_undone_by_its_map(wires):
    places = led_map(list(wires))
    assert [COLOURS[place] for place in places] == list(wires)


@given(st.permutations("rgbcw"), st.lists(st.booleans(), min_size=5, max_size=5))
def test_channels_ascend_in_the_order_of_colours(wires, inverted):
    pins = [
        PwmPin(gpio=at, channel=at + 3, inverted=flag, seen=colour)
        for at, (colour, flag) in enumerate(zip(wires, inverted, strict=True))
    ]
    found = pwm_pins(pins)
    order = sorted(pins, key=lambda pin: int(found[str(pin.gpio)].split(";")[1]))
    assert [pin.seen for pin in order] == list(COLOURS)


def test_startup_commands_of_strips():
    assert with_strip("", count=7, order="GRB") == (
        "backlog startDriver SM16703P; SM16703P_Init 7 GRB"
    )
    old = "backlog startDriver SM16703P; SM16703P_Init 30 RGB; led_enableAll 1"
    assert with_strip(old, count=7, order="GRB") == (
        "backlog startDriver SM16703P; SM16703P_Init 7 GRB; led_enableAll 1"
    )
    assert with_strip("led_enableAll 1", count=7, order="RGB").startswith("backlog led_enableAll")
    assert strip_order("g", "r") == "GRB"
    with pytest.raises(ValueError, match="cannot"):
        strip_order("g", "g")
