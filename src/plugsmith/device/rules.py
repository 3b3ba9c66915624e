"""Findings about a pin table: what will not work, what is risky, what deserves a look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is. An error means: this template must not be applied as it is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; `pin` is a GPIO number or None, `text` and `fix` are sentences."""

    rule: str
    level: Level
    pin: int | None
    text: str
    fix: str
