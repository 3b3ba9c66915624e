"""Library: one folder with everything of the user, handed to flows as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.library.adapters import AdapterMemory
from plugsmith.library.backups.store import BackupStore
from plugsmith.library.home import home
from plugsmith.library.jobs.store import JobStore
from plugsmith.library.rescued import RescueStore
from plugsmith.library.undo import UndoStore

if TYPE_CHECKING:
    from pathlib import Path


class Library:
    """Backups, open jobs and adapter facts below `root`; nothing is created before it is needed."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home()
        self.backups = BackupStore(self.root / "backups", self.root / "backups-index.json")
        self.jobs = JobStore(self.root / "jobs")
        self.adapters = AdapterMemory(self.root / "adapters.json")
        self.rescued = RescueStore(self.root / "rescued")
        self.locks = self.root / "locks"
        self.undo = UndoStore(self.root / "undo")

    @property
    def cache(self) -> Path:
        """Where downloads may lie; losing it costs only time."""
        return self.root / "cache"

    def relink_speeds(self, *, port: str, adapter: str | None) -> tuple[int, ...]:
        """Rates beside 115200 at which a cut session may have left a chip on this adapter."""
        facts = self.adapters.facts(adapter or port)
        speeds = [
            *self.jobs.last_speeds(port=port, adapter=adapter),
            *([facts.in_use] if facts.in_use else []),
        ]
        return tuple(dict.fromkeys(speed for speed in speeds if speed != 115_200))
