"""Flashes that another program read, as the verbs that are given a file find them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import InputError, UsageError
from plugsmith.errors.library import BackupChanged
from plugsmith.errors.link import ViaBackupGiven
from plugsmith.flows.bridge.commands import beken_chips, read_command
from plugsmith.flows.bridge.said import known_name
from plugsmith.library.via_backups import LARGEST, passport_of, read_of_passport
from plugsmith.limited_read import read_regular
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.library.via_backups import ViaPassport


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRead:
    """Such a read and what its passport says of it."""

    file: Path
    passport: ViaPassport

    @property
    def chip(self) -> str | None:
        """Its chip, by the name in our tables; None where nobody told."""
        chip = self.passport.chip
        return known_name(chip) if chip is not None else None

    @property
    def beken(self) -> bool:
        """Whether our own verbs know that chip, too."""
        return self.chip is not None and self.chip.upper() in beken_chips()

    def state(self, *, whole: bool) -> str:
        """`present`, `missing`, `other-size`; with `whole` it is read: `sound`, `changed`."""
        try:
            if whole:
                data = read_regular(self.file, limit=LARGEST)
                return "sound" if self.passport.fits(data) else "changed"
            return "present" if self.file.stat().st_size == self.passport.size else "other-size"
        except (InputError, OSError):
            return "missing"

    def has(self, word: str) -> bool:
        """Whether `word` occurs in its name, chip, MAC, date or program, in any letter case."""
        known = self.passport
        texts = (self.file.stem, self.chip, known.mac, known.created, known.program)
        text = "\n".join(item for item in texts if item).casefold()
        plain = word.casefold()
        bare = plain.replace(":", "").replace("-", "")
        return plain in text or bool(bare and bare in (known.mac or "").replace(":", ""))

    def way_back(self, *, port: str | None = None) -> str:
        """The command that puts it back."""
        words = ["plugsmith", "flash", str(self.file), "--via", self.passport.program]
        if self.chip is not None and _takes(self.passport.program, self.chip):
            words += ["--chip", self.chip]
        named = ("--port", port) if port is not None and "://" not in port else ()
        return shlex.join([*words, *named])


def saved_read(path: Path) -> SavedRead | None:
    """The read in `path`, or whose passport `path` is; None for any other file."""
    file = read_of_passport(path) or path
    passport = passport_of(file)
    return SavedRead(file=file, passport=passport) if passport is not None else None


def refuse_other_makers(path: Path, *, port: str | None) -> Path:
    """The file that `restore` works on, which is another one than `path` where that is a passport.

    Raises ViaBackupGiven, with the command that helps, for the flash of another maker's chip, and
    InputMissing or BackupChanged where that is no longer what was proven.
    """
    saved = saved_read(path)
    if saved is None:
        return path
    if saved.beken:
        return saved.file
    if not saved.passport.fits(read_regular(saved.file, limit=LARGEST)):
        raise BackupChanged(name=saved.file.name, difference=_("its SHA-256 is another one"))
    raise ViaBackupGiven(
        name=saved.file.name,
        chip=saved.chip or "?",
        program=saved.passport.program,
        command=saved.way_back(port=port),
    )


def _takes(program: str, chip: str) -> bool:
    """Whether `--chip` takes that name; esptool tells of more chips than our table has."""
    try:
        read_command(program, chip)
    except UsageError:
        return False
    return True
