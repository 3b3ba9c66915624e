"""Relays, their indicators and power-up state; latching relays (upk-mapping.md section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Gap
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

DEFAULT_PULSE_MS = 50  # the firmware's own default; upk-mapping.md section 2
_START_VALUES = {0: 0, 1: 1, 2: -1}


def read_relays(draft: Draft) -> None:
    """All relay keys: latching pairs first, for they forbid the plain role on the same number."""
    _reserve(draft)
    _latching(draft)
    _plain(draft)
    _old_names(draft)
    _start_values(draft)


def _reserve(draft: Draft) -> None:
    """Keep the channels of all numbered parts free before others ask for their own."""
    count = draft.settings.number("ch_num", "chnum") or 0
    draft.reserved_channels.update(range(1, min(count, 16) + 1))
    numbered = r"(?:rl|bt|led|rl_on|rl_off)(\d+)_pin"
    draft.reserved_channels.update(n for n, _key in draft.settings.numbered(numbered) if 0 < n < 32)


def _is_latching(draft: Draft, number: int) -> bool:
    return draft.settings.number(f"rl{number}_type", "rl_type") == 1


def _latching(draft: Draft) -> None:
    settings = draft.settings
    for number, key in settings.numbered(r"rl_on(\d+)_pin"):
        off_key = f"rl_off{number}_pin"
        plain_key = f"rl{number}_pin"
        if off_key not in settings:
            if not _is_latching(draft, number) and plain_key in settings:
                draft.unused(
                    key,
                    Gap.NO_ROLE,
                    _(
                        "{key} is ignored: there is no pin for the other coil and the relay is "
                        "not marked as latching, so {plain} switches it.",
                        key=key,
                        plain=plain_key,
                    ),
                )
                continue
            draft.remark(
                _(
                    "Relay {number} has a closing coil but no opening coil in the configuration: "
                    "it can be switched on only. Check the board for a second coil line.",
                    number=number,
                )
            )
        placed = [
            _coil(draft, key, Function.RELAY_SET, number),
            _coil(draft, off_key, Function.RELAY_RESET, number),
        ]
        draft.unused(
            plain_key,
            Gap.NO_ROLE,
            _(
                "{key} is ignored: relay {number} is a latching one with a coil for each "
                "direction; a plain relay would keep one coil under current.",
                key=plain_key,
                number=number,
            ),
        )
        pulse = settings.number(f"rl{number}_drvtime", "rl_drvtime")
        if any(placed):
            draft.pulse_ms = max(draft.pulse_ms or 0, pulse or DEFAULT_PULSE_MS)


def _coil(draft: Draft, key: str, function: Function, number: int) -> bool:
    """Place one coil; whether it got its pin."""
    level = draft.level(key.removesuffix("_pin") + "_lv", low=False)
    pin = draft.place(key, function, channel=number, level=level)
    if pin is not None and level[0]:
        draft.remark(
            _(
                "{key} pulses its coil with low, and OpenBeken has no inverted role for that: "
                "do not apply the template before the board was checked.",
                key=key,
            )
        )
    return pin is not None


def _plain(draft: Draft) -> None:
    for number, key in draft.settings.numbered(r"rl(\d+)_pin"):
        if key in draft.settings.used:
            continue
        level = draft.level(f"rl{number}_lv", "rl_lv", low=False)
        if _is_latching(draft, number):
            if draft.place(key, Function.RELAY_SET, channel=number, level=level) is None:
                continue
            draft.pulse_ms = (
                draft.settings.number(f"rl{number}_drvtime", "rl_drvtime") or DEFAULT_PULSE_MS
            )
            draft.remark(
                _(
                    "Relay {number} is marked as latching but only one coil pin is stored. It was "
                    "given the pulse role; find the other coil before using it.",
                    number=number,
                )
            )
            continue
        draft.place(key, Function.RELAY, channel=number, level=level)


def _old_names(draft: Draft) -> None:
    for number, key in _old_keys(draft):
        suffix = key.removeprefix("rlypin")
        level = draft.level(f"rlylv{suffix}", "rlylv", low=False)
        draft.place(key, Function.RELAY, channel=number, level=level)
    level = draft.level("relay_lv", low=False)
    draft.place("relay_pin", Function.RELAY, channel=1, level=level)


def _old_keys(draft: Draft) -> list[tuple[int, str]]:
    found = draft.settings.numbered(r"rlypin(\d+)")
    return [(1, "rlypin"), *found] if "rlypin" in draft.settings else found


def _start_values(draft: Draft) -> None:
    """chN_stat and total_stat: 0 off, 1 on, 2 as before the power cut."""
    channels = {
        pin.channel
        for pin in draft.pins.values()
        if pin.function in {Function.RELAY, Function.RELAY_SET}
    }
    for channel in sorted(channels):
        stated = draft.settings.number(f"ch{channel}_stat", "total_stat")
        if stated is None:
            continue
        value = _START_VALUES.get(stated)
        if value is None:
            draft.remark(
                _(
                    "The power-up state {value} of channel {channel} is not known and was left "
                    "out.",
                    value=stated,
                    channel=channel,
                )
            )
            continue
        draft.start_values[channel] = value
    if draft.start_values:
        draft.remark(
            _(
                "The power-up states come from ch_stat or total_stat, read as 0 off, 1 on, 2 last "
                "state; this order is inferred."
            )
        )
