"""What a pasted text gave: configurations, and how much of each is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.dump.pasted.holdings import Holdings


class PasteKind(StrEnum):
    """What a configuration was written in."""

    PIN_TEXT = "pin-text"
    BOOT_LOG = "boot-log"
    LOG_LINES = "log-lines"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where a text breaks off. `behind`: the last key that is whole; `head`: its start is lost."""

    behind: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedConfig:
    """One configuration. `text` is set where it stood in the vendor's notation.

    `crc_ok` None: nothing to check, or the order of the keys is lost. `witness`: the pins that the
    log's own lines give too; `against`: keys for which they say something else. `cut`: the text
    begins or ends inside of it, and only its whole pairs were read.
    """

    kind: PasteKind
    holdings: Holdings
    text: str | None = None
    offset: int = 0
    crc_ok: bool | None = None
    witness: int = 0
    against: tuple[str, ...] = ()
    cut: Cut | None = None

    @property
    def config(self) -> Mapping[str, object] | None:
        """The configuration; None for a device without stored pins."""
        return self.holdings.config


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What a text holds: the best configuration first, then different ones; and the remarks."""

    found: tuple[PastedConfig, ...]
    remarks: tuple[str, ...] = ()

    @property
    def best(self) -> PastedConfig:
        """The one to take."""
        return self.found[0]
