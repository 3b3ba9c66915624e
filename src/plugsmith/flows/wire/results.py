"""What the verbs over the wire give back, as records; the JSON names are the contract's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.identity import SizeProof
from plugsmith.chips.model import Family, KeyClass, Support
from plugsmith.errors import ExitCode
from plugsmith.flows.arrived import ArrivedDevice
from plugsmith.flows.image.results import ImageRow
from plugsmith.flows.other_chip import OtherChipRow
from plugsmith.flows.permissions import Permission
from plugsmith.flows.write.checks.preflight import PreflightOutcome
from plugsmith.flows.write.plan import Action
from plugsmith.link.hearing import Heard
from plugsmith.records import Record, Result, named, record, sparse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.flows.write.checks.preflight import PreflightCheck
    from plugsmith.flows.write.plan import FlashPlan
    from plugsmith.flows.write.proven import Safety
    from plugsmith.memory import AddressRange

_LOST = (Heard.PORT_LOST, Heard.PORT_TAKEN, Heard.SERVER_CLOSES)
_PORT_STATES = (*_LOST, Heard.WRITES_STUCK, Heard.TELNET)


@record
class CauseRow(Record):
    """One possible cause; `likelihood` is likely, possible or unlikely."""

    cause: str
    likelihood: str
    next_step: str


@record
class ModuleRow(Record):
    """The module that the user named, the chip that lists give it, and which lists."""

    name: str
    chip: str
    evidence: tuple[str, ...]


@record
class DoctorResult(Result):
    """`doctor`; `answers`: the boot code can be reached; `wiring` is a drawing in text.

    `other_chip`: the named module, or what talks on the wire, is a chip of another kind.
    `module`: the named one.
    """

    heard: Heard
    text: str
    answers: bool
    detail: str
    port: str
    causes: tuple[CauseRow, ...]
    wiring: str
    other_chip: OtherChipRow | None = sparse(default=None)
    module: ModuleRow | None = sparse(default=None)

    @property
    def exit_status(self) -> ExitCode:
        """0 where a chip can be worked on."""
        if self.heard is Heard.NO_ADAPTER:
            return ExitCode.DONE  # a drawing was asked for, and made
        if self.heard in (Heard.CHIP, Heard.CONSOLE):
            return ExitCode.DONE if self.answers else ExitCode.NO_LINK
        codes = dict.fromkeys(_PORT_STATES, ExitCode.PORT) | {Heard.RESET_LOOP: ExitCode.VERIFY}
        return codes.get(self.heard, ExitCode.NO_LINK)


@record
class WireResult(Result):
    """What every verb with a chip tells; `resets` of the chip were healed on the way, if any."""

    resets: int | None = sparse(default=None)


@record
class BootRow(Record):
    """The boot code that answers; `crc32` of its bytes where it can be read."""

    name: str | None
    version: str | None
    crc32: str | None
    support: Support | None


@record
class FlashRow(Record):
    """The flash part; `jedec` is null where the chip cannot report it, `size` in bytes."""

    jedec: str | None
    part: str | None
    vendor: str | None
    size: int
    size_proof: SizeProof
    protected: bool | None


@record
class KeyClassRow(Record):
    """The class of the code key, never the key."""

    key_class: KeyClass = named("class")
    evidence: str


@record
class RunningRow(Record):
    """What the application calls itself; `blank` where there is none."""

    name: str | None
    version: str | None
    project: str | None


@record
class InfoResult(WireResult):
    """`info`."""

    chip: str
    family: Family
    chip_id: str | None
    support: Support
    boot: BootRow
    flash: FlashRow
    key: KeyClassRow
    mac: str | None
    evidence: tuple[str, ...]
    firmware: RunningRow


@record
class BackupResult(WireResult):
    """`backup`; sizes in bytes."""

    file: str
    sha256: str
    size: int
    passport: str
    proof: str
    seconds: float
    bytes_on_wire: int
    skipped_blank: int
    resumed: int
    chip: str
    mac: str | None


@record
class ReadResult(WireResult):
    """`read`; addresses and lengths in bytes.

    `chips` are all that it may be, `chip` the likeliest: reading asks no more than it needs.
    """

    file: str
    sha256: str
    start: int
    length: int
    proof: str
    chip: str
    chips: tuple[str, ...]


@record
class SpanRow(Record):
    """A range of the flash."""

    start: int
    length: int


@record
class VerifyResult(WireResult):
    """`verify`; `differs` are whole sectors, cut at the ends."""

    equal: bool
    differs: tuple[SpanRow, ...]

    @property
    def exit_status(self) -> ExitCode:
        """7 where something differs."""
        return ExitCode.DONE if self.equal else ExitCode.VERIFY


@record
class ResetResult(Result):
    """`reset`."""

    how: str
    chip: str


@record
class BytesRow(Record):
    """Bytes of any kind that were written; of several pieces `start` is the first one's."""

    sha256: str
    start: int
    length: int


