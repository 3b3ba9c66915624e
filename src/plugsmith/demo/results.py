"""What the demo gives back, as a record; the JSON names are the command-line contract's."""

from __future__ import annotations

from plugsmith.errors import Fact
from plugsmith.records import Record, Result, record


@record
class DemoStep(Record):
    """A step and what came of it, both for people."""

    step: str
    outcome: str


@record
class DemoResult(Result):
    """`demo`: the steps as they happened, where the backup lies, how to undo it."""

    steps: tuple[DemoStep, ...]
    backup: str
    undo: str
    folder: str
    chip: str
    verified: bool
    booted: bool | None
    template: dict[str, Fact] | None
    boot_check: str | None
    applied: tuple[str, ...]
    relay: bool
    power_w: float
    voltage_v: float
    seconds: float
