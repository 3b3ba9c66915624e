"""`restore`: put a backup back on the device that it came from, and say what cannot come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.chips.model import APP_START, Family
from plugsmith.dump.health import judge_backup
from plugsmith.errors.flows import BackupForAnotherDevice, FileNotABackup
from plugsmith.flows.image.file import open_image
from plugsmith.flows.judged_file import JudgedFile
from plugsmith.flows.permissions import Permission
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.flash import write_source
from plugsmith.flows.write.checks.checklist import Stage, preflight
from plugsmith.flows.write.checks.preflight import ImageFacts, PreflightSubject
from plugsmith.flows.write.proven import secure
from plugsmith.flows.write.source import whole_flash
from plugsmith.flows.write.target_image import FlashState, mac_in_rf, moved_copies, rf_sectors
from plugsmith.image.assemble import ConvertInput as OpenedFile
from plugsmith.library.backups.store import open_backup
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.jobs.store import JobKind
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.dump.health import BackupVerdict
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.wire.flash import WriteOutcome
    from plugsmith.flows.write.source import ImageSource
    from plugsmith.library.backups.store import Backup


def restore(ctx: FlowContext, path: Path, *, dry_run: bool = False) -> WriteOutcome:
    """Write the backup in `path` (its .bin or its passport) to the connected device.

    With a passport its facts are compared with the device; a bare file of another tool is judged
    by its content, and a file whose owner cannot be told needs the user's consent. Boot loader of
    the loader family, calibration and address stay as they are on the device.
    """
    given = _without_loader(path) or _of_small_flash(ctx, path) or load_backup(ctx, path)
    with connected(ctx, writes=not dry_run) as device:
        if isinstance(given, bytes):
            given = None, _judged(ctx, path, given, flash_size=_size_of(device, given))
        if isinstance(given, OpenedFile):
            given = None, _completed(ctx, device, path, given)
        backup, source = given
        subject = PreflightSubject(
            identity=device.identity,
            source=source,
            facts=_facts(backup, source),
            remedy=_owner_remedy(),
            sets_pins=True,
        )
        checks = preflight(ctx, subject, Stage.LINKED)
        _check_size(device, source)
        device.raise_speed()
        _check_owner(ctx, device, backup, source)
        own = backup is not None and device.key().is_same(_key_of(backup))
        safety = secure(ctx, device, may_read=not dry_run, given=backup if own else None)
        _say_what_stays(ctx, device, source)
        return write_source(
            ctx,
            device,
            source,
            safety=safety,
            subject=subject,
            checks=checks,
            kind=JobKind.RESTORE,
            dry_run=dry_run,
        )


def load_backup(ctx: FlowContext, path: Path) -> tuple[Backup | None, ImageSource]:
    """The backup with its passport if there is one, and its bytes as something to write.

    A rotated file of an old tool is put right. Raises FileNotABackup for what brings no
    device back.
    """
    if _has_passport(path):
        backup = open_backup(path)
        size = backup.passport.flash_size
        return backup, _judged(ctx, backup.file, backup.read(), flash_size=size)
    return None, _judged(ctx, path, _straightened(ctx, open_image(path)))


def _judged(
    ctx: FlowContext, path: Path, data: bytes, *, flash_size: int | None = None
) -> ImageSource:
    """The bytes as something to write, once every check on a backup has passed."""
    as_read = flash_size is not None  # the passport says what the device proved
    verdict = judge_backup(data, flash_size=flash_size, as_read=as_read)
    if not verdict.restorable:
        raise FileNotABackup(
            name=path.name,
            reason=" ".join(item.text for item in verdict.because),
            remedy=JudgedFile(name=path.name, data=data).advice,
        )
    _tell_remarks(ctx, verdict)
    return whole_flash(path, data)


def _tell_remarks(ctx: FlowContext, verdict: BackupVerdict) -> None:
    for item in verdict.remarks:
        ctx.warn("PS-NOTE-BACKUP", item.text, data={"reason": item.reason.value})


def _without_loader(path: Path) -> OpenedFile | None:
    """The file if it is a flash from 0x11000 to its end, as old GUI tools saved it; else None."""
    if _has_passport(path):
        return None
    file = open_image(path)
    whole = len(file.data) + APP_START
    return file if file.image.rotation == APP_START and whole & (whole - 1) == 0 else None


def _of_small_flash(ctx: FlowContext, path: Path) -> bytes | None:
    """The bytes of a bare file that is whole if the flash is as small as it; else None.

    Whether it is, the device proves: another one refuses the file as cut off.
    """
    if _has_passport(path):
        return None
    data = _straightened(ctx, open_image(path))
    if len(data) & (len(data) - 1) or judge_backup(data).restorable:
        return None
    return data if judge_backup(data, flash_size=len(data)).restorable else None


def _size_of(device: Device, data: bytes) -> int | None:
    return device.size if device.size == len(data) else None


def _has_passport(path: Path) -> bool:
    return path.suffix == ".json" or path.with_suffix(".json").is_file()


def _completed(ctx: FlowContext, device: Device, path: Path, file: OpenedFile) -> ImageSource:
    """The file behind the device's own boot loader, which stays on it; FileNotABackup if unfit."""
    image = file.image
    facts = ImageFacts(name=file.name, chips=image.chips, key=image.key, end=device.size)
    subject = PreflightSubject(identity=device.identity, facts=facts, remedy=_owner_remedy())
    preflight(ctx, subject, Stage.LINKED)
    data = device.read(AddressRange(0, APP_START)) + file.data
    verdict = judge_backup(data, chip=device.identity.chip.name, flash_size=device.size)
    if not verdict.restorable:
        raise FileNotABackup(
            name=file.name,
            reason=_("It holds no boot loader, and with the one on the device it is not whole: ")
            + " ".join(item.text for item in verdict.because),
            remedy=_("Write a full image (QIO) for this chip with `plugsmith flash` instead."),
        )
    ctx.warn(
        "PS-NOTE-NO-LOADER",
        _(
            "{name} holds the flash from address 0x011000 on, as old versions of the GUI flasher "
            "read it: everything but the boot loader. The device keeps the boot loader that it "
            "has, and the rest is put back.",
            name=file.name,
        ),
    )
    _tell_remarks(ctx, verdict)
    return whole_flash(path, data)


