"""The store of proven backups: files that are added and never replaced, and an index over them.

A backup is `<stem>.bin`, its passport `<stem>.json`, and, apart, `<stem>.rf.bin` (the sector with
calibration and MAC) and `<stem>.mac.txt`. The passport is written last: without it nothing is a
backup. A backup that the user put elsewhere is known by a pointer file in the store.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.flows import NoRightToWrite, NoSpaceLeft, NotABackup
from plugsmith.errors.library import BackupChanged, OutputExists
from plugsmith.library.backups.index import BackupIndex, IndexEntry
from plugsmith.library.backups.passport import Passport, read_passport
from plugsmith.library.home import check_room, refusal, reserve, write_whole
from plugsmith.limited_read import read_regular
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _
from plugsmith.private_files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.library.device_key import DeviceKey
    from plugsmith.library.set_aside import SetAside

POINTER_SUFFIX = ".pointer.json"
_LARGEST = 0x200_0000  # twice the largest flash
_LONGEST_LABEL = 48
_MOST_NAMES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A whole flash that was proven while it was read. Holding one is the proof.

    Made only by `open_backup` and `BackupStore.add`, which compare the bytes with the passport.
    """

    file: Path
    passport_file: Path
    passport: Passport

    def __post_init__(self) -> None:
        _refuse_unproven(self.passport)

    def read(self) -> bytes:
        """The bytes, compared with the passport once more; InputMissing, BackupChanged."""
        return _sound_bytes(self.file, self.passport)


def open_backup(path: Path) -> Backup:
    """The backup at `path` (its .bin or its passport), proven to be unchanged.

    Raises InputMissing, PassportUnreadable, PassportTooNew, BackupChanged or NotABackup.
    """
    passport_file = path.with_suffix(".json")
    data_file = path.with_suffix(".bin") if path.suffix == ".json" else path
    passport = read_passport(_read(passport_file), name=passport_file.name)
    _sound_bytes(data_file, passport)
    return Backup(file=data_file, passport_file=passport_file, passport=passport)


class BackupStore:
    """The backups of a library."""

    def __init__(self, folder: Path, index_file: Path, aside: SetAside | None = None) -> None:
        self.folder = folder
        self._index = BackupIndex(folder, index_file, aside)

    def check_room(self, needed: int, *, out: Path | None = None) -> None:
        """Return if a backup of `needed` bytes can be stored; call it before the first byte.

        Raises NoSpaceLeft, NoRightToWrite, OutputExists.
        """
        if out is not None:
            _refuse_taken(out)
            check_room(out.parent, needed)
            return  # the library only points to it, if it can
        check_room(self.folder, needed)

    def add(self, data: bytes, passport: Passport, *, out: Path | None = None) -> Backup:
        """Store a proven read beside what is there (or at `out`) and return it as a Backup.

        If this device's very same bytes are stored already, that backup is returned and nothing is
        written. Raises NotABackup, OutputExists, NoRightToWrite.
        """
        _check_content(data, passport)
        known = None if out is not None else self._same_content(passport)
        if known is not None:
            return known
        last = max((entry.number for entry in self.entries()), default=0)
        passport = replace(passport, number=last + 1)
        target = self._claim(passport) if out is None else claim_named(out)
        backup = Backup(file=target, passport_file=target.with_suffix(".json"), passport=passport)
        try:
            write_files(backup, data)
        except OSError as problem:
            take_back(backup)
            raise refusal(target.parent, problem) from problem
        with suppress(OSError, NoRightToWrite, NoSpaceLeft) if out is not None else nullcontext():
            if out is not None:
                self._point_to(backup)
            self._index.refresh()
        return backup

    def entries(self) -> tuple[IndexEntry, ...]:
        """What is stored, the latest first."""
        return self._index.refresh()

    def find(self, device: DeviceKey) -> Backup | None:
        """The latest sound backup of this very device (same hardware, MAC and RF), or None."""
        return self._latest(device.is_same)

    def to_compare(self, device: DeviceKey) -> Backup | None:
        """For a device without a MAC, which only its content can tell: one that may be of it."""

        def alike(other: DeviceKey) -> bool:
            return other.mac is None and device.fits(other)

        return self._latest(alike) if device.mac is None else None

    def _latest(self, fits: Callable[[DeviceKey], bool]) -> Backup | None:
        for entry in self.entries():
            if fits(entry.device):
                backup = try_open(entry.file)
                if backup is not None:
                    return backup
        return None

    def _same_content(self, passport: Passport) -> Backup | None:
        for entry in self.entries():
            same = (entry.sha256, entry.device.mac) == (passport.sha256, passport.mac)
            if same and entry.file.parent == self.folder:
                backup = try_open(entry.file)
                if backup is not None:
                    return backup
        return None

    def _claim(self, passport: Passport) -> Path:
        """An empty file under the first free name: `<device>_<MAC tail>_<date>.bin`."""
        stem = file_stem(passport)
        for number in range(1, _MOST_NAMES):
            path = self.folder / (f"{stem}.bin" if number == 1 else f"{stem}_{number}.bin")
            if path.with_suffix(".json").exists():
                continue
            try:
                reserve(path)
            except FileExistsError:
                continue
            except OSError as problem:
                raise refusal(self.folder, problem) from problem
            return path
        raise OutputExists(name=f"{stem}.bin")

    def _point_to(self, backup: Backup) -> None:
        body = {
            "schema": "plugsmith-pointer/1",
            "file": str(backup.file.absolute()),
        }
        name = f"{backup.passport.sha256[:16]}{POINTER_SUFFIX}"
        make_private_folder(self.folder)
        write_whole(self.folder / name, (json.dumps(body) + "\n").encode(), keep_existing=False)


