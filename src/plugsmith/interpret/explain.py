"""Sentences about the pins of a profile, for people: what each does, and why we think so."""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.code_words import told
from plugsmith.device.function import Function
from plugsmith.interpret.openbeken.roles import role_for
from plugsmith.interpret.openbeken.to_openbeken import role_text
from plugsmith.messages import N_, _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.profile import Alternative, DeviceProfile, Pin


@frozen
class Provenance:
    """Where the configuration text comes from: kind of copy, its offset, the checks it passed.

    `key_offsets` gives the offset in the file of single keys, where the caller knows them.
    """

    kind: str = ""
    offset: int | None = None
    checks: tuple[str, ...] = ()
    confidence: str = ""
    key_offsets: Mapping[str, int] = field(default_factory=dict)


_SENTENCES: Mapping[Function, str] = MappingProxyType(
    {
        Function.RELAY: N_("P{gpio} switches relay {channel}, active {level}."),
        Function.RELAY_SET: N_("P{gpio} pulses the coil that closes relay {channel}."),
        Function.RELAY_RESET: N_("P{gpio} pulses the coil that opens relay {channel}."),
        Function.SHUTTER_OPEN: N_("P{gpio} drives curtain {channel} open."),
        Function.SHUTTER_CLOSE: N_("P{gpio} drives curtain {channel} closed."),
        Function.SHUTTER_BUTTON_OPEN: N_("P{gpio} is the opening key of curtain {channel}."),
        Function.SHUTTER_BUTTON_CLOSE: N_("P{gpio} is the closing key of curtain {channel}."),
        Function.BUTTON: N_("P{gpio} is button {channel}, {level} when pressed."),
        Function.BUTTON_ALL: N_("P{gpio} is the button for all channels, {level} when pressed."),
        Function.BUTTON_LIGHT: N_("P{gpio} is the button of the lamp, {level} when pressed."),
        Function.BUTTON_COLOR: N_("P{gpio} is a key of the lamp: next colour."),
        Function.BUTTON_DIMMER: N_("P{gpio} is a key of the lamp: brightness."),
        Function.BUTTON_TEMPERATURE: N_("P{gpio} is a key of the lamp: colour temperature."),
        Function.BUTTON_SCRIPT: N_(
            "P{gpio} is a button without a fixed use, {level} when pressed."
        ),
        Function.ROCKER: N_("P{gpio} is a rocker switch: every change toggles channel {channel}."),
        Function.INDICATOR: N_("The LED on P{gpio} follows channel {channel}, active {level}."),
        Function.NETWORK_LED: N_("The LED on P{gpio} shows the network, active {level}."),
        Function.PWM_LIGHT: N_("P{gpio} dims {detail} (channel {channel}), active {level}."),
        Function.PWM_OTHER: N_("P{gpio} is a dimmed output on channel {channel}, active {level}."),
        Function.DRIVER_DATA: N_("P{gpio} is the data line of the LED driver {detail}."),
        Function.DRIVER_CLOCK: N_("P{gpio} is the clock line of the LED driver {detail}."),
        Function.STRIP_DATA: N_("P{gpio} sends the data of the addressable LEDs."),
        Function.LIGHT_POWER: N_("P{gpio} powers the LEDs while the light is on, active {level}."),
        Function.ALWAYS_HIGH: N_("P{gpio} is held high."),
        Function.ALWAYS_LOW: N_("P{gpio} is held low."),
        Function.METER_CF: N_("P{gpio} counts the power pulses (CF) of the meter."),
        Function.METER_CF1: N_("P{gpio} counts voltage and current pulses (CF1) of the meter."),
        Function.METER_SEL: N_("P{gpio} selects voltage or current (SEL) of the meter."),
        Function.ADC: N_("P{gpio} measures a voltage, channel {channel}."),
        Function.BATTERY_ADC: N_("P{gpio} measures the battery, channel {channel}."),
        Function.BATTERY_SWITCH: N_("P{gpio} switches the battery divider on, active {level}."),
        Function.INPUT: N_("P{gpio} is an input on channel {channel}, active {level}."),
        Function.CONTACT: N_("P{gpio} is the contact that wakes the device, channel {channel}."),
        Function.IR_RECEIVER: N_("P{gpio} receives infrared."),
        Function.IR_SENDER: N_("P{gpio} sends infrared."),
        Function.RF_RECEIVER: N_("P{gpio} receives 433 MHz radio."),
        Function.ONE_WIRE: N_("P{gpio} is a one-wire bus, channel {channel}."),
        Function.I2C_DATA: N_("P{gpio} is the data line of the temperature sensor."),
        Function.I2C_CLOCK: N_("P{gpio} is the clock line of the temperature sensor."),
        Function.UART_RX: N_("P{gpio} receives from a serial part; it needs no role."),
        Function.UART_TX: N_("P{gpio} sends to a serial part; it needs no role."),
        Function.BUS: N_("P{gpio} belongs to a bus; it needs no role."),
    }
)
_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "r": N_("red"),
        "g": N_("green"),
        "b": N_("blue"),
        "c": N_("cold white"),
        "w": N_("warm white"),
        "brightness": N_("the brightness of the white LEDs"),
        "temperature": N_("the colour temperature of the white LEDs"),
        "": N_("the light"),
    }
)


