"""Push buttons, rockers and the keys of lamps (upk-mapping.md sections 2 and 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Alternative
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

_SINGLE = ("bt_pin", "reset_pin", "reset_bt_pin", "btpin", "key1_pin")


def read_buttons(draft: Draft) -> None:
    """Numbered buttons, rockers, the button for all channels, the single button of a device."""
    _numbered(draft)
    for number, key in draft.settings.numbered(r"onoff(\d+)"):
        draft.place(key, Function.ROCKER, channel=number)
    _total(draft)


def read_single_button(draft: Draft) -> None:
    """bt_pin, reset_pin and the like: after the rest, for its use depends on the device."""
    for key in _SINGLE:
        stem = "bt" if key == "btpin" else key.removesuffix("_pin")
        level_key = "btlv" if key == "btpin" else f"{stem}_lv"
        if draft.light is not None:
            function, channel = Function.BUTTON_LIGHT, 0
        elif draft.battery is not None or draft.has(Function.I2C_DATA):
            function, channel = Function.BUTTON_SCRIPT, 0
        else:
            function, channel = Function.BUTTON, 1
        _button(draft, key, function, channel=channel, level_keys=(level_key,))


def _button(
    draft: Draft, key: str, function: Function, *, channel: int, level_keys: tuple[str, ...]
) -> None:
    """Place a button: pressed low with pull-up, or pressed high with pull-down."""
    low, said = draft.level(*level_keys, low=True)
    draft.place(
        key,
        function,
        channel=channel,
        level=(low, said),
        pull_down=not low,
        alternatives=_other_level(function, channel, low=low),
    )


def _numbered(draft: Draft) -> None:
    for number, key in draft.settings.numbered(r"bt(\d+)_pin"):
        kind_keys = (f"bt{number}_type", "bt_type")
        if draft.settings.number(*kind_keys) == 1:
            _edge_button(draft, key, number, kind_keys)
            continue
        levels = (f"bt{number}_lv", "bt_lv")
        _button(draft, key, Function.BUTTON, channel=number, level_keys=levels)


def _edge_button(draft: Draft, key: str, number: int, kind_keys: tuple[str, ...]) -> None:
    """Type 1: a momentary key that acts on the edge, as 10 of 10 published pins have it.

    Real rockers are stated as onoffN; the rocker stays an alternative.
    """
    said = tuple(name for name in kind_keys if name in draft.settings)[:1]
    low, level_key = draft.level(f"bt{number}_lv", "bt_lv", low=True)
    rocker = Alternative(
        function=Function.ROCKER,
        active_low=low,
        channel=number,
        reason=_("Choose this if a switch that stays in its position is connected."),
    )
    draft.place(
        key,
        Function.BUTTON,
        channel=number,
        level=(low, level_key),
        pull_down=not low,
        because=said,
        alternatives=(rocker, *_other_level(Function.BUTTON, number, low=low)),
    )


def _other_level(function: Function, channel: int, *, low: bool) -> tuple[Alternative, ...]:
    """Pressed high is rare: most boards that state it have a plain button all the same."""
    if low:
        return ()
    return (
        Alternative(
            function=function,
            active_low=True,
            channel=channel,
            reason=_("Choose this if the button does nothing: pressed low is the usual wiring."),
        ),
    )


def _total(draft: Draft) -> None:
    """One relay: an ordinary button, which has double click and hold; more: all at once."""
    settings = draft.settings
    count = settings.number("ch_num", "chnum")
    if count is None:
        count = sum(pin.function is Function.RELAY for pin in draft.pins.values())
    several = count > 1
    function = Function.BUTTON_ALL if several else Function.BUTTON
    channel = 0 if several else 1
    levels = ("total_bt_lv",)
    _button(draft, "total_bt_pin", function, channel=channel, level_keys=levels)


def keys_enabled(draft: Draft) -> bool:
    """Whether the vendor firmware uses the lamp's keys at all (keyfunc 0: it does not)."""
    return draft.settings.number("keyfunc") != 0


def read_light_keys(draft: Draft) -> None:
    """key_pin and kNpin_pin of lamps and strips. The codes of their functions are not known."""
    lamp = draft.light is not None
    first = Function.BUTTON_LIGHT if lamp else Function.BUTTON
    _button(draft, "key_pin", first, channel=0 if lamp else 1, level_keys=("key_lv",))
    numbered = draft.settings.numbered(r"k(\d+)pin_pin")
    choices = _extra_functions(draft)
    for place, (number, key) in enumerate(numbered):
        function = choices[place] if place < len(choices) else Function.BUTTON_SCRIPT
        _button(draft, key, function, channel=0, level_keys=(f"k{number}pin_lv",))
    if numbered:
        draft.remark(
            _(
                "What the extra keys of the lamp do ({keys}) is coded in a way that nobody has "
                "published; the roles given to them are a sensible guess.",
                keys=", ".join(key for _number, key in numbered),
            )
        )


def _extra_functions(draft: Draft) -> tuple[Function, ...]:
    colours = draft.light.colours if draft.light else ""
    if "r" in colours:
        return (Function.BUTTON_COLOR, Function.BUTTON_DIMMER)
    if len(colours) == 2:
        return (Function.BUTTON_DIMMER, Function.BUTTON_TEMPERATURE)
    return (Function.BUTTON_DIMMER,)
