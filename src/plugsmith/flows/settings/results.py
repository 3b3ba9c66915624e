"""What the verbs about OpenBeken's settings give back; the JSON names are the contract's."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from plugsmith.errors import ExitCode, Fact
from plugsmith.flows.image.results import ImageRow
from plugsmith.flows.wire.results import WriteResult
from plugsmith.records import Result, record, sparse

if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class StoredConfig(Result):
    """`obk config read`: the settings by name; `offset` in the file or flash, `length` in bytes.

    `host` is the device that it was read from, `file` the copy that was written.
    """

    config: dict[str, Fact] = field(repr=False)
    crc: str
    crc_kind: str
    version: int
    offset: int
    length: int
    notes: tuple[str, ...]
    host: str | None = sparse(default=None)
    file: str | None = sparse(default=None)


@record
class ChangedFile(StoredConfig):
    """`obk config write` on a file; `applied` are the names of the settings that were asked for."""

    applied: tuple[str, ...]
    verified: bool


@record
class ChangedChip(WriteResult):
    """`obk config write` on a chip; `start` is the address of the settings sector."""

    start: int
    applied: tuple[str, ...]


@record
class ChangedDevice(Result):
    """A running device that was set up; `skipped` is the reason why it was left alone."""

    host: str
    name: str | None
    chip: str
    mac: str | None
    applied: tuple[str, ...]
    planned: tuple[str, ...] | None = sparse(default=None)
    verified: bool
    undo: str
    skipped: str | None = sparse(default=None)
    mqtt: Fact = sparse(default=None)
    dry_run: bool | None = sparse(default=None)


@record
class RunCounts(Result):
    """How the work on several devices ended; `exit_code` is the highest among them."""

    devices: int
    done: int
    skipped: int
    failed: int
    exit_code: int
    changed: int | None = sparse(default=None)
    dry_run: bool | None = sparse(default=None)
    would_change: int | None = sparse(default=None)

    @property
    def exit_status(self) -> ExitCode:
        """The highest exit code of a device."""
        return ExitCode(self.exit_code)


@record
class BuiltConfig(Result):
    """`obk config build` for one device; `start` is where the sector belongs in flash."""

    file: str
    sha256: str
    chip: str
    start: int
    length: int
    config: dict[str, Fact]
    crc: str


@record
class BuiltImage(Result):
    """`obk config build --image`: firmware with settings, for one device or `for_any_device`."""

    file: str
    sha256: str
    size: int
    chip: str
    start: int
    length: int
    config: dict[str, Fact] = field(repr=False)
    crc: str
    image: ImageRow
    for_any_device: bool


@record
class BuiltConfigs(Result):
    """`obk config build` for several devices; each one is an item event before."""

    files: tuple[str, ...]
    chip: str | None


def changed(data: Mapping[str, Any]) -> ChangedDevice | RunCounts:
    """The end of a change on one device or on several, as `changes.change_devices` tells it."""
    if "failed" in data:
        return RunCounts(**data)
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return ChangedDevice(**told)
