"""Library: one folder with everything of the user, handed to flows as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plugsmith.errors.flows import NoRightToWrite, NoSpaceLeft
from plugsmith.library.adapters import AdapterMemory
from plugsmith.library.backups.store import BackupStore
from plugsmith.library.home import check_room, home
from plugsmith.library.jobs.store import JobStore
from plugsmith.library.rescued import RescueStore
from plugsmith.library.set_aside import SetAside
from plugsmith.library.sightings import Sightings
from plugsmith.library.undo import UndoStore
from plugsmith.library.via_backups import ViaStore
from plugsmith.library.via_rooms import ViaRooms
from plugsmith.library.via_writes import BegunWrites

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Something in the library and the date that it carries."""

    what: str
    date: datetime


class Library:
    """Backups, open jobs and adapter facts below `root`; nothing is created before it is needed."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home()
        self.aside = SetAside()
        self.backups = BackupStore(
            self.root / "backups", self.root / "backups-index.json", self.aside
        )
        self.jobs = JobStore(self.root / "jobs", self.aside)
        self.adapters = AdapterMemory(self.root / "adapters.json")
        self.rescued = RescueStore(self.root / "rescued")
        self.via = ViaStore(self.root / "via")
        self.via_writes = BegunWrites(self.root / "via")
        self.locks = self.root / "locks"
        self.via_rooms = ViaRooms(self.root / "via" / "at-work", self.locks)
        self.undo = UndoStore(self.root / "undo", self.aside)
        self.sightings = Sightings(self.root / "devices.json", self.aside)

    def latest_date(self) -> Dated | None:
        """The latest date that a backup or an open job carries; None without any."""
        dated = [(entry.file.name, entry.created) for entry in self.backups.entries()]
        dated += [(job.header.subject, job.header.started) for job in self.jobs.open_jobs()]
        known = [Dated(what=what, date=date) for what, text in dated if (date := _date(text))]
        return max(known, key=lambda item: item.date, default=None)

    @property
    def writable(self) -> bool:
        """Whether something can be stored below `root`, which is made if need be."""
        try:
            check_room(self.root, 0)
        except (NoRightToWrite, NoSpaceLeft):
            return False
        return True

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


def _date(text: str) -> datetime | None:
    """The date in a passport or journal; None where it is none."""
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
