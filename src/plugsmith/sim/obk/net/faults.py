"""What can go wrong on the way to a device, for tests: counted per endpoint, by request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What happens to a request."""

    DROP = "drop"  # closed without a byte, before the device did anything
    LOSE_REPLY = "lose-reply"  # the device acts, its answer is lost
    CUT = "cut"  # the reply ends after `length` bytes of its body
    DELAY = "delay"  # the reply comes `seconds` later
    VANISH = "vanish"  # power fails: this request and all later ones find nothing
    SILENT = "silent"  # the connection stays open without an answer
    DENY = "deny"  # 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Strikes requests number `at` to `at + count - 1`, counted from 1 among those that match."""

    kind: FaultKind
    at: int = 1
    count: int = 1
    target: str = ""  # beginning of the matching targets, with the first slash; empty: all
    length: int = 0
    seconds: float = 0.0


class FaultPlan:
    """The faults of one endpoint; every request is counted for each of them."""

    def __init__(self) -> None:
        self._seen: list[tuple[Fault, int]] = []
        self.struck: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault; counting starts now."""
        self._seen.append((fault, 0))

    def clear(self) -> None:
        """Disarm everything."""
        self._seen.clear()

    def strike(self, target: str) -> dict[FaultKind, Fault]:
        """The faults that this request meets."""
        met = {}
        for index, (fault, seen) in enumerate(self._seen):
            if not target.startswith(fault.target):
                continue
            self._seen[index] = (fault, seen + 1)
            if fault.at <= seen + 1 < fault.at + fault.count:
                met[fault.kind] = fault
                self.struck.append(fault)
        return met
