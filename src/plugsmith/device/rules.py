"""Findings about a pin table: what will not work, what is risky, what deserves a look."""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.device.board import BOOT_LOG_PINS, DEBUG_PINS, FLASH_UART_PINS
from plugsmith.device.function import Function
from plugsmith.messages import _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.device.board import Board
    from plugsmith.device.profile import Pin

LAST_CHANNEL = 63
STRIP_PIN = 16
_LOADS = frozenset(
    {
        Function.RELAY,
        Function.RELAY_SET,
        Function.RELAY_RESET,
        Function.INDICATOR,
        Function.PWM_LIGHT,
        Function.PWM_OTHER,
        Function.STRIP_DATA,
        Function.DRIVER_DATA,
        Function.SHUTTER_OPEN,
    }
)
_PAIRS = (
    (Function.RELAY_SET, Function.RELAY_RESET),
    (Function.SHUTTER_OPEN, Function.SHUTTER_CLOSE),
    (Function.DRIVER_DATA, Function.DRIVER_CLOCK),
    (Function.I2C_DATA, Function.I2C_CLOCK),
)


class RuleLevel(StrEnum):
    """How bad a finding is. An error means: this template must not be applied as it is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@frozen
class RuleFinding:
    """One finding; `pin` is a GPIO number or None, `text` and `fix` are sentences."""

    rule: str
    level: RuleLevel
    pin: int | None
    text: str
    fix: str


def pin_findings(
    pins: Sequence[Pin], board: Board, *, uart_taken: bool = False
) -> tuple[RuleFinding, ...]:
    """All findings about `pins` on `board`; `uart_taken`: a driver owns P10 and P11."""
    found: list[RuleFinding] = []
    for pin in pins:
        found += _capabilities(pin, board)
        if board.beken:
            found += _special_pins(pin, uart_taken=uart_taken)
    found += _double_use(pins)
    found += _meter(pins)
    found += _incomplete_pairs(pins)
    found += _channels(pins)
    return tuple(sorted(found, key=_order))


def _order(item: RuleFinding) -> tuple[int, int, str]:
    return (list(RuleLevel).index(item.level), -1 if item.pin is None else item.pin, item.rule)


def _capabilities(pin: Pin, board: Board) -> Iterator[RuleFinding]:
    gpio = pin.gpio
    if board.lacks(gpio):
        name = board.module or board.chip or _("the chip")
        yield RuleFinding(
            rule="pin-missing",
            level=RuleLevel.ERROR,
            pin=gpio,
            text=_("{name} has no pin P{gpio}.", name=name, gpio=gpio),
            fix=_("Remove the pin, or check which module the device has."),
        )
        return
    if pin.function.needs_pwm and board.lacks_pwm(gpio):
        yield RuleFinding(
            rule="pwm-missing",
            level=RuleLevel.ERROR,
            pin=gpio,
            text=_("P{gpio} cannot be dimmed: it has no PWM unit.", gpio=gpio),
            fix=_("Use one of the PWM pins, or a role that only switches."),
        )
    if pin.function.needs_adc and board.lacks_adc(gpio):
        yield RuleFinding(
            rule="adc-missing",
            level=RuleLevel.ERROR,
            pin=gpio,
            text=_("P{gpio} cannot measure a voltage: it has no ADC input.", gpio=gpio),
            fix=_("Use P23, the ADC input of these chips."),
        )
    if pin.function is Function.STRIP_DATA and board.beken and gpio != STRIP_PIN:
        yield RuleFinding(
            rule="strip-pin",
            level=RuleLevel.WARNING,
            pin=gpio,
            text=_(
                "The data of an addressable strip always come out of P16, not P{gpio}.", gpio=gpio
            ),
            fix=_("Put the strip role on P16."),
        )


def _special_pins(pin: Pin, *, uart_taken: bool) -> Iterator[RuleFinding]:
    gpio = pin.gpio
    function = pin.function
    if function in {Function.UART_RX, Function.UART_TX, Function.BUS}:
        return
    if gpio in FLASH_UART_PINS and uart_taken:
        yield RuleFinding(
            rule="uart-conflict",
            level=RuleLevel.ERROR,
            pin=gpio,
            text=_("P{gpio} belongs to the UART that a driver of this template uses.", gpio=gpio),
            fix=_("Remove the pin, or set flag 26 if the part hangs on P0 and P1."),
        )
    elif gpio in FLASH_UART_PINS and function.switches_power:
        yield _risky(gpio, _("is the UART for flashing: bytes on the line would switch the load"))
    elif gpio in FLASH_UART_PINS:
        yield RuleFinding(
            rule="flash-uart-pin",
            level=RuleLevel.INFO,
            pin=gpio,
            text=_("P{gpio} is also needed to flash the chip over the wire.", gpio=gpio),
            fix=_("Do not press or load it while flashing; nothing else is needed."),
        )
    elif gpio in BOOT_LOG_PINS and function.switches_power:
        yield _risky(gpio, _("carries the log of the boot loader: the load may chatter at start"))
    elif gpio in DEBUG_PINS and function.switches_power:
        yield _risky(gpio, _("is a debug and SPI pin: its level at reset is not defined"))


def _risky(gpio: int, why: str) -> RuleFinding:
    return RuleFinding(
        rule="power-on-boot-pin",
        level=RuleLevel.WARNING,
        pin=gpio,
        text=_("P{gpio} switches power, but it {why}.", gpio=gpio, why=why),
        fix=_("Check the pin with a meter; if it is right, keep the load unplugged while booting."),
    )


def _double_use(pins: Sequence[Pin]) -> Iterator[RuleFinding]:
    for gpio, count in Counter(pin.gpio for pin in pins).items():
        if count > 1:
            yield RuleFinding(
                rule="pin-used-twice",
                level=RuleLevel.ERROR,
                pin=gpio,
                text=_(
                    "P{gpio} has {count} uses; a pin can only have one.",
                    gpio=gpio,
                    count=count,
                ),
                fix=_("Keep the use that a meter confirms."),
            )


def _meter(pins: Sequence[Pin]) -> Iterator[RuleFinding]:
    names = {Function.METER_CF: "CF", Function.METER_CF1: "CF1", Function.METER_SEL: "SEL"}
    used = {pin.function for pin in pins}
    missing = [name for function, name in names.items() if function not in used]
    if used & set(names) and missing:
        yield RuleFinding(
            rule="meter-incomplete",
            level=RuleLevel.WARNING,
            pin=None,
            text=_(
                "The pulse meter lacks {names}: its driver only starts with all three pins.",
                names=", ".join(missing),
            ),
            fix=_("Find the missing line on the board, or remove the other meter pins."),
        )


def _incomplete_pairs(pins: Sequence[Pin]) -> Iterator[RuleFinding]:
    for first, second in _PAIRS:
        left = {pin.channel for pin in pins if pin.function is first}
        right = {pin.channel for pin in pins if pin.function is second}
        uneven = left ^ right if first.switches_power else set() if left and right else left | right
        for channel in sorted(uneven):
            present, absent = (first, second) if channel in left else (second, first)
            yield RuleFinding(
                rule="pair-incomplete",
                level=RuleLevel.WARNING,
                pin=next(
                    pin.gpio for pin in pins if pin.function is present and pin.channel == channel
                ),
                text=_(
                    "A pin has the function {present}, but none has {absent}: they only work "
                    "together.",
                    present=present.value,
                    absent=absent.value,
                ),
                fix=_("Find the other line on the board, or remove this pin."),
            )


def _channels(pins: Sequence[Pin]) -> Iterator[RuleFinding]:
    for pin in pins:
        if max(pin.channel, pin.channel2 or 0) > LAST_CHANNEL:
            yield RuleFinding(
                rule="channel-range",
                level=RuleLevel.ERROR,
                pin=pin.gpio,
                text=_("P{gpio} uses a channel above {last}.", gpio=pin.gpio, last=LAST_CHANNEL),
                fix=_("Use a channel from 1 to 63."),
            )
    yield from _shared_channels(pins)
    loads = {pin.channel for pin in pins if pin.function in _LOADS}
    for pin in pins:
        toggles = pin.function in {Function.BUTTON, Function.ROCKER}
        if toggles and loads and pin.channel not in loads:
            yield RuleFinding(
                rule="button-without-load",
                level=RuleLevel.INFO,
                pin=pin.gpio,
                text=_(
                    "The button on P{gpio} toggles channel {channel}, which nothing follows.",
                    gpio=pin.gpio,
                    channel=pin.channel,
                ),
                fix=_("Give it the channel of a relay, or an event handler."),
            )


def _shared_channels(pins: Iterable[Pin]) -> Iterator[RuleFinding]:
    by_channel: defaultdict[int, list[Pin]] = defaultdict(list)
    for pin in pins:
        if pin.function in {Function.RELAY, Function.PWM_LIGHT}:
            by_channel[pin.channel].append(pin)
    for channel, sharing in by_channel.items():
        if len(sharing) > 1:
            yield RuleFinding(
                rule="channel-shared",
                level=RuleLevel.WARNING,
                pin=sharing[1].gpio,
                text=_(
                    "{pins} share channel {channel}: they switch together.",
                    pins=", ".join(f"P{pin.gpio}" for pin in sharing),
                    channel=channel,
                ),
                fix=_("Give each its own channel, unless that is what you want."),
            )
