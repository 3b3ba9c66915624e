"""What the `sim` verb gives back when it is switched off."""

from __future__ import annotations

from plugsmith.records import Result, record


@record
class ChipSession(Result):
    """A simulated chip: clients served, sectors erased, programs, resets, faults that struck."""

    boot: str
    sessions: int
    erased: int
    programmed: int
    resets: int
    struck: tuple[str, ...]


@record
class EmulatedSession(Result):
    """An emulated chip: clients served."""

    boot: str
    sessions: int


@record
class HouseSession(Result):
    """Simulated OpenBeken devices: their addresses, requests answered, restarts."""

    urls: tuple[str, ...]
    requests: int
    restarts: int
