"""Indicator and network LEDs (upk-mapping.md section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Alternative
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

NETWORK_KEYS = (
    ("netled_pin", "netled_lv"),
    ("netled1_pin", "netled1_lv"),
    ("net_led_pin", "net_led_lv"),
    ("netledpin", "netledlv"),
    ("wfst_pin", "wfst_lv"),
    ("status_led_pin", "status_led_lv"),
)
_REUSE_KEYS = (
    "netled_reuse",
    "mxcl_led_m",
    "reuse_led_m",
    "reuse_led",
    "net_reuse_m",
    "mxcl_led",
    "reuse",
)
_COMMON_KEYS = (
    ("total_led_pin", "total_led_lv"),
    ("backlit_io_pin", "backlit_io_lv"),
    ("i_dctr1_pin", "i_dctr1_lv"),
    ("red_pin", "red_lv"),
    ("green_pin", "green_lv"),
    ("blue_pin", "blue_lv"),
)


def read_relay_leds(draft: Draft) -> None:
    """ledN_pin and led_pin: they follow the relay of the same number."""
    lamp_or_shutter = draft.light is not None or draft.shutters > 0
    numbered = [(n, key, f"led{n}_lv") for n, key in draft.settings.numbered(r"led(\d+)_pin")]
    numbered += [(1, "led_pin", "led_lv"), (1, "ledpin", "ledlv")]
    for number, key, level_key in numbered:
        if key not in draft.settings:
            continue
        channel = draft.free_channel() if lamp_or_shutter else number
        level = _led_level(draft, level_key)
        draft.place(
            key,
            Function.INDICATOR,
            channel=channel,
            level=level,
            alternatives=_other_level(Function.INDICATOR, level, channel),
            note=_("It has a channel of its own, to be switched by script.")
            if lamp_or_shutter
            else "",
        )


def _led_level(draft: Draft, key: str) -> tuple[bool, tuple[str, ...]]:
    """The stated level; most indicators light with low, so that is the guess (35 of 55)."""
    if key not in draft.settings:
        draft.remark(
            _("{key} is missing: the LED was taken as lit by low, as most are. Try it.", key=key)
        )
    return draft.level(key, low=True)


def read_common_leds(draft: Draft) -> None:
    """LEDs for the whole device get a channel above the relays."""
    for key, level_key in _COMMON_KEYS:
        if key in draft.settings:
            level, channel = _led_level(draft, level_key), draft.free_channel()
            draft.place(
                key,
                Function.INDICATOR,
                channel=channel,
                level=level,
                note=_("It has a channel of its own, to be switched by script."),
                alternatives=_other_level(Function.INDICATOR, level, channel),
            )
    key = "ledtestpin"
    if key in draft.settings:
        level, channel = draft.level("ledtestlv", low=True), draft.free_channel()
        other = _other_level(Function.INDICATOR, level, channel)
        draft.place(key, Function.INDICATOR, channel=channel, level=level, alternatives=other)


def _other_level(
    function: Function, level: tuple[bool, tuple[str, ...]], channel: int
) -> tuple[Alternative, ...]:
    """Where no key states the level it is a guess, and the other one stands beside it."""
    low, stated = level
    if stated:
        return ()
    reason = _(
        "Choose this if the LED is lit when it should be dark: the configuration does not state "
        "its level."
    )
    return (Alternative(function=function, active_low=not low, channel=channel, reason=reason),)


def read_network_leds(draft: Draft) -> None:
    """The network LED; where the vendor shares it with the relay, it goes to the relay."""
    settings = draft.settings
    shared = next((key for key in _REUSE_KEYS if settings.number(key) == 1), None)
    for key, level_key in NETWORK_KEYS:
        if key not in settings:
            continue
        level = draft.level(level_key, low=True)
        for number in ("nety_led", "netn_led", "led_nety", "led_netn", "netyc", "netnc"):
            settings.number(number)
        if shared and draft.has(Function.RELAY, Function.RELAY_SET):
            _shared_led(draft, key, level, shared)
        else:
            _own_led(draft, key, level)


def _shared_led(draft: Draft, key: str, level: tuple[bool, tuple[str, ...]], why: str) -> None:
    other = Alternative(
        function=Function.NETWORK_LED,
        active_low=level[0],
        channel=0,
        reason=_("Choose this to see the state of the network on the LED instead of the relay."),
    )
    note = _("The vendor's firmware shows network and relay on this LED ({key} 1).", key=why)
    draft.place(
        key,
        Function.INDICATOR,
        channel=1,
        level=level,
        because=(why,),
        note=note,
        alternatives=(other, *_other_level(Function.INDICATOR, level, 1)),
    )


def _own_led(draft: Draft, key: str, level: tuple[bool, tuple[str, ...]]) -> None:
    relays = [pin for pin in draft.pins.values() if pin.function is Function.RELAY]
    indicators = draft.has(Function.INDICATOR)
    alternatives: tuple[Alternative, ...] = ()
    if len(relays) == 1 and not indicators:
        alternatives = (_follow_relay(draft, relays[0].gpio, level=level[0]),)
    alternatives += _other_level(Function.NETWORK_LED, level, 0)
    draft.place(key, Function.NETWORK_LED, level=level, alternatives=alternatives)


def _follow_relay(draft: Draft, relay_gpio: int, *, level: bool) -> Alternative:
    relay = draft.pins[relay_gpio]
    draft.remark(
        _(
            "If the device has a second LED that lights together with the relay, it is wired to "
            "the relay line (P{gpio}) itself: no pin of its own controls it, and no setting can "
            "keep it dark while the relay is on.",
            gpio=relay_gpio,
        )
    )
    return Alternative(
        function=Function.INDICATOR,
        active_low=level,
        channel=relay.channel,
        reason=_(
            "Choose this if the LED should show whether relay {channel} is on instead of the "
            "network: no key names an LED for the relay, and the two do not share a pin.",
            channel=relay.channel,
        ),
    )
