"""What the verbs about running devices give back; the JSON names are the contract's."""

from __future__ import annotations

from dataclasses import field

from plugsmith.errors import ExitCode, Fact
from plugsmith.lan.live_page import BrokerState
from plugsmith.lan.records import Reading
from plugsmith.openbeken.pin_findings import PinKind
from plugsmith.records import Record, Result, alone, data_of, fields_apart, named, record, sparse


@record
class FoundRow(Record):
    """A device that a scan found. `state`: ok, locked or safe-mode; then nothing else is known.

    `placeholder_mac`: its MAC is one that devices get when their RF calibration is lost;
    `same_mac`: another device that was found has it too. `uptime` in seconds, `rssi` in dBm.
    """

    ip: str
    name: str | None
    chip: str | None
    version: str | None
    variant: str | None
    mac: str | None
    uptime: int | None
    build: str | None
    port: int
    state: str
    same_mac: bool
    placeholder_mac: bool
    rssi: int | None


@record
class ScanResult(Result):
    """`device scan`: the contract's result is the list itself."""

    devices: tuple[FoundRow, ...] = alone()

    def as_data(self) -> Fact:
        """The devices, in the order of their addresses."""
        return data_of(self.devices)


@record
class TreatedDevice(Result):
    """A device that a verb was to change. `name` is its short name."""

    host: str
    name: str | None
    chip: str
    mac: str | None

    @property
    def was_changed(self) -> bool:
        """Whether anything on it is other than before."""
        raise NotImplementedError

    @property
    def skip_reason(self) -> str:
        """Why it was left alone; empty where it was not."""
        return ""


@record
class BrokerReport(Record):
    """How a device gets on with its broker; `detail` is the firmware's own word."""

    state: BrokerState | None
    detail: str


@record
class UpdateDone(Record):
    """The versions of an update; `files`: kept, restored, or none where there were none."""

    from_: str | None = named("from")
    to: str
    files: str


@record
class ChangedDevice(TreatedDevice):
    """A device that was set up: `applied` and `planned` are names of settings.

    `verified`: read back and equal. `undo` is the command that goes back, empty where nothing was
    stored; `skipped` the reason why it was left alone; `mqtt` is there after a change of the
    broker's settings, `update` after one of the firmware.
    """

    applied: tuple[str, ...]
    planned: tuple[str, ...] | None = sparse(default=None)
    verified: bool
    undo: str
    dry_run: bool | None = sparse(default=None)
    skipped: str | None = sparse(default=None)
    mqtt: BrokerReport | None = sparse(default=None)
    update: UpdateDone | None = sparse(default=None)

    @property
    def was_changed(self) -> bool:
        """Whether settings were sent or the firmware is another."""
        return bool(self.applied or self.update)

    @property
    def skip_reason(self) -> str:
        """Why it was left alone; empty where it was not."""
        return self.skipped or ""


@record
class UpdatedDevice(TreatedDevice):
    """A device that got, or would get, another firmware; `files` as in `UpdateDone`.

    `verified`: it runs `to`, as it says itself after its restart.
    """

    from_: str | None = named("from")
    to: str
    updated: bool
    verified: bool
    files: str
    dry_run: bool | None = sparse(default=None)
    would_change: bool | None = sparse(default=None)
    skipped: str | None = sparse(default=None)

    @property
    def was_changed(self) -> bool:
        """Whether its firmware or its files are other than before."""
        return self.updated or self.files == "restored"

    @property
    def skip_reason(self) -> str:
        """Why it was left alone; empty where it was not."""
        return self.skipped or ""


@record
class RunCounts(Result):
    """How the work on several devices ended; `exit_code` is the highest among them.

    `changed` is there where the verb changes devices, `would_change` after a dry run.
    """

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
class UpdateCounts(RunCounts):
    """The same for updates; `not_started` counts those that a failure kept from being begun."""

    not_started: int


@record
class DeviceRow(Record):
    """A device among several: `uptime` in seconds, `rssi` in dBm."""

    host: str
    name: str
    chip: str
    version: str | None
    variant: str | None
    mac: str | None
    uptime: int
    rssi: int | None
    mqtt: BrokerState | None
    meter: Reading | None


