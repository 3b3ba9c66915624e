"""What the verbs about many devices give back; the JSON names are the command-line contract's."""

from __future__ import annotations

from plugsmith.device.profile import DataKind
from plugsmith.errors import ExitCode, Fact
from plugsmith.flows.device.results import (
    BrokerReport,
    ChangedDevice,
    TreatedDevice,
    UpdateCounts,
    applied_fields,
)
from plugsmith.records import Record, Result, fields_apart, record, sparse


@record
class RollResult(Result):
    """A roll that was written."""

    file: str
    devices: int
    left_out: tuple[str, ...]


@record
class PlanRow(Record):
    """A device of the roll. `state`: as wanted, differs, missing, skipped or failed."""

    number: int
    mac: str
    name: str
    place: str
    host: str | None
    state: str
    differs: tuple[str, ...]
    version: str | None
    wanted_version: str | None
    problem: str


@record
class PlanResult(Result):
    """Wanted against real; exit code 8 when anything differs or is missing."""

    roll: str
    devices: tuple[PlanRow, ...]
    not_in_roll: tuple[str, ...]

    @property
    def exit_status(self) -> ExitCode:
        """Done only if every device is as wanted."""
        good = all(row.state == "as wanted" for row in self.devices)
        return ExitCode.DONE if good else ExitCode.NOTHING_FOUND


@record
class SeenRow(Record):
    """A device that was seen. `alarm` says what is odd: its MAC twice, or a placeholder."""

    mac: str
    host: str
    name: str
    chip: str
    version: str | None
    newest: str | None
    outdated: bool
    uptime: int | None
    rssi: int | None
    mqtt: str | None
    seen: str
    answers: bool | None
    last_backup: str | None
    last_change: str | None
    alarm: str


@record
class ListResult(Result):
    """Every device that was seen."""

    devices: tuple[SeenRow, ...]


@record
class RollCounts(UpdateCounts):
    """`device apply --roll`: `missing` are MACs that did not answer.

    `other_version` are hosts that keep another firmware than the roll wants.
    """

    missing: tuple[str, ...]
    other_version: tuple[str, ...]


@record
class RestoredDevice(TreatedDevice):
    """`device restore`: `applied` and `planned` are names of settings.

    `files`: restored, equal, none (the backup has none), or - in a dry run, which does not compare
    them. `left` are settings that were not put back. `undo` is the command that goes back.
    """

    applied: tuple[str, ...]
    planned: tuple[str, ...]
    files: str
    left: tuple[str, ...]
    verified: bool
    undo: str
    dry_run: bool | None = sparse(default=None)

    @property
    def was_changed(self) -> bool:
        """Whether settings or files were sent."""
        return bool(self.applied) or self.files == "restored"


@record
class CommandAnswer(Result):
    """`device command`: what the device answered, whatever that is; secrets are hidden."""

    host: str
    answer: Fact


@record
class AnnouncedDevice(Result):
    """`device command --ha-discovery`: `topics` are those that were heard, if it was `checked`."""

    host: str
    prefix: str
    queued: bool
    checked: bool
    topics: tuple[str, ...]


@record
class RestartedDevice(Result):
    """`device restart`: seconds since its last start, before and after."""

    host: str
    name: str
    up_before: int
    up_now: int


@record
class LogRead(Result):
    """`device logs`: how many lines; they are events themselves."""

    host: str
    lines: int


@record
class FileRow(Record):
    """A file of a device; `size` in bytes."""

    name: str
    size: int


@record
class FileListing(Result):
    """`device files list`: `size` is the room in bytes; `runs_at_start` are scripts."""

    host: str
    files: tuple[FileRow, ...]
    size: int
    used: int
    runs_at_start: tuple[str, ...]


@record
class FetchedFile(Result):
    """`device files get`: `stored` is its place on this computer."""

    host: str
    file: str
    size: int
    stored: str


@record
class SentFile(Result):
    """`device files put`; `verified`: read back and equal."""

    host: str
    file: str
    size: int
    verified: bool


@record
class RemovedFile(Result):
    """`device files remove`; `removed`: it is not listed any more."""

    host: str
    file: str
    removed: bool


@record
class PointRow(Record):
    """A data point as it was heard: its usual `name` and `unit`, and its `last` value."""

    number: int
    kind: DataKind
    name: str
    unit: str
    last: int | None


@record
class PointsHeard(Result):
    """`device info --data-points`: what a serial MCU said.

    `looks_like` is the kind of device whose usual names fit, empty where none does. `openbeken`
    are lines for autoexec.bat, `esphome` is YAML.
    """

    host: str
    chip: str
    mac: str | None
    looks_like: str
    points: tuple[PointRow, ...]
    openbeken: tuple[str, ...]
    esphome: str


@record
class LampColours(Result):
    """`device pins --lights`: the `settings` that make a lamp's colours right.

    The other fields are as in `ExaminedPins`.
    """

    host: str
    chip: str
    mac: str | None
    settings: dict[str, Fact]
    notes: tuple[str, ...]
    restored: bool
    applied: tuple[str, ...]
    verified: bool
    name: str | None = sparse(default=None)
    planned: tuple[str, ...] | None = sparse(default=None)
    undo: str | None = sparse(default=None)
    mqtt: BrokerReport | None = sparse(default=None)

    def after(self, change: ChangedDevice) -> LampColours:
        """The same when the settings were applied."""
        return LampColours(**fields_apart(self) | applied_fields(change))
