"""What the verbs over other programs give back, as records."""

from __future__ import annotations

from plugsmith.records import Result, record


@record
class ViaBackupResult(Result):
    """`backup --via`: sizes in bytes; `chip` as the user named it, None where the program knew."""

    file: str
    sha256: str
    size: int
    passport: str
    proof: str
    seconds: float
    program: str
    chip: str | None