def _straightened(ctx: FlowContext, file: OpenedFile) -> bytes:
    """Undo the rotation by 0x11000 of old GUI tools (uart-protocol.md 7.7)."""
    turned, data = file.image.rotation, file.data
    if not turned or len(data) & (len(data) - 1):
        return data
    ctx.warn(
        "PS-NOTE-ROTATED",
        _(
            "{name} starts at address 0x011000, as old versions of the GUI flasher read it; "
            "it was put right in memory.",
            name=file.name,
        ),
    )
    return data[-turned:] + data[:-turned]


def _facts(backup: Backup | None, source: ImageSource) -> ImageFacts:
    """What the preflight compares; findings in the code do not matter for a proven backup."""
    chips = (chip_called(backup.passport.chip).name,) if backup else source.image.chips
    return ImageFacts(
        name=source.name, chips=chips, key=source.image.key, end=len(source.data), problems=()
    )


def _owner_remedy() -> str:
    return _("Use a backup of this very device; `plugsmith dump info` tells whose a file is.")


def _check_size(device: Device, source: ImageSource) -> None:
    if len(source.data) != device.size:
        raise BackupForAnotherDevice(
            difference=_(
                "it has {theirs} bytes, the flash has {ours}",
                theirs=len(source.data),
                ours=device.size,
            ),
            remedy=_("Use a backup of the whole flash of this device."),
        )


def _check_owner(
    ctx: FlowContext, device: Device, backup: Backup | None, source: ImageSource
) -> None:
    theirs = backup.passport.mac if backup is not None else _mac_in(device, source)
    ours = device.mac()
    shared = theirs == ours and theirs is not None and _many_carry(theirs)
    if theirs is None or ours is None or (shared and not _same_calibration(device, source)):
        ctx.consent(
            _("It cannot be told whether this backup is from the connected device. Restore it?"),
            _("restoring a backup whose owner cannot be told"),
        )
        return
    if theirs == ours or Permission.MAC in ctx.permissions:
        return
    raise BackupForAnotherDevice(
        difference=_("its MAC is {theirs}, the device has {ours}", theirs=theirs, ours=ours),
        remedy=_(
            "To give this device the other one's address, add --allow mac. To write only the "
            "firmware of the file and keep this device's own address, use `plugsmith flash`."
        ),
    )


def _many_carry(mac: str) -> bool:
    """Whether the address is one that devices get when their own is lost: it proves nothing."""
    return is_placeholder_mac(bytes.fromhex(mac.replace(":", "")))


def _same_calibration(device: Device, source: ImageSource) -> bool:
    return any(
        source.data[addr : addr + SECTOR_LEN] == now
        for addr, now in device.rf_now().items()
        if mac_in_rf(now) is not None
    )


def _mac_in(device: Device, source: ImageSource) -> str | None:
    for addr in rf_sectors(device.identity.chip, device.size):
        mac = mac_in_rf(source.data[addr : addr + SECTOR_LEN])
        if mac is not None:
            return mac
    return None


def _key_of(backup: Backup) -> DeviceKey:
    passport = backup.passport
    return DeviceKey(
        chip=passport.chip,
        flash_size=passport.flash_size,
        mac=passport.mac,
        rf_sha256=passport.rf_sha256,
        jedec=passport.jedec,
    )


def _say_what_stays(ctx: FlowContext, device: Device, source: ImageSource) -> None:
    rf_now = device.rf_now()
    theirs = {addr: source.data[addr : addr + SECTOR_LEN] for addr in rf_now}
    state = FlashState(chip=device.identity.chip, flash_size=device.size, rf_now=rf_now)
    moved = moved_copies(theirs, state)
    for addr, new in theirs.items():
        if (
            addr not in moved
            and rf_now[addr] != new
            and not {Permission.RF, Permission.MAC} & ctx.permissions.granted
        ):
            ctx.warn(
                "PS-NOTE-RF-KEPT",
                _(
                    "RF calibration and MAC at 0x{addr:06X} differ from the backup and stay "
                    "as they are on the device; --allow rf brings those of the backup back.",
                    addr=addr,
                ),
            )
    if device.identity.family is Family.LOADER and device.identity.loader_crc is not None:
        ctx.say(
            _(
                "The boot loader (below 0x{end:06X}) is not written on this chip.",
                end=APP_START,
            ),
            level="detail",
        )
