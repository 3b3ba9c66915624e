"""Devices that were seen on the network: one JSON file, a line of facts for each.

A device is its MAC and its address together. Nothing secret is in it.
"""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.library.home import write_whole
from plugsmith.library.set_aside import SetAside
from plugsmith.limited_read import read_regular
from plugsmith.nested_json import read_nested
from plugsmith.private_files import make_private_folder
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from plugsmith.errors import Fact

SCHEMA = "plugsmith-devices/1"
_LONGEST = 1 << 22
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a device said when it was last seen; `seen` is ISO 8601. None: it did not say."""

    mac: str
    host: str
    name: str = ""
    chip: str = ""
    version: str | None = None
    variant: str | None = None
    uptime: int | None = None
    rssi: int | None = None
    mqtt: str | None = None
    seen: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it this device."""
        return self.mac, self.host


class Sightings:
    """The file at `path`; a torn or foreign one counts as empty, and is kept beside the new one."""

    def __init__(self, path: Path, aside: SetAside | None = None) -> None:
        self._path = path
        self._aside = aside or SetAside()

    def all(self) -> list[Sighting]:
        """Every device that was ever seen and not forgotten, by name and address.

        Numbers in them count as numbers: plug_2 stands before plug_10.
        """
        return sorted(
            self._read().values(),
            key=lambda item: (_counted(item.name), _counted(item.host), item.mac),
        )

    def remember(self, seen: Iterable[Sighting]) -> None:
        """Keep newer facts; what a device did not say this time stays as it was."""
        with _lock:
            known = self._read()
            for item in seen:
                old = known.get(item.key)
                known[item.key] = _merged(old, item) if old else item
            body = {"schema": SCHEMA, "devices": [asdict(item) for item in known.values()]}
            make_private_folder(self._path.parent)
            self._keep_unreadable()
            data = (json_text(body, indent=1) + "\n").encode()
            write_whole(self._path, data, keep_existing=False)

    def _read(self) -> dict[tuple[str, str], Sighting]:
        rows = self._rows()
        if rows is None:
            if self._path.exists():
                self._aside.add_unreadable(self._path)
            return {}
        found = [_sighting(row) for row in rows if isinstance(row, dict)]
        return {item.key: item for item in found if item is not None}

    def _rows(self) -> list[object] | None:
        try:
            body = read_nested(read_regular(self._path, limit=_LONGEST).decode("utf-8"))
        except (InputError, ValueError, RecursionError):
            return None
        rows = body.get("devices") if isinstance(body, dict) else None
        return rows if isinstance(rows, list) and body.get("schema") == SCHEMA else None

    def _keep_unreadable(self) -> None:
        """What cannot be read is moved aside before a new file takes its place."""
        if self._rows() is None and self._path.exists():
            with suppress(OSError):
                self._path.replace(self._path.with_name(self._path.name + ".unreadable"))


def _sighting(row: dict[str, Fact]) -> Sighting | None:
    def text(name: str) -> str:
        value = row.get(name)
        return value if isinstance(value, str) else ""

    def number(name: str) -> int | None:
        value = row.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    if not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", text("mac")) or not text("host"):
        return None
    return Sighting(
        mac=text("mac"),
        host=text("host"),
        name=text("name"),
        chip=text("chip"),
        seen=text("seen"),
        version=text("version") or None,
        variant=text("variant") or None,
        mqtt=text("mqtt") or None,
        uptime=number("uptime"),
        rssi=number("rssi"),
    )


def _merged(old: Sighting, new: Sighting) -> Sighting:
    facts = {
        item.name: getattr(new, item.name)
        if getattr(new, item.name) not in (None, "")
        else getattr(old, item.name)
        for item in fields(new)
    }
    return Sighting(**facts)


def _counted(text: str) -> list[str | int]:
    """The text in pieces that sort as a person would sort them."""
    pieces = re.split("([0-9]{1,18})", text)
    return [int(piece) if at % 2 else piece for at, piece in enumerate(pieces)]
