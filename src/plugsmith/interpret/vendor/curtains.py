"""Curtain and shutter controllers (upk-mapping.md section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import Alternative
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

_SIGNS = r"dev_ctrl\d+|percent_ctrl\d+|travel_calibra\d+|onch_pin|offch_pin"


def read_curtains(draft: Draft) -> None:
    """Relays and keys of every curtain; the relays of one never get plain roles."""
    settings = draft.settings
    if not settings.has_any(_SIGNS):
        return
    numbers = {n for n, _key in settings.numbered(r"rl(\d+)_pin")}
    triples = _triples(numbers)
    if not triples:
        return
    draft.shutters = len(triples)
    draft.reserved_channels.update(range(1, len(triples) + 1))
    for channel, (opens, stops, closes) in enumerate(triples, start=1):
        _curtain(draft, channel, opens=opens, stops=stops, closes=closes)
    _remarks(draft)


def _triples(numbers: set[int]) -> list[tuple[int, int | None, int]]:
    """(open, stop, close) relay numbers: 1 and 3 with 2 between, 4 and 6, or 1 and 2 alone."""
    found: list[tuple[int, int | None, int]] = [
        (first, first + 1, first + 2) for first in (1, 4, 7) if {first, first + 2} <= numbers
    ]
    if not found and {1, 2} <= numbers:
        found.append((1, None, 2))
    return found


def _curtain(draft: Draft, channel: int, *, opens: int, stops: int | None, closes: int) -> None:
    for number, function in ((opens, Function.SHUTTER_OPEN), (closes, Function.SHUTTER_CLOSE)):
        level = draft.level(f"rl{number}_lv", "rl_lv", low=False)
        if level[0]:
            _inverted(draft, f"rl{number}_pin", number, level)
            continue
        other = Alternative(
            function=Function.RELAY,
            active_low=level[0],
            channel=number,
            reason=_(
                "Choose this if the firmware has no Shutters driver, and only together with a "
                "script that never lets both relays of the motor be on."
            ),
        )
        draft.place(
            f"rl{number}_pin", function, channel=channel, level=level, alternatives=(other,)
        )
    if stops is not None:
        _stop_relay(draft, stops)
    buttons = (
        (opens, Function.SHUTTER_BUTTON_OPEN),
        (closes, Function.SHUTTER_BUTTON_CLOSE),
        (stops, Function.BUTTON_SCRIPT),
    )
    for number_or_none, function in buttons:
        if number_or_none is not None:
            _keys(draft, number_or_none, function, channel)


def _inverted(draft: Draft, key: str, number: int, level: tuple[bool, tuple[str, ...]]) -> None:
    """The shutter roles have no inverted form, and with them both relays would be on at rest."""
    draft.place(key, Function.RELAY, channel=number, level=level)
    draft.remark(
        _(
            "{key} switches the motor with low, which the shutter roles cannot do. It got a plain "
            "inverted relay; add an interlock before connecting the motor, such as "
            "`addChangeHandler Channel1 == 1 setChannel 3 0` and the reverse.",
            key=key,
        )
    )


def _stop_relay(draft: Draft, number: int) -> None:
    key = f"rl{number}_pin"
    if key in draft.settings:
        level = draft.level(f"rl{number}_lv", "rl_lv", low=False)
        draft.place(key, Function.RELAY, channel=draft.free_channel(), level=level)
        draft.remark(_("{key} was taken as the stop line of the motor.", key=key))


def _keys(draft: Draft, number: int, function: Function, channel: int) -> None:
    script = function is Function.BUTTON_SCRIPT
    note = (
        _("The stop key: give it a command with addEventHandler OnClick.")
        if script
        else _("A second press while the curtain moves stops it.")
    )
    for key, level_keys in (
        (f"bt{number}_pin", (f"bt{number}_lv", "bt_lv")),
        (f"onoff{number}", ()),
    ):
        draft.settings.number("bt_type")
        draft.place(
            key,
            function,
            channel=0 if script else channel,
            level=draft.level(*level_keys, low=True),
            note=note,
        )


def _remarks(draft: Draft) -> None:
    draft.remark(
        _(
            "This is a curtain or shutter control: which relay opens and which closes is "
            "inferred from their numbers. Both must never be on together; try it with the motor "
            "disconnected."
        )
    )
    total = "total_bt_pin"
    if total in draft.settings:
        low, said = draft.level("total_bt_lv", low=True)
        draft.place(
            total,
            Function.BUTTON_SCRIPT,
            level=(low, said),
            pull_down=not low,
            note=_("The stop key: give it a command with addEventHandler OnClick."),
        )
