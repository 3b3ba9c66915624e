"""What the `dump` verbs that make or compare files give back, as records."""

from __future__ import annotations

from plugsmith.dump.compare import RecordChange
from plugsmith.dump.repair import RepairStep
from plugsmith.dump.survey.credentials import SecretKind
from plugsmith.dump.survey.report import DumpKind
from plugsmith.errors import Fact
from plugsmith.flows.dump.results import DamageRow
from plugsmith.records import Record, Result, named, record, spread


@record
class ExtractedFile(Record):
    """A file below the folder; `facts` say what is known about its content."""

    file: str
    size: int
    facts: dict[str, Fact] = spread()


@record
class ExtractResult(Result):
    """`dump extract`; `withheld` are the kinds of parts that could not be proven harmless."""

    folder: str
    files: tuple[ExtractedFile, ...]
    secrets: bool
    withheld: tuple[str, ...]


@record
class RepairResult(Result):
    """`dump repair`; `sanitized`: the copy is also free of secrets."""

    file: str
    sha256: str
    size: int
    sanitized: bool
    done: tuple[RepairStep, ...]
    left: tuple[DamageRow, ...]


@record
class RemovedRow(Record):
    """`count` things of one kind were taken out of one kind of place."""

    what: SecretKind
    where: str
    count: int


@record
class ProofRow(Record):
    """The three statements that a clean copy is written for."""

    records_intact: bool
    pin_text_identical: bool
    secrets_left: int


@record
class UnreadRow(Record):
    """A stretch that nobody understands, `end` not included; it was `blanked`, or it `stays`."""

    start: int
    end: int
    state: str


@record
class AreaSizes(Record):
    """Bytes of the copy in each of four classes; together they are its size."""

    code: int
    structure: int
    searched: int
    unread: int


@record
class SanitizeResult(Result):
    """`dump sanitize`; `searches`: how many values were looked for, none of them found."""

    file: str
    sha256: str
    removed: tuple[RemovedRow, ...]
    proof: ProofRow
    kept: tuple[str, ...]
    unread: tuple[UnreadRow, ...]
    areas: AreaSizes
    searches: int
    summary: str


@record
class SideRow(Record):
    """One of two files that are compared."""

    kind: DumpKind
    chip: str | None
    size: int


@record
class RegionDifference(Record):
    """A region in which `differing` bytes in `sectors` sectors are not equal."""

    name: str
    start: int
    end: int
    differing: int
    sectors: int


@record
class DiffResult(Result):
    """`dump diff`; places are flash addresses where both files are in order."""

    equal: bool
    first: SideRow = named("a")
    second: SideRow = named("b")
    regions: tuple[RegionDifference, ...]
    records: tuple[RecordChange, ...]


@record
class ForgeResult(Result):
    """`dump forge`; `canaries` counts the made-up secrets in the file."""

    file: str
    sha256: str
    size: int
    contains: tuple[str, ...]
    canaries: int
