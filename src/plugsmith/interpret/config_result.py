"""What `dump config` gives back, as records; the JSON names are the command-line contract's."""

from __future__ import annotations

from plugsmith.device.rules import RuleFinding
from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    SourceKind,
    Standing,
    Status,
)
from plugsmith.dump.store.keyring import KeyOrigin
from plugsmith.errors import ExitCode, Fact
from plugsmith.records import Record, Result, named, record, sparse, spread

LONGEST_KEY = 40


@record
class OtherUse(Record):
    """What else a pin may be."""

    role: str | None
    reason: str


@record
class KeyPlace(Record):
    """Which copy a key of the text was read from, where it stands, and what that copy passed."""

    key: str
    copy: SourceKind
    offset: int
    flash_offset: int | None = sparse()
    checks: tuple[AgreeingCheck, ...]


@record
class PinRow(Record):
    """A pin in OpenBeken's words, as sentences, and with the keys of the vendor's text."""

    gpio: int
    role: str | None
    channel: int | None
    channel2: int | None
    keys: tuple[str, ...] = named("from")
    text: str
    why: str
    alternatives: tuple[OtherUse, ...] | None = sparse()
    where: tuple[KeyPlace, ...] | None = sparse()


@record
class PieceRow(Record):
    """`length` bytes of a text from position `at` on, and where they lie."""

    at: int
    length: int
    offset: int
    flash_offset: int | None = sparse()


@record
class SourceRow(Record):
    """A place that a text comes from; `offset` in the file, `flash_offset` where they differ."""

    kind: SourceKind
    offset: int
    flash_offset: int | None = sparse()
    checks: tuple[AgreeingCheck, ...]
    standing: Standing | None = sparse()
    repaired_bits: int | None = sparse()
    pieces: tuple[PieceRow, ...] | None = sparse()


@record
class AlternativeRow(SourceRow):
    """Another text of the file; `about` says what it is beside the answer."""

    text: str
    about: str | None = sparse()
    config: Fact


@record
class KeyRow(Record):
    """A key that opened a store, and where it was found."""

    origin: KeyOrigin
    offset: int | None


@record
class StoreRow(Record):
    """What is left of the vendor's store."""

    offset: int | None
    generation: str | None
    sectors: int
    sound_sectors: int
    complete: bool
    sound: bool


@record
class ProvenanceRow(Record):
    """Where everything comes from; `origin` is the flash address of the file's first byte."""

    copies: tuple[SourceRow, ...]
    keys: tuple[KeyRow, ...]
    store: StoreRow
    origin: int


@record
class UartRow(Record):
    """How the other controller of a device talks."""

    baud: int


@record
class ProductRow(Record):
    """What other records say; nothing in it is a secret. `ids` are the vendor's."""

    platform: str | None
    chip_evidence: str | None
    ids: dict[str, str | None] = spread()
    uart: UartRow | None = sparse()

    @property
    def keys(self) -> tuple[str, ...]:
        """The product and firmware keys that a catalogue can know."""
        found = (self.ids.get(name) for name in ("product_key", "firmware_key"))
        return tuple(item for item in found if item and len(item) <= LONGEST_KEY)


@record
class ConfigResult(Result):
    """`dump config` for one input; `config` is the vendor's JSON, `template` OpenBeken's.

    `baud`: of the link to another controller. `tolerated`: what a pasted text needed to be read.
    """

    status: Status
    confidence: Confidence | None
    text: str | None
    text_sha256: str | None
    config: Fact
    module: str | None
    chip: str | None
    source: SourceRow | None
    alternatives: tuple[AlternativeRow, ...]
    pins: tuple[PinRow, ...]
    template: dict[str, Fact] | None
    notes: tuple[str, ...]
    provenance: ProvenanceRow
    device: ProductRow
    reason: AbsenceReason | None = sparse()
    findings: tuple[RuleFinding, ...] | None = sparse()
    autoexec: tuple[str, ...] | None = sparse()
    baud: int | None = sparse()
    tolerated: tuple[str, ...] | None = sparse()

    @property
    def exit_status(self) -> ExitCode:
        """8 where there is no answer."""
        return ExitCode.NOTHING_FOUND if self.status is Status.NONE else ExitCode.DONE
