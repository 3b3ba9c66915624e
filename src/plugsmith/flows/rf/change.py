"""`rf put-back`, `set-mac`, `rebuild`: the only verbs whose purpose is the RF sector.

Each goes through the same backup, plan, write and proof as every other write; what it may change
there follows from what it is for, and is asked for where something sound would be replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.errors.flows import BackupForAnotherDevice
from plugsmith.errors.radio import BackupChoice, NoRfSector, RfKnownToLibrary, RfStillSound
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.rf.look import FoundRf, rf_of_file
from plugsmith.flows.rf.owner import has_content_of
from plugsmith.flows.rf.sector import judge
from plugsmith.flows.wire.raw_write import change_flash
from plugsmith.flows.write.target_image import TargetImage, rf_sectors, with_address
from plugsmith.library.jobs.store import JobKind
from plugsmith.messages import _
from plugsmith.tuya.rf import MAC_AT
from plugsmith.tuya.rf_block import new_sector

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.rf.results import RfRow
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.wire.flash import WriteOutcome
    from plugsmith.library.backups.index import IndexEntry


def put_back(ctx: FlowContext, path: Path | None, *, dry_run: bool = False) -> WriteOutcome:
    """Write calibration and address from a backup, or a saved sector, of this very device.

    Without `path` the latest backup of the only device in the library that it can be (BackupChoice
    otherwise). Another device's is refused (BackupForAnotherDevice) unless `mac` is allowed; where
    nothing proves whose it is, or sound calibration is replaced, the user is asked.
    """
    given = (path, rf_of_file(path)) if path is not None else None

    def target(device: Device) -> TargetImage:
        path, found = given or _from_library(ctx, device)
        sectors = _placed(device, found)
        now = _best(device)
        new = judge(next(iter(sectors.values())), 0)
        _check_owner(ctx, device, path, now=now, new=new, dry_run=dry_run)
        return TargetImage(wanted=sectors)

    allowed = _allowing(ctx, Permission.RF, Permission.MAC)
    return change_flash(allowed, target, kind=JobKind.WRITE, image=None, dry_run=dry_run)


def _from_library(ctx: FlowContext, device: Device) -> tuple[Path, FoundRf]:
    """The latest backup with calibration that can be of this device; BackupChoice if unclear."""
    now, fitting = _best(device), _fitting(ctx, device)
    if now is not None and not now.placeholder:
        fitting = [item for item in fitting if item.device.mac == now.mac]
    if len({item.device.mac for item in fitting}) != 1:
        proven = [item for item in fitting if has_content_of(device, item.file)]
        fitting = proven if len({item.device.mac for item in proven}) == 1 else []
    if not fitting:
        raise BackupChoice(chip=device.identity.chip.name)
    return fitting[0].file, rf_of_file(fitting[0].file)


def _fitting(ctx: FlowContext, device: Device) -> list[IndexEntry]:
    """The backups with calibration of devices of this very kind of hardware."""
    key = device.key()
    return [
        item
        for item in ctx.library.backups.entries()
        if item.device.certain and item.device.fits(key) and item.file.is_file()
    ]


def set_mac(ctx: FlowContext, mac: bytes, *, dry_run: bool = False) -> WriteOutcome:
    """Give the device another address; calibration stays. NoRfSector where it has no place."""

    def target(device: Device) -> TargetImage:
        held = {
            addr: data
            for addr, data in device.rf_now().items()
            if judge(data, addr).state in {"sound", "no-address"}
        }
        if not held:
            raise NoRfSector(name=device.identity.chip.name)
        source = bytes(MAC_AT) + mac
        before = _best(device)
        _ask_about_mac(ctx, mac, before.mac if before else None, dry_run=dry_run)
        return TargetImage(wanted={addr: with_address(data, source) for addr, data in held.items()})

    allowed = _allowing(ctx, Permission.MAC)
    return change_flash(allowed, target, kind=JobKind.WRITE, image=None, dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRf:
    """The address for a sector that is made anew; `chosen` is False where nobody named it."""

    mac: bytes
    chosen: bool


def rebuild(ctx: FlowContext, new: NewRf, *, dry_run: bool = False) -> WriteOutcome:
    """Make a sector for a device that lost its own, with the address and without calibration.

    Raises RfStillSound where the device has one (unless `rf` is allowed), RfKnownToLibrary where a
    backup with this address, or with this device's own store, is in the library.
    """
    text = new.mac.hex(":")
    known = [item for item in ctx.library.backups.entries() if item.device.mac == text]
    if known:
        names = ", ".join(item.file.stem for item in known)
        raise RfKnownToLibrary(names=names, first=known[0].file.stem)

    def target(device: Device) -> TargetImage:
        now = _best(device)
        if now is not None and not now.placeholder and Permission.RF not in ctx.permissions:
            raise RfStillSound(mac=now.mac)
        held = [item for item in _fitting(ctx, device) if has_content_of(device, item.file)]
        if held:
            names = ", ".join(item.file.stem for item in held)
            raise RfKnownToLibrary(names=names, first=held[0].file.stem)
        if not dry_run:
            ctx.consent(_question(new), _("making a new RF calibration"))
        sector = new_sector(new.mac)
        return TargetImage(wanted=dict.fromkeys(_places(device), sector))

    allowed = _allowing(ctx, Permission.RF, Permission.MAC)
    return change_flash(allowed, target, kind=JobKind.WRITE, image=None, dry_run=dry_run)


def _question(new: NewRf) -> str:
    text = new.mac.hex(":")
    named = _("with the address {mac}", mac=text)
    made = _("with the new, made-up address {mac}", mac=text)
    return _(
        "Write a new RF calibration {how}? The calibration that the factory measured for this "
        "device is not made again: range and frequency may be worse. If any backup of this device "
        "exists, put that back instead.",
        how=named if new.chosen else made,
    )


def _allowing(ctx: FlowContext, *extra: Permission) -> FlowContext:
    granted = ctx.permissions.granted | frozenset(extra)
    return replace(ctx, permissions=Permissions(granted=granted))


def _best(device: Device) -> RfRow | None:
    """The sound sector of the device as it is now, None if there is none."""
    rows = [judge(data, addr) for addr, data in device.rf_now().items()]
    return next((row for row in rows if row.state == "sound"), None)


def _places(device: Device) -> list[int]:
    """Where firmwares of this chip look for calibration, as far as nothing else lies there."""
    chip, now = device.identity.chip, device.rf_now()
    layouts = [chip.map_of(origin) for origin in ("tuya", "openbeken")]
    regions = [layout.region(RegionRole.RF) for layout in layouts if layout is not None]
    starts = [region.span.start for region in regions if region is not None]
    free = {"blank", "sound", "no-address", "damaged"}
    first, *others = dict.fromkeys(starts or rf_sectors(chip, device.size))
    return [first, *(at for at in others if at in now and judge(now[at], at).state in free)]


def _placed(device: Device, found: FoundRf) -> dict[int, bytes]:
    """The sound sectors of the file at their places on the device; NoRfSector if there is none."""
    sound = {at: data for at, data in found.sectors.items() if judge(data, at).state == "sound"}
    if not sound:
        raise NoRfSector(name=found.source)
    same = {at: data for at, data in sound.items() if at in device.rf_now()}
    if same and found.chip is not None:
        return same
    data = next(iter(sound.values()))
    return {at: data for at in _places(device) if at in device.rf_now()}


def _check_owner(
    ctx: FlowContext,
    device: Device,
    path: Path,
    *,
    now: RfRow | None,
    new: RfRow,
    dry_run: bool,
) -> None:
    if now is not None and now.sha256 == new.sha256:
        return
    own = now is not None and now.mac == new.mac and not now.placeholder
    if now is not None and not now.placeholder and not own:
        if Permission.MAC in ctx.permissions:
            return
        raise BackupForAnotherDevice(
            difference=_(
                "its MAC is {theirs}, the device has {ours}", theirs=new.mac, ours=now.mac
            ),
            remedy=_(
                "Take a backup of this device. To change the address alone: plugsmith rf set-mac."
            ),
        )
    if dry_run:
        return
    if own:
        ctx.consent(
            _("The device has sound calibration that differs from this one. Replace it?"),
            _("replacing sound calibration"),
        )
    elif not has_content_of(device, path):
        ctx.consent(
            _(
                "Nothing proves that this calibration ({mac}) is from the connected device. "
                "Write it?",
                mac=new.mac,
            ),
            _("writing calibration whose owner cannot be told"),
        )


def _ask_about_mac(ctx: FlowContext, mac: bytes, before: str | None, *, dry_run: bool) -> None:
    text = mac.hex(":")
    if dry_run or text == before:
        return
    others = [item.file.stem for item in ctx.library.backups.entries() if item.device.mac == text]
    question = _("Change the address from {old} to {new}?", old=before or _("none"), new=text)
    if others:
        names = ", ".join(others)
        question += " " + _("Backups of your library carry it already: {names}.", names=names)
    ctx.consent(question, _("changing the address"))