@record
class SettingsRow(Record):
    """A sector of OpenBeken's settings that was written."""

    kind: str = "openbeken-settings"
    length: int


@record
class BackupRow(Record):
    """The backup that secures a write."""

    file: str
    passport: str
    sha256: str
    created: str
    made_now: bool


@record
class PlanRow(Record):
    """One range with one action."""

    start: int
    length: int
    action: Action
    region: str
    why: str


@record
class CheckRow(Record):
    """One check before the write."""

    name: str
    verdict: PreflightOutcome
    text: str
    permission: Permission | None


@record
class WriteResult(WireResult):
    """`write` and `restore`; `verified` is false only for a dry run, `booted` null if not seen."""

    chip: str
    image: ImageRow | BytesRow | SettingsRow | None
    backup: BackupRow | None
    plan: tuple[PlanRow, ...]
    checks: tuple[CheckRow, ...]
    verified: bool
    booted: bool | None
    undo: str
    seconds: float
    notes: tuple[str, ...]


@record
class FlashResult(WriteResult):
    """`flash`, with a line about the known device that this one is like, and where it answers.

    `found` stands only where it was looked for in the network.
    """

    image: ImageRow | None
    looks_like: str | None
    found: ArrivedDevice | None = sparse(default=None)


@record
class _Erased(Record):
    start: int
    length: int
    proof: str | None


@record
class EraseResult(WriteResult, _Erased):
    """`erase`; `proof` is null for a dry run."""


def plan_rows(plan: FlashPlan) -> tuple[PlanRow, ...]:
    """The steps of a plan."""
    return tuple(
        PlanRow(
            start=step.span.start,
            length=len(step.span),
            action=step.action,
            region=step.name,
            why=step.why,
        )
        for step in plan.steps
    )


def check_rows(checks: Iterable[PreflightCheck]) -> tuple[CheckRow, ...]:
    """The checks before a write."""
    return tuple(
        CheckRow(name=item.name, verdict=item.verdict, text=item.text, permission=item.permission)
        for item in checks
    )


def backup_row(safety: Safety) -> BackupRow | None:
    """The backup that secures a write; None where it was waived."""
    if safety.backup is None:
        return None
    return BackupRow(
        file=str(safety.backup.file),
        passport=str(safety.backup.passport_file),
        sha256=safety.backup.passport.sha256,
        created=safety.backup.passport.created,
        made_now=safety.made_now,
    )


def span_rows(spans: Iterable[AddressRange]) -> tuple[SpanRow, ...]:
    """Ranges of the flash."""
    return tuple(SpanRow(start=span.start, length=len(span)) for span in spans)


@record
class ConsoleResult(Result):
    """What was heard; `booted` and `firmware` as far as the end of the text tells them."""

    port: str
    baud: int
    lines: int
    bytes: int
    seconds: float
    booted: bool | None
    firmware: str | None
    file: str | None
