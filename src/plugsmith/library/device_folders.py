"""What was fetched from running devices: one private folder a fetch, a manifest written last.

The files hold passwords: folders have mode 0700, files 0600. A folder without a manifest is what is
left of a fetch that was cut off.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.library.home import refusal
from plugsmith.limited_read import read_regular
from plugsmith.nested_json import read_nested
from plugsmith.private_files import make_private_folder
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.errors import Fact

SCHEMA = "plugsmith-device-backup/1"
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 1 << 22
_MOST_NAMES = 1000
_SAFE = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.\-]{0,80}")


class Owed(StrEnum):
    """What a run that was cut off may still owe the device: the name of a file in the folder."""

    FILES = "unfinished"  # an update was sent: the device may lack the stored files
    RESTART = "restart"  # its files or their room were changed: that counts once it has restarted
    POWER_CYCLE = "power-cycle"  # its settings sector was written: a soft restart undoes that


class DeviceFolder:
    """One fetch being stored."""

    def __init__(self, path: Path, *, number: int = 0) -> None:
        self.path = path
        self._number = number
        self._files: dict[str, Fact] = {}

    def put(self, name: str, data: bytes) -> None:
        """Store `data` as `name`; `/` makes folders, anything odd in a name becomes `_`."""
        safe = "/".join(_safe(part) for part in name.split("/") if part)
        target = self.path / safe
        try:
            make_private_folder(target.parent)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError as problem:
            raise refusal(self.path, problem) from problem
        facts: dict[str, Fact] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        if safe != name:
            facts["name"] = name
        self._files[safe] = facts

    def finish(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """Write the manifest and return it."""
        files = dict(self._files)
        body: dict[str, Fact] = {
            "schema": SCHEMA,
            **facts,
            "number": self._number,
            "files": files,
        }
        self.put(MANIFEST, (json_text(body, indent=1) + "\n").encode())
        return body

    def mark(self, owed: Owed, note: str = "") -> None:
        """Leave a sign of what is about to be owed, until `clear`."""
        self.put(owed, note.encode())
        del self._files[owed]

    def clear(self, owed: Owed) -> None:
        """The device has got it."""
        clear_mark(self.path, owed)


def clear_mark(folder: Path, owed: Owed) -> None:
    """Remove a sign; harmless where there is none."""
    with suppress(OSError):
        (folder / owed).unlink()


def new_folder(root: Path, *, device: str, created: str) -> DeviceFolder:
    """An empty folder `<device>_<time>` below `root`; NoRightToWrite where the disk refuses.

    Its manifest gets a higher number than those of the same device: the time may be wrong.
    """
    stem = f"{_safe(device)}_{re.sub(r'[^0-9T]', '', created)[:15]}"
    numbers = [stored_number(path) for path in root.glob(f"{_safe(device)}_*/{MANIFEST}")]
    for number in range(1, _MOST_NAMES):
        path = root / (stem if number == 1 else f"{stem}_{number}")
        try:
            make_private_folder(root)
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError as problem:
            raise refusal(root, problem) from problem
        return DeviceFolder(path, number=max(numbers, default=0) + 1)
    raise NoRightToWrite(folder=str(root), problem="too many folders of one name")


def stored_number(manifest: Path) -> int:
    """The number in a manifest; 0 where it has none."""
    try:
        body = read_nested(read_regular(manifest, limit=LONGEST_MANIFEST).decode("utf-8"))
    except (InputError, ValueError, RecursionError):
        return 0
    return manifest_number(body) if isinstance(body, dict) else 0


def manifest_number(body: Mapping[str, object]) -> int:
    """The number in the body of a manifest."""
    number = body.get("number")
    sound = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 31
    return number if sound and isinstance(number, int) else 0


def _safe(part: str) -> str:
    if _SAFE.fullmatch(part) and part not in {".", ".."}:
        return part
    return re.sub(r"[^0-9A-Za-z_\-]", "_", part)[:80] or "_"