def file_stem(passport: Passport) -> str:
    """Device, MAC tail and date, safe on every file system: `bk7231t-wb2s_8848a1_2026-11-22`."""
    words = f"{passport.chip} {passport.label or ''}".casefold()
    device = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:_LONGEST_LABEL].strip("-")
    tail = passport.mac.replace(":", "")[-6:] if passport.mac else "nomac"
    date = re.sub(r"[^0-9-]", "", passport.created[:10]) or "undated"
    return f"{device or 'device'}_{tail}_{date}"


def _check_content(data: bytes, passport: Passport) -> None:
    if len(data) != passport.flash_size or hashlib.sha256(data).hexdigest() != passport.sha256:
        raise ValueError("the passport describes other bytes")
    _refuse_unproven(passport)
    if data.count(data[:1]) == len(data):
        raise NotABackup(
            reason=_("Every byte of it is 0x{value:02X}.", value=data[0]),
            remedy=_("Check the supply and the wires, then read the device again."),
        )


def _refuse_unproven(passport: Passport) -> None:
    if not passport.proven:
        raise NotABackup(
            reason=_("Not every byte of it was proven when it was read."),
            remedy=_("Read the device again: plugsmith backup"),
        )


def claim_named(out: Path) -> Path:
    """An empty file at `out`, alone under its name; OutputExists, NoRightToWrite."""
    _refuse_taken(out)
    try:
        reserve(out)
    except FileExistsError as taken:
        raise OutputExists(name=str(out)) from taken
    except OSError as problem:
        raise refusal(out.parent, problem) from problem
    return out


def _refuse_taken(out: Path) -> None:
    if out.suffix.casefold() == ".json":
        raise UsageError(problem=_("{name} is the name of a passport", name=out.name))
    for path in (out, *sidecars(out)):
        if path.exists():
            raise OutputExists(name=str(path))


def sidecars(target: Path) -> list[Path]:
    """The files that lie beside a backup: calibration, MAC, and last its passport."""
    return [target.with_suffix(suffix) for suffix in (".rf.bin", ".mac.txt", ".json")]


def write_files(backup: Backup, data: bytes) -> None:
    """Write the bytes and what lies beside them, the passport last; OSError."""
    rf_file, mac_file, passport_file = sidecars(backup.file)
    passport = backup.passport
    write_whole(backup.file, data, keep_existing=False)
    if passport.rf_start is not None:
        sector = data[passport.rf_start : passport.rf_start + SECTOR_LEN]
        write_whole(rf_file, sector, keep_existing=False)
    if passport.mac is not None:
        write_whole(mac_file, f"{passport.mac}\n".encode("ascii"), keep_existing=False)
    write_whole(passport_file, passport.to_bytes(), keep_existing=False)


def take_back(backup: Backup) -> None:
    """Remove the files of a backup, the passport first: a rest of it is no backup."""
    with suppress(OSError):
        for path in (*reversed(sidecars(backup.file)), backup.file):
            path.unlink(missing_ok=True)


def try_open(path: Path) -> Backup | None:
    """The backup at `path` if it is sound, else None."""
    try:
        return open_backup(path)
    except PlugsmithError:
        return None  # moved, changed or damaged: it proves nothing


def _read(path: Path) -> bytes:
    return read_regular(path, limit=_LARGEST)


def _sound_bytes(path: Path, passport: Passport) -> bytes:
    data = _read(path)
    if len(data) != passport.flash_size:
        raise BackupChanged(
            name=path.name,
            difference=_(
                "it has {found} bytes instead of {stated}",
                found=len(data),
                stated=passport.flash_size,
            ),
        )
    if hashlib.sha256(data).hexdigest() != passport.sha256:
        raise BackupChanged(name=path.name, difference=_("its SHA-256 is another one"))
    return data
