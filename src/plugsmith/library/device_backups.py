"""What was fetched from running devices, found again: by device, checked, and thinned out.

A device is its MAC and its address together: several devices may carry one MAC (lost RF
calibration).
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors import InputError, InputMissing
from plugsmith.errors.device import BackupUnusable
from plugsmith.library.device_folders import (
    LONGEST_MANIFEST,
    MANIFEST,
    SCHEMA,
    Owed,
    clear_mark,
    manifest_number,
)
from plugsmith.limited_read import read_regular
from plugsmith.messages import _
from plugsmith.nested_json import read_nested

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from plugsmith.errors import Fact

_LARGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFetch:
    """One folder with a sound manifest. `why` is empty for a backup that the user asked for.

    Of two of one device the one with the higher `number` was stored later.
    """

    path: Path
    mac: str | None
    host: str
    chip: str
    name: str
    created: str
    why: str
    files: Mapping[str, Mapping[str, Fact]] = field(repr=False)
    number: int = 0

    def owes(self, owed: Owed) -> bool:
        """Whether the device may still lack that."""
        return (self.path / owed).exists()

    def note(self, owed: Owed) -> str:
        """What was written down with the sign; empty where that cannot be read."""
        try:
            return read_regular(self.path / owed, limit=1 << 16).decode("utf-8", "replace")
        except InputError:
            return ""

    def clear(self, owed: Owed) -> None:
        """The device has got it."""
        clear_mark(self.path, owed)

    def has(self, name: str) -> bool:
        """Whether a file of this name was stored."""
        return name in self.files

    def read(self, name: str) -> bytes:
        """A stored file; BackupUnusable where its bytes are not those of the manifest."""
        try:
            data = read_regular(self.path / name, limit=_LARGEST_FILE)
        except InputError as problem:
            raise _unusable(self.path, _("{name} cannot be read", name=name)) from problem
        if hashlib.sha256(data).hexdigest() != self.files[name].get("sha256"):
            raise _unusable(self.path, _("{name} was changed or damaged", name=name))
        return data

    def device_files(self) -> dict[str, bytes]:
        """The files of the device's file system, by the names that they have there."""
        found = {}
        for stored, facts in self.files.items():
            if stored.startswith("files/"):
                own = str(facts.get("name", stored)).removeprefix("files/")
                found[own] = self.read(stored)
        return found


class DeviceBackups:
    """The folders below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def all(self) -> list[StoredFetch]:
        """Every folder with a sound manifest, oldest first."""
        found = []
        for path in sorted(self._root.glob("*/" + MANIFEST)):
            with suppress(BackupUnusable):
                found.append(open_fetch(path.parent))
        return sorted(found, key=lambda item: (item.created, item.path.name))

    def of(self, mac: str | None, host: str) -> list[StoredFetch]:
        """Those of one device at one address, in the order in which they were stored."""
        own = [item for item in self.all() if (item.mac, item.host) == (mac, host)]
        return sorted(own, key=lambda item: (item.number, item.created, item.path.name))

    def owing(self, mac: str | None, host: str, owed: Owed) -> StoredFetch | None:
        """The newest fetch of a device that may still lack that."""
        return next((item for item in reversed(self.of(mac, host)) if item.owes(owed)), None)

    def settle(self, mac: str | None, host: str, owed: Owed) -> None:
        """A device has got it, whichever runs left that sign."""
        for item in self.of(mac, host):
            item.clear(owed)

    def thin_out(self, mac: str | None, host: str, *, keep: int) -> list[Path]:
        """Remove all but the newest `keep` backups that the user asked for; what was removed."""
        own = [item for item in self.of(mac, host) if not item.why and not item.owes(Owed.FILES)]
        gone = [item.path for item in own[: max(0, len(own) - max(keep, 1))]]
        _remove(gone)
        return gone


def open_fetch(path: Path) -> StoredFetch:
    """The fetch in a folder; InputMissing where there is none, BackupUnusable for other things."""
    manifest = path / MANIFEST
    if not path.is_dir():
        raise InputMissing(name=str(path), problem=_("it is no folder of `device backup`"))
    try:
        body = read_nested(read_regular(manifest, limit=LONGEST_MANIFEST).decode("utf-8"))
    except (InputError, ValueError, RecursionError) as problem:
        raise _unusable(path, _("its manifest is missing: it was cut off")) from problem
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise _unusable(path, _("its manifest is not one of `device backup`"))
    files = body.get("files")
    mac = body.get("mac")
    return StoredFetch(
        path=path,
        mac=mac if isinstance(mac, str) else None,
        host=_text(body, "host"),
        chip=_text(body, "chip"),
        name=_text(body, "name"),
        created=_text(body, "created"),
        why=_text(body, "why"),
        files={
            name: facts
            for name, facts in (files.items() if isinstance(files, dict) else ())
            if isinstance(facts, dict) and _is_inside(name)
        },
        number=manifest_number(body),
    )


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")


def _text(body: Mapping[str, object], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _remove(paths: Iterable[Path]) -> None:
    """The manifest goes first: what is left of a removal that is cut off is no backup."""
    for path in paths:
        with suppress(OSError):
            (path / MANIFEST).unlink()
        shutil.rmtree(path, ignore_errors=True)


def _unusable(path: Path, problem: str) -> BackupUnusable:
    return BackupUnusable(name=str(path), problem=problem)
