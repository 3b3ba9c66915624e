"""What identifies a device, small and comparable: pins with their uses, module, chip, meter."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.interpret.module_chip import chip_of_module, module_name
from plugsmith.interpret.openbeken.roles import meaning_of_role
from plugsmith.messages import _
from plugsmith.openbeken.script import read_startup
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.openbeken.script import Script
    from plugsmith.openbeken.template import PinRole, Template

# Drivers whose presence says something about the board, beside those that roles start.
_TELLING_DRIVERS = (
    "BL0937",
    "BL0942",
    "CSE7766",
    "HLW8112SPI",
    "TuyaMCU",
    "tmSensor",
    "SM16703P",
    "DHT",
    "PIR",
)
_RELAYS = frozenset({Function.RELAY, Function.RELAY_SET, Function.SHUTTER_OPEN})
_METER_PINS = frozenset({Function.METER_CF, Function.METER_CF1, Function.METER_SEL})
# Uses that people choose between by taste: an LED may follow the network or the relay.
_SAME_PART = (
    frozenset({"indicator", "network-led"}),
    frozenset({"button", "button-all", "button-script", "button-light", "rocker", "input"}),
    frozenset({"meter-cf", "meter-cf1"}),
    frozenset({"pwm-light", "pwm-other"}),
)
_NO_MODULE = frozenset({"", "ON PCB", "UNKNOWN", "NONE", "N/A", "PCB"})


@frozen
class PinTrait:
    """The use of one pin, independent of firmware: a function's word, or a role's name."""

    gpio: int
    use: str
    detail: str = ""  # the driver of a two-wire pair
    low: bool = False
    channel: int = 0

    def same_part(self, other: PinTrait) -> bool:
        """Whether both may be the same part on the board, used in another way."""
        return any(self.use in group and other.use in group for group in _SAME_PART)


@frozen
class Traits:
    """A device for comparison; `meter` is a metering chip's name or empty."""

    pins: Mapping[int, PinTrait] = field(default_factory=dict)
    module: str = ""
    chip: str = ""
    meter: str = ""
    relays: int = 0
    drivers: frozenset[str] = frozenset()
    flags: int | None = None
    product_keys: frozenset[str] = frozenset()


def traits_of(template: Template, *, product_keys: tuple[str, ...] = ()) -> Traits:
    """The traits of a template."""
    pins = {item.gpio: _pin(item) for item in template.pins}
    script = read_startup(template.command)
    module = module_name(template.board) or ""
    return Traits(
        pins=pins,
        module="" if module in _NO_MODULE else module,
        chip=template.chip.strip().upper() or chip_of_module(module) or "",
        meter=_meter(pins, script),
        relays=len({pin.channel for pin in pins.values() if pin.use in _RELAYS}),
        drivers=frozenset(name for name in _TELLING_DRIVERS if script.starts_driver(name)),
        flags=template.flags,
        product_keys=frozenset(product_keys),
    )


def _pin(item: PinRole) -> PinTrait:
    meaning = meaning_of_role(item.role)
    if meaning is None:
        return PinTrait(gpio=item.gpio, use=item.role, channel=item.channel)
    return PinTrait(
        gpio=item.gpio,
        use=meaning.function.value,
        detail=meaning.detail,
        low=meaning.active_low,
        channel=item.channel,
    )


def _meter(pins: Mapping[int, PinTrait], script: Script) -> str:
    if any(pin.use in _METER_PINS for pin in pins.values()):
        return "BL0937"
    for driver in ("BL0942", "CSE7766", "HLW8112SPI", "BL0937"):
        if script.starts_driver(driver):
            return driver
    return ""


def use_words(pin: PinTrait) -> str:
    """The use in words: `relay (channel 1)`, `network-led (active low)`, `TM1637_DIO`."""
    facts = [_("channel {channel}", channel=pin.channel)] if pin.channel else []
    facts += [_("active low")] if pin.low else []
    words = f"{pin.use} {pin.detail}".strip()
    return f"{words} ({', '.join(facts)})" if facts else words
