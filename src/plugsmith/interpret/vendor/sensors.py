"""Battery sensors, contacts, motion, temperature, buzzers, microphones (upk-mapping.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Alternative, Battery
from plugsmith.messages import _
from plugsmith.openbeken.builds.variants import variants_for

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

_MOTION_KEYS = (("pir_pin", "pir_lv"), ("pirin_pin", "pirin_lv"), ("sense_pin", "sense_lv"))
_BUZZERS = (
    ("bz_pin_pin", "bz_pin_lv"),
    ("buzzer_io", "buzzer_lv"),
    ("buzzctrl", "buzzctrl_lv"),
    ("bzpin", "bzlv"),
)
_TONES = ("bz_frq", "bzhz", "buzzer_pwm", "buzzpwm")
_MICROPHONES = ("micpin", "mic", "sound_pin")
_OTHER_INPUTS = (
    ("alt_pin_pin", "alt_pin_lv"),
    ("tamper_pin_pin", "tamper_pin_lv"),
    ("alarm_pin", "alarm_lv"),
    ("p_type_pin", "p_type_lv"),
)
_MIN_MV, _MAX_MV = 500, 60_000


def read_battery(draft: Draft) -> None:
    """samp_pin and its divider switch: the sign of a battery device."""
    settings = draft.settings
    if "samp_pin" not in settings:
        return
    empty, full = settings.number("min_V"), settings.number("max_V")
    if empty and full and _MIN_MV <= empty < full <= _MAX_MV:
        draft.battery = Battery(empty_mv=empty, full_mv=full)
    else:
        draft.battery = Battery()
    draft.reserved_channels.add(1)  # the sensor itself


def place_battery(draft: Draft) -> None:
    """The measuring pin gets a channel for the level, the switch one of its own."""
    settings = draft.settings
    if "samp_pin" not in settings:
        return
    draft.place("samp_pin", Function.BATTERY_ADC, channel=draft.free_channel())
    if "samp_sw_pin" in settings:
        level = draft.level("samp_sw_lv", low=False)
        draft.place(
            "samp_sw_pin", Function.BATTERY_SWITCH, channel=draft.free_channel(), level=level
        )
    draft.remark(
        _(
            "The battery divider is not stated: Battery_Setup assumes 2 to 1; compare the reading "
            "with a meter."
        )
    )


def read_sensors(draft: Draft) -> None:
    """Contacts and motion inputs first, then buses, other inputs and sounds."""
    _contact(draft)
    _motion(draft)
    _doors(draft)
    _temperature(draft)
    _other_inputs(draft)


def _contact(draft: Draft) -> None:
    key = "basic_pin_pin"
    low, said = draft.level("basic_pin_lv", low=False)
    plain = Alternative(
        function=Function.INPUT,
        active_low=low,
        channel=1,
        reason=_("Choose this for a motion or leak sensor that must not fall asleep by itself."),
    )
    if draft.battery is None:
        draft.place(key, Function.INPUT, channel=1, level=(low, said))
        return
    pin = draft.place(key, Function.CONTACT, channel=1, level=(low, said), alternatives=(plain,))
    if pin is not None:
        draft.remark(
            _(
                "The configuration does not say whether {key} is a door contact, a leak probe or "
                "a motion sensor; the role lets the device sleep between events. To configure "
                "it, press the button to wake it.",
                key=key,
            )
        )


def _motion(draft: Draft) -> None:
    for key, level_key in _MOTION_KEYS:
        if key not in draft.settings:
            continue
        channel = draft.free_channel()
        level = draft.level(level_key, low=False)
        if draft.place(key, Function.INPUT, channel=channel, level=level):
            draft.channel_types[channel] = "Motion"
    if "pirsense_pin" in draft.settings:
        level = draft.level("pirsense_lv", low=False)
        if draft.place(
            "pirsense_pin", Function.PWM_OTHER, channel=draft.free_channel(), level=level
        ):
            draft.motion_sensor = True
            draft.remark(
                _(
                    "pirsense_pin sets the sensitivity of the motion sensor by its duty cycle: "
                    "the PIR driver or a script must set it."
                )
            )


def _doors(draft: Draft) -> None:
    keys = [
        (key, key.replace("_pin", "_lv"))
        for _number, key in draft.settings.numbered(r"door(\d+)_magt_pin")
    ]
    keys.append(("gate_sensor_pin_pin", "gate_sensor_pin_lv"))
    for key, level_key in keys:
        if key not in draft.settings:
            continue
        channel = draft.free_channel()
        if draft.place(
            key, Function.INPUT, channel=channel, level=draft.level(level_key, low=False)
        ):
            draft.channel_types[channel] = "OpenClosed"
            draft.remark(
                _(
                    "This is a gate or door opener: the vendor's firmware only pulses the relay. "
                    "OpenBeken holds it unless a script switches it off again."
                )
            )


def _temperature(draft: Draft) -> None:
    other = _(
        "If the sensor chip is an SHT3x, it needs SHT3X_SDA and SHT3X_SCK, which only the variant "
        "{variant} of OpenBeken has.",
        variant=_(" or ").join(variants_for("SHT3X")),
    )
    if "i2c_sda_pin" in draft.settings:
        draft.reserved_channels.update({1, 2})
        draft.place("i2c_sda_pin", Function.I2C_DATA, channel=1, channel2=2, note=other)
        draft.place("i2c_scl_pin", Function.I2C_CLOCK, note=other)
        draft.remark(
            _(
                "The configuration does not name the temperature sensor; it was taken as a "
                "CHT83xx, which the plain build of OpenBeken can read. If there are no readings, "
                "it is likely an SHT3x: that takes the variant {variant} of OpenBeken, and its "
                "roles SHT3X_SDA and SHT3X_SCK.",
                variant=_(" or ").join(variants_for("SHT3X")),
            )
        )
    if "one_wire_pin" in draft.settings:
        draft.place("one_wire_pin", Function.ONE_WIRE, channel=draft.free_channel())


def _other_inputs(draft: Draft) -> None:
    for key, level_key in _OTHER_INPUTS:
        if key in draft.settings:
            level = draft.level(level_key, low=False)
            draft.place(key, Function.INPUT, channel=draft.free_channel(), level=level)
    if "expowctrl_pin" in draft.settings:
        level = draft.level("expowctrl_lv", low=False)
        draft.place("expowctrl_pin", Function.RELAY, channel=draft.free_channel(), level=level)


def read_sounds(draft: Draft) -> None:
    """Buzzers and microphones, each on a channel of its own."""
    settings = draft.settings
    tone = settings.number(*_TONES)
    for key, level_key in _BUZZERS:
        if key not in settings:
            continue
        level = draft.level(level_key, low=False)
        if draft.place(key, Function.PWM_OTHER, channel=draft.free_channel(), level=level):
            draft.tone_hz = tone if tone and 0 < tone < 50_000 else None
            draft.remark(
                _("{key} is a buzzer; its channel sets the duty cycle, 50 is loudest.", key=key)
            )
    for key in _MICROPHONES:
        if key in settings:
            _microphone(draft, key)


def _microphone(draft: Draft, key: str) -> None:
    gpio = draft.settings.number(key)
    if gpio is not None and draft.board.lacks_adc(gpio):
        draft.place(
            key,
            Function.INPUT,
            channel=draft.free_channel(),
            note=_("The pin cannot measure a voltage, so it is read as a plain input."),
        )
        return
    if draft.place(key, Function.ADC, channel=draft.free_channel()):
        draft.remark(
            _(
                "{key} is a microphone: its level can be read, but OpenBeken has no music mode.",
                key=key,
            )
        )
