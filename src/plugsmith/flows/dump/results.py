"""What the `dump` verbs give back, as records; the JSON names are the command-line contract's."""

from __future__ import annotations

from plugsmith.dump.health import BackupLevel
from plugsmith.dump.health_checks import CheckOutcome
from plugsmith.dump.survey.report import DamageKind, DumpKind, Looked
from plugsmith.errors import ExitCode, Fact
from plugsmith.records import Record, Result, record, sparse, spread

_NOTHING = {DumpKind.UNKNOWN, DumpKind.BLANK, DumpKind.RANDOM}


@record
class LayoutRow(Record):
    """How the file lies against the flash: bytes of rotation and shift, address of its start."""

    rotation: int
    shift: int
    start: int
    complete: bool
    trailing: int


@record
class FirmwareRow(Record):
    """What would run; `key` of its code, `boot_code` in front of it, the vendor's own ids."""

    name: str
    version: str | None
    key: str | None
    boot_code: str | None
    vendor: dict[str, str]


@record
class RegionRow(Record):
    """A stretch of the file; `start` and `end` are file offsets, `address` is in flash."""

    name: str
    start: int
    end: int
    address: int | None
    sound: bool
    texture: str | None = sparse()
    entropy: float | None = sparse()
    facts: dict[str, Fact] = spread()


@record
class SecretKinds(Record):
    """Which kinds of secrets are in the file, never the secrets; None: nobody could look."""

    wifi: bool | None
    cloud: bool | None
    device: bool | None


@record
class DamageRow(Record):
    """One thing that is wrong, as a stable word and as a sentence."""

    what: DamageKind
    text: str


@record
class CheckRow(Record):
    """One check on the file as a backup: its stable name, how it ended, what was seen."""

    name: str
    outcome: CheckOutcome
    text: str


@record
class BackupAnswer(Record):
    """Whether the file can be put back on a device; sentences and stable words of the reasons.

    `verdict` is true for the level `whole` alone; `restorable` gives the device back as it was
    read, with data lost that only it had.
    """

    verdict: bool
    level: BackupLevel
    because: tuple[str, ...]
    reasons: tuple[str, ...]
    checks: tuple[CheckRow, ...]


@record
class ViaReadRow(Record):
    """What the passport says of a flash that `program` read; None where nobody told.

    `unchanged`: the file still holds the proven bytes. `restore` is the command that puts it back.
    """

    program: str
    chip: str | None
    mac: str | None
    created: str
    proof: str
    unchanged: bool
    restore: str


@record
class InfoResult(Result):
    """`dump info`; `via` where another program read the file."""

    file: str
    size: int
    sha256: str
    kind: DumpKind
    looks_like: str | None
    chip: str | None
    chip_evidence: tuple[str, ...]
    flash_size: int | None
    layout: LayoutRow
    firmware: FirmwareRow | None
    mac: str | None
    regions: tuple[RegionRow, ...]
    secrets: SecretKinds
    secrets_looked_for: Looked
    damage: tuple[DamageRow, ...]
    usable_as_backup: BackupAnswer
    via: ViaReadRow | None = sparse(default=None)

    @property
    def exit_status(self) -> ExitCode:
        """9 for what holds nothing of a flash (unknown, blank, random) and is no proven read."""
        if self.via is not None and self.via.unchanged:
            return ExitCode.DONE
        return ExitCode.BAD_INPUT if self.kind in _NOTHING else ExitCode.DONE


@record
class StoredRow(Record):
    """One record or file; `value` is text, or hexadecimal digits where `encoding` says so."""

    name: str
    kind: str
    live: bool
    offset: int
    checks: tuple[str, ...]
    redacted: tuple[str, ...] | None = sparse()
    value: str | None = sparse()
    encoding: str | None = sparse()


@record
class RecordsResult(Result):
    """`dump records`."""

    records: tuple[StoredRow, ...]
