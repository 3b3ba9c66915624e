"""Settings that were stored before: a backup folder, a settings block, or JSON of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from plugsmith.errors import NothingFound
from plugsmith.errors.device import BackupUnusable
from plugsmith.flows.dump.config import read_dump
from plugsmith.flows.settings.desired_settings import normal_settings
from plugsmith.flows.settings.settings_block import find_block
from plugsmith.library.device_backups import open_fetch
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.settings import NAMES, PRIVATE, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.library.device_backups import StoredFetch
    from plugsmith.openbeken.config_block import ConfigBlock

_CONFIG = "config.bin"
MASK = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSettings:
    """Settings by name, with the block they came from and the files beside it, where there are.

    `masked` are settings that the source names without their values.
    """

    name: str
    settings: Mapping[str, Fact] = field(repr=False)
    block: ConfigBlock | None = None
    fetch: StoredFetch | None = None
    masked: tuple[str, ...] = ()

    @property
    def mac(self) -> str | None:
        """The device that they came from, as far as they say."""
        mac = self.settings.get("mac")
        return self.fetch.mac if self.fetch and self.fetch.mac else (mac and str(mac)) or None


def is_stored(path: Path) -> bool:
    """Whether a file or folder holds stored settings rather than a template."""
    if path.is_dir():
        return True
    if not path.is_file():  # a pipe can be read once only, by the one who reads all of it
        return False
    try:
        with path.open("rb") as file:
            head = file.read(1 << 20)
    except OSError:
        return False
    return head[:3] == b"CFG" or _config_in(head) is not None


def open_stored(path: Path) -> StoredSettings:
    """The settings in a backup folder, a file with a settings block, or `obk config read` JSON.

    Raises BackupUnusable, NothingFound, Malformed, and the errors of reading a file.
    """
    if path.is_dir():
        fetch = open_fetch(path)
        if not fetch.has(_CONFIG):
            raise BackupUnusable(name=str(path), problem=_("it holds no settings"))
        block = find_block(fetch.read(_CONFIG), name=str(path), chip=fetch.chip or None).block
        return StoredSettings(
            name=str(path), settings=read_settings(block), block=block, fetch=fetch
        )
    data = read_dump(path)
    body = _config_in(data) if data[:3] != b"CFG" else None
    if body is None:
        found = find_block(data, name=str(path)).block
        return StoredSettings(name=str(path), settings=read_settings(found), block=found)
    masked = tuple(name for name in PRIVATE if body.get(name) == MASK)
    known = {
        name: value
        for name, value in body.items()
        if name in NAMES and name not in masked and value is not None
    }
    if not known:
        raise NothingFound(what=_("An OpenBeken settings block"), name=str(path))
    return StoredSettings(name=str(path), settings=normal_settings(known), masked=masked)


def _config_in(data: bytes) -> dict[str, Fact] | None:
    """The settings in the JSON of `obk config read`: the last line of it, or the object alone."""
    text = data.decode("utf-8", "replace").strip()
    for candidate in (text, text.rpartition("\n")[2]):
        try:
            body = read_nested(candidate)
        except (ValueError, RecursionError):
            continue
        for key in ("data", "config"):
            inner = body.get(key) if isinstance(body, dict) else None
            if isinstance(inner, dict):
                body = inner
                if key == "config":
                    return cast("dict[str, Fact]", body)
    return None
