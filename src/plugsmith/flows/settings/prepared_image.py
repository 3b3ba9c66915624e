"""A prepared image: OpenBeken with its settings in one file, for many plugs of a kind.

The file is a flash from its start to the end of the settings: boot loader, application, blank rest,
settings. What belongs to one device (address, names made of it) is filled in when it is written, so
`plugsmith flash --with-settings` gives every plug its own.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.errors import InputUnusable, UsageError
from plugsmith.errors.image import ImageForOtherChip
from plugsmith.flows.file_kind import WITH_CODE
from plugsmith.flows.image.file import open_image
from plugsmith.flows.image.results import image_row
from plugsmith.flows.judged_file import JudgedFile
from plugsmith.flows.settings.results import BuiltImage
from plugsmith.flows.settings.settings_block import (
    find_block,
    make_block,
    read_file,
    sector_of,
    settings_addr,
    write_private,
)
from plugsmith.flows.write.target_image import Segment
from plugsmith.image.model import ImageKind
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _
from plugsmith.openbeken.settings import change_settings, default_block, masked, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.settings.desired_settings import DesiredSettings
    from plugsmith.flows.wire.connection import Device
    from plugsmith.image.assemble import ConvertInput
    from plugsmith.openbeken.config_block import ConfigBlock

_BASES = {ImageKind.QIO, ImageKind.FLASH_START, ImageKind.FULL_DUMP}
_NO_MAC = "00:00:00:00:00:00"
_OWN_NAMES = ("short_name", "long_name", "mqtt_client")


def build_image(
    out: Path,
    desired: DesiredSettings,
    *,
    image: Path,
    chip: str | None = None,
    mac: str | None = None,
    number: int = 1,
    base: Path | None = None,
) -> BuiltImage:
    """Write the firmware in `image` with the settings; the result of `obk config build --image`.

    Without `mac` the settings are for any plug: `{mac}` in names stays until they are flashed.
    """
    source = open_image(image)
    name = _chip_of(source, chip)
    addr = settings_addr(name)
    under = read_file(base, chip=name).block if base else None
    if mac is None and under is None:
        block = change_settings(default_block(chip=name), {**desired.settings})
    else:
        block = make_block(desired, chip=name, mac=mac, number=number, base=under)
    data = _firmware(source).ljust(addr, b"\xff") + sector_of(block)
    made = JudgedFile(name=source.name, data=data).image
    if made.kind is not ImageKind.FLASH_START or made.problems:
        raise _unusable(source, _("What would be made of it is no sound image."))
    write_private(out, data)
    return BuiltImage(
        file=str(out),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        chip=name,
        start=addr,
        length=SECTOR_LEN,
        config=masked(read_settings(block)),
        crc="ok",
        image=image_row(made),
        for_any_device=mac is None and under is None,
    )


def block_in_image(data: bytes, *, name: str, chip: str | None) -> ConfigBlock:
    """The settings in a prepared image or a dump; NothingFound where there are none."""
    return find_block(data, name=name, chip=chip).block


def has_settings(data: bytes, *, chip: str | None) -> bool:
    """Whether an image holds settings at the place of its chip."""
    if chip is None:
        return False
    addr = settings_addr(chip)
    return data[addr : addr + 3] == b"CFG"


def prepared_piece(
    device: Device, block: ConfigBlock, desired: DesiredSettings | None = None
) -> Segment:
    """The settings sector of an image as the linked device's own: its address, its names."""
    name, mac = device.identity.chip.name, device.mac()
    own = for_device(block, chip=name, mac=mac)
    if desired is not None:
        own = make_block(desired, chip=name, mac=mac, base=own)
    return Segment(start=settings_addr(name), data=sector_of(own))


def for_device(block: ConfigBlock, *, chip: str, mac: str | None) -> ConfigBlock:
    """The block with the address of one device, and names made of it filled in.

    UsageError where neither the block nor the device says an address.
    """
    settings = read_settings(block)
    theirs = str(settings["mac"])
    if mac is None and theirs == _NO_MAC:
        raise UsageError(problem=_("the address of the device is not known, and the file has none"))
    address = mac or theirs
    fresh = read_settings(default_block(chip=chip, mac=address))
    stale = read_settings(default_block(chip=chip, mac=theirs)) if theirs != _NO_MAC else {}
    tail = address.replace(":", "")[-6:]
    changes: dict[str, object] = {"mac": address}
    for name in _OWN_NAMES:
        value = str(settings[name])
        if not value or value == stale.get(name):
            changes[name] = fresh[name]
        elif "{mac}" in value:
            changes[name] = value.replace("{mac}", tail)
    return change_settings(block, changes)


def _chip_of(source: ConvertInput, named: str | None) -> str:
    image = source.image
    if image.kind not in _BASES or image.problems or image.firmware != "OpenBeken":
        raise _unusable(source, " ".join(item.text for item in image.problems))
    if named is not None:
        owner = find_chip(named).name
        if owner not in image.chips:
            raise ImageForOtherChip(
                named=owner, name=source.name, found=" / ".join(image.chips) or "?"
            )
        return owner
    if image.chip is None:
        raise UsageError(problem=_("{name} does not say its chip: add --chip", name=source.name))
    return image.chip


def _firmware(source: ConvertInput) -> bytes:
    """Boot loader and application, without what lies behind them."""
    app = source.image.app
    if app is None or source.image.rotation:
        raise _unusable(source, "")
    section = app.section
    return source.data[: section.trailer.end if section.trailer else section.end]


def _unusable(source: ConvertInput, reason: str) -> InputUnusable:
    file = JudgedFile(name=source.name, data=source.data)
    return InputUnusable(
        name=source.name,
        kind=_("not a sound full image of OpenBeken ({kind})", kind=source.image.kind.value),
        reason=reason or _("A prepared image needs boot loader and application."),
        remedy=file.advice
        if file.kind not in WITH_CODE
        else _("Take the QIO file of the release for the chip: `plugsmith image fetch`."),
    )
