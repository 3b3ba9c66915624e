"""Reads everything about a device, and holds it against what a change wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_record
from plugsmith.chips.model import RegionRole
from plugsmith.errors import Malformed, PlugsmithError
from plugsmith.errors.device import (
    DeviceAnswer,
    SettingsDiffer,
)
from plugsmith.lan.change import differences
from plugsmith.lan.records import NO_ROLE
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _
from plugsmith.openbeken.config_block import ConfigBlock, read_block
from plugsmith.openbeken.config_layout import layout_of
from plugsmith.openbeken.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.errors import Fact
    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import ApiInfo, PinTable

DEFAULT_FILES_LEN = 0x8000  # openbeken.md section 8
LEAST_FILES_LEN = 0x4000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """A device as it is: who it is, its pins, its settings block, and all settings by name."""

    info: ApiInfo
    pins: PinTable
    block: ConfigBlock = field(repr=False)
    sector: bytes = field(repr=False)
    settings: Mapping[str, Fact] = field(repr=False)
    type_names: tuple[str, ...]


def settings_span(chip_name: str) -> AddressRange | None:
    """Where OpenBeken keeps its settings on a chip; None for a chip that is not known."""
    region = region_of(chip_name, RegionRole.CONFIG)
    return AddressRange.sized(region.start, SECTOR_LEN) if region else None


def region_of(chip_name: str, role: RegionRole) -> AddressRange | None:
    """A region of OpenBeken's own map of the chip's flash."""
    try:
        layout = chip_record(chip_name).map_of("openbeken")
    except PlugsmithError:
        return None
    region = layout.region(role) if layout else None
    return region.span if region else None


def files_size(state: DeviceState) -> int:
    """How long the file system of a device is, in bytes, as the firmware works it out."""
    area = region_of(state.info.chip, RegionRole.OTA)
    files = region_of(state.info.chip, RegionRole.FILESYSTEM)
    asked = state.settings.get("littlefs_size")
    if not isinstance(asked, int) or not asked:
        return DEFAULT_FILES_LEN
    most = files.end - area.start if area and files else asked
    return min(max(asked, LEAST_FILES_LEN), most) & ~(SECTOR_LEN - 1)


async def read_state(obk: Obk) -> DeviceState:
    """Everything about a device; the errors of Obk, or DeviceAnswer for an unreadable block."""
    info = await obk.info()
    span = settings_span(info.chip)
    if span is None:
        problem = _("the place of its settings on {chip} is not known", chip=info.chip)
        raise DeviceAnswer(host=obk.host, request="GET /api/flash", problem=problem)
    pins = await obk.pins()
    type_names, _types = await obk.channel_types()
    sector = await obk.read_flash(span)
    try:
        block = read_block(sector, layout=layout_of(info.chip))
    except Malformed as problem:
        raise DeviceAnswer(
            host=obk.host, request="GET /api/flash", problem="its settings block is damaged"
        ) from problem
    settings = read_settings(block, role_names=pins.names)
    settings["pins"] = pin_texts(pins)
    return DeviceState(
        info=info,
        pins=pins,
        block=block,
        sector=sector,
        settings=settings,
        type_names=tuple(type_names),
    )


def pin_texts(pins: PinTable) -> dict[str, Fact]:
    """GPIO to `Role;channel[;channel2]` for pins with a role, as settings have them."""
    found: dict[str, Fact] = {}
    for gpio, role in enumerate(pins.roles):
        if role != NO_ROLE:
            second = f";{pins.channels2[gpio]}" if pins.channels2[gpio] else ""
            found[str(gpio)] = f"{role};{pins.channels[gpio]}{second}"
    return found


async def verify(obk: Obk, change: ConfigChange, *, undo: str) -> DeviceState:
    """Read everything again; SettingsDiffer (names only) where it is not what was wanted."""
    state = await read_state(obk)
    left = differences(state.settings, change.new)
    if left:
        raise SettingsDiffer(host=obk.host, fields=", ".join(left), undo=undo)
    return state