@record
class InfoCounts(RunCounts):
    """`device info` of several: those that answered, in the order in which they were named."""

    table: tuple[DeviceRow, ...]


@record
class DeviceInfo(Result):
    """What a device says about itself, secrets masked. `pins` are texts by GPIO, as OpenBeken's.

    `flags` is a number as text, for it has 64 bits; `flag_names` say what is on. `settings` are
    OpenBeken's, by name.
    """

    ip: str
    name: str
    chip: str
    version: str | None
    variant: str | None
    mac: str | None
    uptime: int
    host: str
    build: str
    drivers: tuple[str, ...]
    mqtt: BrokerState | None
    mqtt_detail: str
    rssi: int | None
    long_name: str
    pins: dict[str, str]
    flags: str
    flag_numbers: tuple[int, ...]
    flag_names: dict[str, str]
    startup_command: str
    meter: Reading | None
    settings: dict[str, Fact] = field(repr=False)

    @property
    def row(self) -> DeviceRow:
        """The facts that stand in a table of several."""
        return DeviceRow(
            host=self.host,
            name=self.name,
            chip=self.chip,
            version=self.version,
            variant=self.variant,
            mac=self.mac,
            uptime=self.uptime,
            rssi=self.rssi,
            mqtt=self.mqtt,
            meter=self.meter,
        )


@record
class KeptFile(Record):
    """A file of a kept folder; `name` is its own name where ours had to differ."""

    size: int
    sha256: str
    name: str | None = sparse(default=None)


@record
class KeptDevice(Result):
    """`device backup`: what was kept of one device, and in which `folder`.

    `stored_files` counts the files of its file system; `complete` is False where a part could not
    be read; `removed` are the older folders that `--keep` took away.
    """

    host: str
    folder: str
    chip: str
    mac: str | None
    version: str | None
    files: dict[str, KeptFile]
    stored_files: int
    full: bool
    problems: tuple[str, ...]
    complete: bool
    removed: tuple[str, ...] | None = sparse(default=None)


@record
class Calibrated(Result):
    """`device calibrate`: factors by quantity (voltage, current, power; 0 is the default).

    `references`, `before` and `after` are volts, amperes and watts: of the known load, and the
    averages that the meter showed. They are missing where factors were stored without a load.
    """

    host: str
    chip: str
    mac: str | None
    meter: str
    factors_before: dict[str, float]
    factors: dict[str, float]
    applied: tuple[str, ...]
    verified: bool
    undo: str
    references: dict[str, float] | None = sparse(default=None)
    before: dict[str, float] | None = sparse(default=None)
    after: dict[str, float] | None = sparse(default=None)


@record
class PinRow(Record):
    """What one pin turned out to be; `pulses_per_s` of a meter's pin."""

    gpio: int
    kind: PinKind
    active_low: bool
    pulses_per_s: float


@record
class ExaminedPins(Result):
    """`device pins`: what was found, and the template that follows from it, in OpenBeken's words.

    `restored`: the old pins were put back after the examination. `file` is where the template was
    written; `name` and what follows are there if it was applied, as in `ChangedDevice`.
    """

    host: str
    chip: str
    mac: str | None
    findings: tuple[PinRow, ...]
    template: dict[str, Fact]
    notes: tuple[str, ...]
    restored: bool
    applied: tuple[str, ...]
    verified: bool
    file: str | None = sparse(default=None)
    name: str | None = sparse(default=None)
    planned: tuple[str, ...] | None = sparse(default=None)
    undo: str | None = sparse(default=None)
    mqtt: BrokerReport | None = sparse(default=None)

    def after(self, change: ChangedDevice) -> ExaminedPins:
        """The same when the template was applied."""
        return ExaminedPins(**fields_apart(self) | applied_fields(change))


def applied_fields(change: ChangedDevice) -> dict[str, object]:
    """The fields of a result that holds how its own proposal was applied."""
    names = ("name", "applied", "planned", "verified", "undo", "mqtt")
    return {name: getattr(change, name) for name in names}