def pin_sentence(pin: Pin) -> str:
    """What the pin does, in one sentence."""
    detail = pin.detail
    if pin.function is Function.PWM_LIGHT:
        detail = _(_COLOURS.get(detail, detail))
    return _(
        _SENTENCES[pin.function],
        gpio=pin.gpio,
        channel=pin.channel,
        level=_("low") if pin.active_low else _("high"),
        detail=detail,
    )


def alternative_role(pin: Pin, other: Alternative) -> str:
    """`LED_n;1`: the alternative in OpenBeken's words."""
    role = role_for(other.function, active_low=other.active_low, detail=pin.detail)
    return f"{role};{other.channel}" if role else ""


def pin_reason(pin: Pin, provenance: Provenance | None = None) -> str:
    """Why the pin has its use: keys, where they stand, which checks they passed."""
    first, *others = dict.fromkeys(pin.keys) or (_("the template"),)
    keys = ", ".join([f"{first} ({pin.gpio})", *others])
    text = _("This follows from {keys}.", keys=keys)
    if provenance is None:
        return text
    parts = [text]
    offset = next(
        (provenance.key_offsets[key] for key in pin.keys if key in provenance.key_offsets),
        provenance.offset,
    )
    if offset is not None:
        where = _("The text stands at offset 0x{offset:06X}.", offset=offset)
        if provenance.kind:
            where = _(
                "The text stands at offset 0x{offset:06X} ({kind}).",
                offset=offset,
                kind=told(provenance.kind),
            )
        parts.append(where)
    if provenance.checks:
        parts.append(
            _("It passed these checks: {checks}.", checks=", ".join(map(told, provenance.checks)))
        )
    else:
        parts.append(_("No check proves it."))
    return " ".join(parts)


def explain_pin(profile: DeviceProfile, gpio: int, provenance: Provenance | None = None) -> str:
    """Everything about one pin: use, role, reason, note, alternatives."""
    pin = profile.pin(gpio)
    if pin is None:
        reasons = [item.reason for item in profile.left_out if item.gpio == gpio]
        unused = _("Nothing in the configuration uses P{gpio}.", gpio=gpio)
        return " ".join(reasons) or unused
    parts = [pin_sentence(pin)]
    role = role_text(pin)
    if role:
        parts.append(_("OpenBeken role: {role}.", role=role))
    parts.append(pin_reason(pin, provenance))
    if pin.note:
        parts.append(pin.note)
    parts += [alternative_sentence(pin, other) for other in pin.alternatives]
    return " ".join(parts)


def alternative_sentence(pin: Pin, other: Alternative) -> str:
    """The alternative and when to choose it."""
    return _(
        "P{gpio} could also be {role}: {reason}",
        gpio=pin.gpio,
        role=alternative_role(pin, other),
        reason=other.reason,
    )


def profile_notes(profile: DeviceProfile) -> list[str]:
    """The sentences that a user should read: remarks, what was left out, alternatives."""
    notes = list(profile.remarks)
    notes += [item.reason for item in profile.left_out]
    for pin in profile.pins:
        notes += [alternative_sentence(pin, other) for other in pin.alternatives]
    if profile.unknown_keys:
        notes.append(
            _(
                "Nobody knows the meaning of these keys; none of them looks like a pin: {keys}.",
                keys=", ".join(profile.unknown_keys),
            )
        )
    return list(dict.fromkeys(notes))
