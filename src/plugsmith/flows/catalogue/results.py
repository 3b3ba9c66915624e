"""What the `template` verbs give back, as records; the JSON names are the contract's."""

from __future__ import annotations

from plugsmith.device.rules import RuleFinding, RuleLevel
from plugsmith.errors import ExitCode, Fact
from plugsmith.interpret.module_chip import Certainty
from plugsmith.records import Record, Result, record, sparse


@record
class HitRow(Record):
    """A device of the catalogue; `score` is 0 to 1, `why` are sentences."""

    id: str
    vendor: str
    name: str
    model: str
    chip: str
    board: str
    meter: str
    relays: int
    score: float
    source: str
    why: tuple[str, ...]


@record
class SearchResult(Result):
    """`template search`; `hint` says how to get more devices while only the shipped are there."""

    hits: tuple[HitRow, ...]
    more: bool
    hint: str

    @property
    def exit_status(self) -> ExitCode:
        """8 where no device fits."""
        return ExitCode.DONE if self.hits else ExitCode.NOTHING_FOUND


@record
class Likeness(Record):
    """What the catalogue says about a device: candidates, a verdict, pins that nobody uses so."""

    hits: tuple[HitRow, ...]
    close: bool
    verdict: str
    unusual: tuple[str, ...]


@record
class MatchResult(Result):
    """`template match`."""

    device: str
    hits: tuple[HitRow, ...]
    close: bool
    verdict: str
    unusual: tuple[str, ...]
    hint: str

    @property
    def exit_status(self) -> ExitCode:
        """8 where no known device is close."""
        return ExitCode.DONE if self.close else ExitCode.NOTHING_FOUND


@record
class CorrectionRow(Record):
    """Something that was put right while importing."""

    rule: str
    text: str


@record
class EntryResult(Result):
    """`template show`; `rejected` is the reason why an entry cannot be used, or empty."""

    id: str
    vendor: str
    name: str
    model: str
    chip: str
    board: str
    meter: str
    relays: int
    score: float
    source: str
    why: tuple[str, ...]
    title: str
    kind: str
    licence: str
    keywords: tuple[str, ...]
    product_keys: tuple[str, ...]
    links: dict[str, str]
    rejected: str
    template: dict[str, Fact]
    config: dict[str, Fact] | None
    text: str
    corrections: tuple[CorrectionRow, ...]
    findings: tuple[RuleFinding, ...]


@record
class CountedRule(Record):
    """A kind of correction and how often it was needed."""

    rule: str
    count: int
    text: str


@record
class ImportResult(Result):
    """`template update --from`: counts of entries, corrections by rule, rejections by reason."""

    source: str
    total: int
    usable: int
    added: int
    changed: int
    unchanged: int
    removed: int
    corrections: dict[str, int]
    rejected: dict[str, int]
    location: str
    licence: str
    fetched: str
    version: str
    unreadable: tuple[str, ...]
    corrections_list: tuple[CountedRule, ...]


@record
class ListRow(Record):
    """A list in the catalogue; the counts are absent where its import is not on record."""

    source: str | None = sparse()
    total: int | None = sparse()
    usable: int | None = sparse()
    added: int | None = sparse()
    changed: int | None = sparse()
    unchanged: int | None = sparse()
    removed: int | None = sparse()
    corrections: dict[str, int] | None = sparse()
    rejected: dict[str, int] | None = sparse()
    name: str
    kind: str
    location: str
    licence: str
    fetched: str


@record
class ListsResult(Result):
    """`template update` without an origin."""

    sources: tuple[ListRow, ...]
    hint: str


@record
class LintResult(Result):
    """`template lint`."""

    findings: tuple[RuleFinding, ...]

    @property
    def exit_status(self) -> ExitCode:
        """8 where a finding forbids applying the template."""
        bad = any(item.level is RuleLevel.ERROR for item in self.findings)
        return ExitCode.NOTHING_FOUND if bad else ExitCode.DONE


@record
class FileRow(Record):
    """A file of an export."""

    name: str
    media_type: str
    text: str


@record
class ChipClaim(Record):
    """The chip (None unless known), how sure it is, which are likely, and why it is not sure."""

    name: str | None
    certainty: Certainty
    likely: tuple[str, ...]
    reason: str | None


@record
class VariantNeed(Record):
    """A driver that the plain build of OpenBeken lacks, with the variants that have it.

    Not `certain`: it is needed if the part that the configuration does not name is the other one.
    """

    driver: str
    variants: tuple[str, ...]
    certain: bool
    text: str


@record
class ExportResult(Result):
    """`template export`; `written` are the paths, empty where it was only shown.

    `tolerated`: what the text of the device needed to be read.
    """

    format: str
    files: tuple[FileRow, ...]
    written: tuple[str, ...]
    chip: ChipClaim
    chip_is_certain: bool
    foreign: bool
    variant: tuple[VariantNeed, ...]
    notes: tuple[str, ...]
    tolerated: tuple[str, ...]


@record
class ContributeResult(Result):
    """`template contribute`: the entry, what speaks about it, its text, the files written."""

    entry: dict[str, Fact]
    findings: tuple[RuleFinding, ...]
    text: str
    written: tuple[str, ...]
