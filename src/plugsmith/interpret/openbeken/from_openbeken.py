"""From an OpenBeken template to the neutral profile, as far as roles have a neutral meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.chips.modules import module as module_record
from plugsmith.device.board import Board, board_for
from plugsmith.device.function import Function
from plugsmith.device.profile import (
    DeviceProfile,
    LedDriver,
    Light,
    MeterKind,
    MeterPart,
    Pin,
    SerialMcu,
)
from plugsmith.interpret.module_chip import chip_of_module, module_name
from plugsmith.interpret.openbeken.roles import meaning_of_role
from plugsmith.interpret.vendor.settings import whole
from plugsmith.openbeken.flags import Flag, flag_bits
from plugsmith.openbeken.script import Script, read_startup

if TYPE_CHECKING:
    from plugsmith.openbeken.template import PinRole, Template

_UART_METERS = (("BL0942", MeterKind.BL0942), ("CSE7766", MeterKind.HLW8032))
# Their firmware drivers send the last two outputs in exchanged order (upk-mapping.md section 4.2).
_LAST_EXCHANGED = frozenset({"BP5758D", "BP1658CJ", "SM2235"})
_PULL_DOWN = ("_pd", "_pd_n")
_FLOATING = ("_NoPullUp", "_NoPullUp_n", "_nPup")  # inputs without the chip's own resistor


def board_of_template(template: Template) -> Board:
    """The board that a template names."""
    name = module_name(template.board)
    chip = template.chip.strip().upper() or chip_of_module(name)
    return board_for(chip=chip or None, module=name, record=module_record(name) if name else None)


def pin_of_role(item: PinRole) -> Pin | None:
    """The neutral pin; None for roles without a neutral meaning."""
    meaning = meaning_of_role(item.role)
    if meaning is None:
        return None
    return Pin(
        gpio=item.gpio,
        function=meaning.function,
        channel=item.channel,
        channel2=item.channel2,
        active_low=meaning.active_low,
        pull_down=item.role.endswith(_PULL_DOWN),
        floating=item.role.endswith(_FLOATING),
        detail=meaning.detail,
    )


def profile_from_openbeken(template: Template) -> DeviceProfile:
    """The profile of a template; roles without a neutral meaning are missing in it."""
    board = board_of_template(template)
    found = tuple(pin for item in template.pins if (pin := pin_of_role(item)) is not None)
    script = read_startup(template.command)
    flags = frozenset(flag_bits(template.flags or 0))
    pins = _temperature_named(found) if Flag.ALTERNATE_CW in flags else found
    return DeviceProfile(
        module=board.module,
        chip=board.chip,
        pins=pins,
        meter=_meter(pins, script, second_uart=Flag.SECOND_UART in flags),
        light=_light(pins, flags, script),
        serial=_serial(script),
        start_values=_start_values(script),
        shutters=sum(pin.function is Function.SHUTTER_OPEN for pin in pins),
    )


def _temperature_named(pins: tuple[Pin, ...]) -> tuple[Pin, ...]:
    """With flag 8 the lower of the last two channels is temperature, the higher brightness."""
    dimmed = sorted(
        (pin for pin in pins if pin.function is Function.PWM_LIGHT), key=lambda pin: pin.channel
    )
    whites = dimmed[-2:] if len(dimmed) in {2, 5} else []
    details = dict(zip((pin.gpio for pin in whites), ("temperature", "brightness"), strict=False))
    return tuple(
        replace(pin, detail=details[pin.gpio]) if pin.gpio in details else pin for pin in pins
    )


def _meter(pins: tuple[Pin, ...], script: Script, *, second_uart: bool) -> MeterPart | None:
    if any(pin.function is Function.METER_CF for pin in pins):
        return MeterPart(kind=MeterKind.BL0937)
    for driver, kind in _UART_METERS:
        if script.starts_driver(driver):
            return MeterPart(kind=kind, second_uart=second_uart)
    return None


def _light(pins: tuple[Pin, ...], flags: frozenset[int], script: Script) -> Light | None:
    whites_and_colours = sorted(pin.channel for pin in pins if pin.function is Function.PWM_LIGHT)
    strip = any(pin.function is Function.STRIP_DATA for pin in pins)
    driver = any(pin.function is Function.DRIVER_DATA for pin in pins)
    if not (whites_and_colours or strip or driver):
        return None
    count = len(whites_and_colours)
    colours = (
        "rgbcw" if driver else {1: "c", 2: "cw", 3: "rgb", 4: "rgbc", 5: "rgbcw"}.get(count, "")
    )
    return Light(
        colours=colours,
        brightness_and_temperature=Flag.ALTERNATE_CW in flags,
        emulate_cool=Flag.EMULATE_COOL in flags,
        remembers=Flag.REMEMBER_LIGHT in flags,
        addressable=strip,
        driver=_led_driver(pins, script),
    )


def _led_driver(pins: tuple[Pin, ...], script: Script) -> LedDriver | None:
    """The two-wire driver, with the colour order and currents that the startup command sets."""
    name = next((pin.detail for pin in pins if pin.function is Function.DRIVER_DATA), "")
    if not name:
        return None
    maps = [*script.named("LED_Map"), *script.named(f"{name}_Map")]
    order = _numbers(maps[-1].words, count=5) if maps else ()
    if not all(-1 <= colour < 5 for colour in order):
        order = ()
    outputs = order
    if order and name in _LAST_EXCHANGED:
        outputs = (*order[:3], order[4], order[3])
    currents = [_numbers(item.words, count=2) for item in script.named(f"{name}_Current")]
    return LedDriver(
        name=name,
        outputs=outputs,
        colour_order=order,
        currents=(currents[-1][0], currents[-1][1]) if currents and currents[-1] else None,
    )


def _numbers(words: list[str], *, count: int) -> tuple[int, ...]:
    """The first `count` words as numbers; empty if they are not all numbers."""
    found = [whole(word) for word in words[:count]]
    numbers = tuple(number for number in found if number is not None)
    return numbers if len(numbers) == count else ()


def _serial(script: Script) -> SerialMcu | None:
    if not (script.starts_driver("TuyaMCU") or script.starts_driver("tmSensor")):
        return None
    speeds = [whole(item.words[0]) for item in script.named("tuyaMcu_setBaudRate") if item.words]
    return SerialMcu(baud=next((speed for speed in speeds if speed), 9600))


def _start_values(script: Script) -> dict[int, int]:
    found: dict[int, int] = {}
    for item in script.named("SetStartValue"):
        numbers = [whole(word) for word in item.words[:2]]
        if len(numbers) == 2 and numbers[0] is not None and numbers[1] is not None:
            found[numbers[0]] = numbers[1]
    return found
