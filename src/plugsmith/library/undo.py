"""What settings a device had before Plugsmith changed them, newest last, one file a change.

The old values hold Wi-Fi and MQTT passwords: the folder and its files are readable by the owner
alone (mode 0700 and 0600), and nothing of them is shown.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.library.durable import make_durable, written
from plugsmith.library.home import refusal
from plugsmith.library.set_aside import SetAside
from plugsmith.limited_read import read_regular
from plugsmith.nested_json import read_nested
from plugsmith.private_files import make_private_folder
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.errors import Fact

SCHEMA = "plugsmith-undo/1"
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRecord:
    """The settings that one change replaced; `kind` is apply, calibrate, pins or raw.

    `left` are the settings that it leaves. `finished` is false while it may be half-done: the next
    try at it then keeps the older values.
    """

    mac: str
    chip: str
    host: str
    created: str
    kind: str
    settings: Mapping[str, Fact] = field(repr=False)
    left: Mapping[str, Fact] = field(default_factory=dict, repr=False)
    finished: bool = True
    path: Path | None = None


class UndoStore:
    """The undo files of a library."""

    def __init__(self, folder: Path, aside: SetAside | None = None) -> None:
        self._folder = folder
        self._aside = aside or SetAside()

    def add(self, record: UndoRecord) -> UndoRecord:
        """Write `record` before the change begins; NoRightToWrite, NoSpaceLeft if refused.

        A try that was cut off before is continued: one file, with the values of before it.
        """
        cut = self.unfinished(record.mac, record.host, record.kind)
        if cut is None or record.finished:
            return self._store(record, None)
        settings = {**record.settings, **cut.settings}
        return self._store(replace(record, settings=settings), cut.path)

    def finish(self, record: UndoRecord) -> None:
        """The change that `record` undoes is done whole."""
        if record.path is not None:
            self._store(replace(record, finished=True), record.path)

    def _store(self, record: UndoRecord, path: Path | None) -> UndoRecord:
        body = {
            "schema": SCHEMA,
            "mac": record.mac,
            "chip": record.chip,
            "host": record.host,
            "created": record.created,
            "kind": record.kind,
            "finished": record.finished,
            "settings": dict(record.settings),
            "left": dict(record.left),
        }
        text = json_text(body, indent=1) + "\n"
        try:
            make_private_folder(self._folder)
            place = path or self._free_name(record)
            _write_private(place, text.encode(), new=path is None)
        except OSError as problem:
            raise refusal(self._folder, problem) from problem
        return replace(record, path=place)

    def latest(self, mac: str, host: str | None = None) -> UndoRecord | None:
        """The newest readable undo of a device, at one address or at any."""
        for path in sorted(self._folder.glob(f"{_stem(mac)}_*.json"), reverse=True):
            record = read_undo(path)
            if record is None:
                self._aside.add_unreadable(path)
            if record is None or not record.settings:
                continue
            if record.mac == mac and host in {None, record.host}:
                return record
        return None

    def unfinished(self, mac: str, host: str, kind: str) -> UndoRecord | None:
        """The undo of a change that was cut off and that the next try continues."""
        cut = self.latest(mac, host)
        return cut if cut is not None and not cut.finished and cut.kind == kind else None

    def drop(self, record: UndoRecord) -> None:
        """Forget an undo that has been carried out."""
        if record.path is not None:
            with suppress(OSError):
                record.path.unlink()

    def _free_name(self, record: UndoRecord) -> Path:
        taken = [path.stem for path in self._folder.glob(f"{_stem(record.mac)}_*.json")]
        numbers = [int(stem.rpartition("_")[2]) for stem in taken if stem[-5:].isdecimal()]
        return self._folder / f"{_stem(record.mac)}_{max(numbers, default=0) + 1:05d}.json"


def read_undo(path: Path) -> UndoRecord | None:
    """The record in a file; None for anything else."""
    try:
        body = read_nested(read_regular(path, limit=_LONGEST).decode("utf-8"))
    except (InputError, ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        return None
    texts = {key: body.get(key) for key in ("mac", "chip", "host", "created", "kind")}
    settings = body.get("settings")
    if not isinstance(settings, dict) or not all(isinstance(x, str) for x in texts.values()):
        return None
    left = body.get("left")
    return UndoRecord(
        settings=settings,
        left=left if isinstance(left, dict) else {},
        finished=body.get("finished") is not False,
        path=path,
        **{k: str(v) for k, v in texts.items()},
    )


def _stem(mac: str) -> str:
    return re.sub(r"[^0-9a-f]", "", mac.lower())[:12] or "nomac"


def _write_private(path: Path, data: bytes, *, new: bool) -> None:
    """A new file, or a whole one in the place of the old; nothing of it where the disk refuses."""
    target = path if new else path.with_suffix(".tmp")
    if not new:
        target.unlink(missing_ok=True)  # of a process that was killed
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            make_durable(file.fileno())
        if not new:
            target.replace(path)
    except OSError:
        with suppress(OSError):  # what the disk said first counts
            target.unlink()
        raise
    written()
