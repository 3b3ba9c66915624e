"""OpenBeken's settings block in files and over the UART: read, changed, built from nothing.

Over the network see flows/device/raw.py (the whole block) and flows/device/apply.py (by fields).
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast

from plugsmith.chips.catalog import chip as chip_record
from plugsmith.chips.model import RegionRole
from plugsmith.errors import (
    InputError,
    Malformed,
    NothingFound,
    PlugsmithError,
    UsageError,
)
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import OutputExists
from plugsmith.flows.dump.config import read_dump
from plugsmith.flows.file_kind import FileKind
from plugsmith.flows.judged_file import JudgedFile, worked_on
from plugsmith.flows.settings.results import (
    BuiltConfig,
    ChangedChip,
    ChangedFile,
    StoredConfig,
)
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.raw_write import change_flash
from plugsmith.flows.wire.results import SettingsRow
from plugsmith.flows.write.settings_sector import block_on_device
from plugsmith.flows.write.target_image import Segment, TargetImage
from plugsmith.library.jobs.store import JobKind
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _
from plugsmith.openbeken.config_block import MAGIC, ConfigBlock, read_block
from plugsmith.openbeken.config_layout import layout_of
from plugsmith.openbeken.settings import (
    change_settings,
    default_block,
    masked,
    read_settings,
)
from plugsmith.records import fields_of
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.settings.desired_settings import DesiredSettings
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.wire.flash import WriteOutcome

    Data = dict[str, Fact]

_PLACES = (0x1E1000, 0x1D1000, 0)
_WITH_BLOCK = frozenset({FileKind.SETTINGS, FileKind.OPENBEKEN, FileKind.FLASH_START})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlock:
    """A block found at `offset` of a file or flash."""

    block: ConfigBlock = field(repr=False)
    offset: int
    notes: tuple[str, ...] = ()

    def told(
        self, *, show_secrets: bool, host: str | None = None, file: Path | None = None
    ) -> StoredConfig:
        """The result of `obk config read`, with passwords masked unless `show_secrets`."""
        settings = read_settings(self.block)
        return StoredConfig(
            config=settings if show_secrets else masked(settings),
            crc="ok",
            crc_kind="signed" if self.block.signed else "unsigned",
            version=self.block.version,
            offset=self.offset,
            length=len(self.block.raw),
            notes=self.notes,
            host=host,
            file=str(file) if file is not None else None,
        )


def find_block(data: bytes, *, name: str, chip: str | None = None) -> StoredBlock:
    """The settings block in a sector, a partial read or a whole flash.

    The chip's own place comes before any other: a flash may hold the block of a former life at
    another chip's place. The chip is the named one, else what the content says.
    Raises NothingFound where there is none, Malformed where the only one is damaged.
    """
    own = _own_places(data, chip)
    places = dict.fromkeys((*own, *_PLACES))
    damaged: Malformed | None = None
    for offset in dict.fromkeys((*places, *_marks(data))):
        if data[offset : offset + 3] != MAGIC:
            continue
        try:
            block = read_block(data[offset : offset + SECTOR_LEN], layout=layout_of(chip))
        except Malformed as problem:
            damaged = damaged or (problem if offset in places else None)
            continue
        return StoredBlock(
            block=block, offset=offset, notes=_place_notes(offset, own, damaged=damaged)
        )
    if damaged is not None:
        raise damaged
    raise NothingFound(what=_("An OpenBeken settings block"), name=name)


def _own_places(data: bytes, chip: str | None) -> tuple[int, ...]:
    """Where a flash of this content keeps the block; () for a sector and for unknown chips."""
    if len(data) <= SECTOR_LEN:
        return ()
    names = (chip,) if chip else JudgedFile(name="", data=data).image.chips
    places: list[int] = []
    for name in names:
        with suppress(PlugsmithError):
            places.append(settings_addr(name))
    return tuple(dict.fromkeys(places))


def _place_notes(
    offset: int, own: tuple[int, ...], *, damaged: Malformed | None
) -> tuple[str, ...]:
    if not own or offset in own:
        return ()
    where = _("The block stands at {at}, not where this chip's firmware reads it ({own}).")
    notes = [where.format(at=format_addr(offset), own=format_addr(own[0]))]
    if damaged is not None:
        notes.append(_("The block at that place is damaged: {text}", text=damaged.message))
    return tuple(notes)


def _marks(data: bytes) -> list[int]:
    found: list[int] = []
    at = data.find(MAGIC)
    while at >= 0 and len(found) < 4096:
        found.append(at)
        at = data.find(MAGIC, at + 1)
    return found


def read_file(path: Path, *, chip: str | None = None) -> StoredBlock:
    """The block in a file."""
    data = read_dump(path)
    with worked_on(data, takes=_WITH_BLOCK):
        return find_block(data, name=str(path), chip=chip)


def read_one(path: Path, *, chip: str | None = None, show_secrets: bool = False) -> StoredConfig:
    """The block in one of many files."""
    return read_file(path, chip=chip).told(show_secrets=show_secrets)


def read_chip(ctx: FlowContext) -> StoredBlock:
    """The block in the flash of a linked chip."""
    with connected(ctx) as device:
        addr = settings_addr(device.identity.chip.name)
        sector = device.flash.read(AddressRange.sized(addr, SECTOR_LEN))
        found = find_block(sector, name=_("the chip"), chip=device.identity.chip.name)
        return StoredBlock(block=found.block, offset=addr)


def settings_addr(chip_name: str) -> int:
    """Where OpenBeken keeps its settings on a chip; NothingFound where that is not known."""
    layout = chip_record(chip_name).map_of("openbeken")
    region = layout.region(RegionRole.CONFIG) if layout else None
    if region is None:
        raise NothingFound(what=_("The place of OpenBeken's settings"), name=chip_name)
    return region.span.start


def make_block(
    desired: DesiredSettings,
    *,
    chip: str,
    mac: str | None,
    number: int = 1,
    base: ConfigBlock | None = None,
) -> ConfigBlock:
    """`base` with the wish, or a first-start block for this chip and MAC with it.

    Raises SettingUnusable; UsageError for a new block without a MAC: the device would lose its own.
    """
    if base is None and mac is None:
        raise UsageError(
            problem=_("a new block needs the MAC of the device (--mac), or a dump of it (--from)")
        )
    block = base if base is not None else default_block(chip=chip, mac=mac)
    changes = desired.for_device(number=number, mac=mac or str(read_settings(block)["mac"]))
    if desired.factors:
        changes["calibration"] = {**desired.factors}
    return change_settings(block, changes)


def sector_of(block: ConfigBlock, *, under: bytes = b"") -> bytes:
    """A whole sector that begins with the block; the rest as in `under`, else FF."""
    tail = under[len(block.raw) : SECTOR_LEN]
    return (block.raw + tail).ljust(SECTOR_LEN, b"\xff")


def change_file(
    source: Path,
    out: Path,
    desired: DesiredSettings,
    *,
    block: ConfigBlock | None = None,
    chip: str | None = None,
) -> ChangedFile:
    """A copy of a dump or sector with the wish in its block (or with `block` in its place)."""
    data = read_dump(source)
    found = find_block(data, name=str(source), chip=chip)
    new = make_block(desired, chip=chip or "BK7231T", mac=None, base=block or found.block)
    if len(new.raw) > len(data) - found.offset:
        raise InputError(name=str(source), problem=_("it has no room for the block"))
    changed = data[: found.offset] + new.raw + data[found.offset + len(new.raw) :]
    write_private(out, changed)
    read = find_block(out.read_bytes(), name=str(out), chip=chip)
    told = fields_of(read.told(show_secrets=False, file=out))
    return ChangedFile(
        **cast("dict[str, Any]", told),
        applied=tuple(sorted(desired.settings)),
        verified=read.block.raw == new.raw,
    )


def chip_changed(outcome: WriteOutcome, *, start: int, desired: DesiredSettings) -> ChangedChip:
    """The result of `obk config write` on a chip."""
    done = outcome.result()
    told = {item.name: getattr(done, item.name) for item in fields(done)}
    return ChangedChip(**told, start=start, applied=tuple(sorted(desired.settings)))


def write_block(path: Path, block: ConfigBlock) -> None:
    """A sector with the block as a new file of its own."""
    write_private(path, sector_of(block))


def change_chip(
    ctx: FlowContext,
    desired: DesiredSettings,
    *,
    block: ConfigBlock | None = None,
    dry_run: bool = False,
) -> tuple[WriteOutcome, int]:
    """Write the settings sector of a linked chip, with the backup and checks of every write.

    Returns the outcome and the address. A chip without a block gets a first-start one.
    """
    places: list[int] = []

    def target(device: Device) -> TargetImage:
        piece = settings_piece(device, desired, block=block)
        places.append(piece.start)
        return TargetImage(wanted={piece.start: piece.data})

    image = SettingsRow(length=SECTOR_LEN)
    outcome = change_flash(
        ctx, target, kind=JobKind.WRITE, image=image, dry_run=dry_run, sets_pins=True
    )
    return outcome, places[0]


def settings_piece(
    device: Device, desired: DesiredSettings, *, block: ConfigBlock | None = None, number: int = 1
) -> Segment:
    """The settings sector for a linked device: what it has, or a new one, with the wish in it."""
    name = device.identity.chip.name
    addr = settings_addr(name)
    under = device.under(addr)
    base = block
    if base is None:
        base = block_on_device(device, under, addr)
    if base is None:
        under = b""
    made = make_block(desired, chip=name, mac=device.mac(), number=number, base=base)
    return Segment(start=addr, data=sector_of(made, under=under))


def write_private(path: Path, data: bytes) -> None:
    """A new file that only its owner can read: it may hold passwords. OutputExists, never over."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    except FileExistsError as taken:
        raise OutputExists(name=str(path)) from taken
    except OSError as problem:
        raise NoRightToWrite(folder=str(path.parent), problem=system_words(problem)) from problem
    with os.fdopen(handle, "wb") as file:
        file.write(data)


_BINARY = getattr(os, "O_BINARY", 0)


def build_file(
    out: Path,
    desired: DesiredSettings,
    *,
    chip: str,
    mac: str | None,
    number: int = 1,
    base: Path | None = None,
) -> BuiltConfig:
    """A settings sector for one device, as a file."""
    under = read_file(base, chip=chip).block if base else None
    block = make_block(desired, chip=chip, mac=mac, number=number, base=under)
    sector = sector_of(block)
    write_private(out, sector)
    return BuiltConfig(
        file=str(out),
        sha256=hashlib.sha256(sector).hexdigest(),
        chip=chip,
        start=settings_addr(chip),
        length=len(sector),
        config=masked(read_settings(block)),
        crc="ok",
    )
