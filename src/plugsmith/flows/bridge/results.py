"""What the verbs over other programs give back, as records."""

from __future__ import annotations

from plugsmith.flows.wire.results import BackupRow, CheckRow, SpanRow
from plugsmith.records import Record, Result, record


@record
class ViaBackupResult(Result):
    """`backup --via`: sizes in bytes; `chip` and `mac` as the user or the program named them."""

    file: str
    sha256: str
    size: int
    passport: str
    proof: str
    seconds: float
    program: str
    chip: str | None
    mac: str | None


@record
class ViaImageRow(Record):
    """The file that another program writes, by its content; `chips` that it is for."""

    file: str
    kind: str
    chips: tuple[str, ...]
    size: int
    sha256: str


@record
class ViaFlashResult(Result):
    """`flash --via`: `writes` are the ranges that change; `verified` is false for a dry run only.

    What the chip does afterwards is not watched.
    """

    program: str
    chip: str | None
    mac: str | None
    image: ViaImageRow
    backup: BackupRow | None
    writes: tuple[SpanRow, ...]
    checks: tuple[CheckRow, ...]
    verified: bool
    undo: str
    seconds: float
    notes: tuple[str, ...]
