"""Runs of erased or zero sectors."""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.memory import SECTOR_LEN, AddressRange

_FILLS = {b"\xff" * SECTOR_LEN: FindingKind.ERASED, b"\0" * SECTOR_LEN: FindingKind.ZERO}


def find(data: bytes) -> list[Finding]:
    """Maximal runs of whole sectors (in file order) that hold only FF, or only zeros."""
    found: list[Finding] = []
    start, running = 0, None
    for at in range(0, len(data), SECTOR_LEN):
        kind = _kind(data[at : at + SECTOR_LEN])
        if kind is running:
            continue
        if running is not None:
            found.append(_run(running, start, at))
        start, running = at, kind
    if running is not None:
        found.append(_run(running, start, len(data)))
    return found


def _kind(sector: bytes) -> FindingKind | None:
    if len(sector) == SECTOR_LEN:
        return _FILLS.get(sector)
    if sector == b"\xff" * len(sector):
        return FindingKind.ERASED
    return FindingKind.ZERO if sector == bytes(len(sector)) else None


def _run(kind: FindingKind, start: int, end: int) -> Finding:
    return Finding(kind=kind, span=AddressRange(start, end), evidence=("all bytes",))
