"""From a Tuya pin configuration to the neutral device profile (upk-mapping.md sections 1 to 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.modules import module as module_record
from plugsmith.device.board import Board, board_for
from plugsmith.device.profile import Gap, SerialMcu
from plugsmith.interpret.module_chip import (
    Certainty,
    chip_of_module,
    identify_module,
    module_name,
)
from plugsmith.interpret.vendor import (
    buttons,
    curtains,
    indicators,
    lights,
    metering,
    remotes,
    sensors,
    switches,
)
from plugsmith.interpret.vendor.draft import Draft
from plugsmith.interpret.vendor.key_families import family_of, is_pin_key
from plugsmith.interpret.vendor.old_format import flatten, is_nested
from plugsmith.interpret.vendor.serial_mcu import serial_remarks
from plugsmith.interpret.vendor.settings import Settings
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.profile import DeviceProfile

_SERIAL_BAUD_KEYS = ("wifi_bdrate", "baud")


def profile_from_tuya(
    config: Mapping[str, object], *, module: str | None = None, chip: str | None = None
) -> DeviceProfile:
    """The profile of a device with this configuration.

    `module` and `chip` are what the caller knows from elsewhere (the dump); the configuration's own
    module name counts where `module` is None, the module's chip where `chip` is None. Never raises
    for odd contents: what is not understood ends in `left_out`, `unknown_keys` and `remarks`.
    """
    settings = Settings(flatten(config) if is_nested(config) else config)
    board = _board(settings, module=module, chip=chip)
    draft = Draft(settings=settings, board=board)
    _read(draft)
    metering.settle_uart(draft)
    _serial(draft)
    _unmapped(draft)
    _board_remarks(draft, stated_chip=chip)
    return draft.finish(unknown_keys=_unknown(draft))


def _board(settings: Settings, *, module: str | None, chip: str | None) -> Board:
    name = module_name(module) or module_name(settings.word("module"))
    record = module_record(name) if name else None
    return board_for(chip=chip or chip_of_module(name), module=name, record=record)


def _read(draft: Draft) -> None:
    """All families, in the order of preference for a pin that two keys name."""
    lights.read_light_facts(draft)
    sensors.read_battery(draft)
    curtains.read_curtains(draft)
    switches.read_relays(draft)
    buttons.read_buttons(draft)
    indicators.read_relay_leds(draft)
    indicators.read_network_leds(draft)
    indicators.read_common_leds(draft)
    metering.read_meter(draft)
    lights.place_light(draft)
    if buttons.keys_enabled(draft):
        buttons.read_light_keys(draft)
    sensors.read_sensors(draft)
    sensors.place_battery(draft)
    remotes.read_remotes(draft)
    buttons.read_single_button(draft)
    sensors.read_sounds(draft)
    if not buttons.keys_enabled(draft):
        buttons.read_light_keys(draft)


def _serial(draft: Draft) -> None:
    """A configuration without pins that states a UART speed belongs to a serial MCU."""
    baud = draft.settings.number(*_SERIAL_BAUD_KEYS)
    if draft.pins or baud is None or not 300 <= baud <= 2_000_000:
        return
    draft.serial = SerialMcu(baud=baud)
    for text in serial_remarks(points=(), baud=baud):
        draft.remark(text)


def _unmapped(draft: Draft) -> None:
    """Pin keys that no family reader took: listed, never dropped silently.

    A name that ends in _pin and holds no number is no pin (fac_pin is a product id).
    """
    for key in list(draft.settings):
        if not is_pin_key(key) or key in draft.settings.used:
            continue
        gpio = draft.settings.number(key)
        if gpio is None:
            continue
        if family_of(key) is not None:
            reason = _(
                "{key} is known, but nothing in this configuration uses it: its pin was left "
                "without a role.",
                key=key,
            )
            draft.leave_out(key, gpio, Gap.NOT_FITTED, reason)
        else:
            reason = _("{key} is not known to Plugsmith: its pin was left without a role.", key=key)
            draft.leave_out(key, gpio, Gap.UNMAPPED, reason)


def _unknown(draft: Draft) -> tuple[str, ...]:
    return tuple(
        sorted(
            key[:64]
            for key in draft.settings
            if key not in draft.settings.used and family_of(key) is None
        )
    )


def _board_remarks(draft: Draft, *, stated_chip: str | None) -> None:
    board = draft.board
    named = identify_module(board.module)
    implied = named.chip
    if board.chip is None and named.certainty is Certainty.LIKELY:
        draft.remark(named.reason)
    if board.module is None and board.chip is None:
        draft.remark(
            _(
                "The configuration names no module, so the chip is not known: read it from the "
                "metal lid or let Plugsmith ask the chip."
            )
        )
    elif implied and stated_chip and implied != stated_chip:
        draft.remark(
            _(
                "The configuration names the module {module}, which usually carries a {implied}, "
                "but the chip is a {chip}: the chip counts.",
                module=board.module,
                implied=implied,
                chip=stated_chip,
            )
        )
    if board.chip is None and board.module is not None and named.certainty is Certainty.UNKNOWN:
        draft.remark(named.reason)
    if not board.beken:
        draft.remark(
            _(
                "The module {module} is not a Beken module ({chip}): its pin numbers follow "
                "another scheme, and Plugsmith cannot flash it.",
                module=board.module or _("of this device"),
                chip=board.chip or _("unknown chip"),
            )
        )
