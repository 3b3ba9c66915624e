"""Files that are no flash at all, by the marker at their start."""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.image.foreign.marks import mark_of
from plugsmith.memory import AddressRange


def find(data: bytes) -> list[Finding]:
    """The whole file as one finding, if it is another kind of file."""
    mark = mark_of(data)
    if mark is None:
        return []
    return [
        Finding(
            kind=FindingKind.FOREIGN_FILE,
            span=AddressRange(0, len(data)),
            evidence=("first bytes",),
            facts={"what": mark.name},
        )
    ]
