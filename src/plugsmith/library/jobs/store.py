"""Jobs that may be interrupted: what was going on, how far it came, at which speed.

A job is a journal `jobs/<id>.journal`; for a read the bytes so far in `jobs/<id>.part`; for a write
what is wanted and what must survive in `jobs/<id>.sectors`, and what names its device since in
`jobs/<id>.names`. It exists from before the first change
on the device until a run has made the device whole; so a device with an open flash, restore, write
or erase job that has begun is known to be half-written.
"""

from __future__ import annotations

import secrets
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.errors.library import JobLost, JobUnreadable
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.home import refusal
from plugsmith.library.jobs.journal import Journal, damaged, never_began, replay
from plugsmith.library.jobs.names import JobNames, read_names, write_names
from plugsmith.library.jobs.sectors import JobSectors, read_sectors, write_sectors
from plugsmith.library.jobs.state import (
    JobHeader,
    JobKind,
    JobState,
    KeptRange,
    ReadRange,
    header_json,
    read_state,
)
from plugsmith.library.set_aside import SetAside
from plugsmith.limited_read import read_regular
from plugsmith.memory import AddressRange
from plugsmith.messages import _
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from plugsmith.boot.flash import Proof
    from plugsmith.errors import Fact

__all__ = [
    "CHANGING",
    "DeviceKey",
    "Job",
    "JobHeader",
    "JobKind",
    "JobNames",
    "JobSectors",
    "JobState",
    "JobStore",
    "KeptRange",
    "ReadRange",
]

_BLANK = b"\xff"
_LARGEST_PART = 64 << 20
_LARGEST_JOURNAL = 64 << 20
CHANGING = tuple(kind for kind in JobKind if kind.changes_device)


class Job:
    """An open job. Every call is on disk (in the sense of journal.py) when it returns.

    `trouble` is the first entry that the disk refused, in its words: the work goes on, because a
    device that is half-written over a full disk would be worse.
    """

    def __init__(self, *, folder: Path, state: JobState, journal: Journal) -> None:
        self.state = state
        self.trouble: str | None = None
        self.folder = folder
        self._journal = journal
        self._begun = state.begun

    @property
    def id(self) -> str:
        """The name of the job."""
        return self.state.id

    @property
    def partial(self) -> Path:
        """Where the bytes of an unfinished read lie."""
        return self.folder / f"{self.id}.part"

    def intend(
        self,
        sectors: JobSectors,
        *,
        changes: Iterable[AddressRange],
        kept: Iterable[KeptRange],
    ) -> None:
        """Put the whole intent of a write on the disk; nothing may be erased before.

        Raises NoSpaceLeft or NoRightToWrite.
        """
        try:
            write_sectors(self.folder / f"{self.id}.sectors", sectors)
            for span in changes:
                self._journal.append("change", {"start": span.start, "end": span.end})
            for item in kept:
                data: dict[str, Fact] = {
                    "start": item.span.start,
                    "end": item.span.end,
                    "crc32": item.crc32,
                }
                self._journal.append("kept", data)
            self._journal.append("intent", {}, durable=True)
        except OSError as problem:
            raise refusal(self.folder, problem) from problem

    def speed(self, baud: int) -> None:
        """The wire is about to run at `baud`: call it before the chip is asked to change."""
        self._append("speed", {"baud": baud}, durable=True)

    def protection(self, status: int) -> None:
        """The flash part's `status` from before its write protection is lifted."""
        self._append("protection", {"status": status}, durable=True)

    def in_flight(self, span: AddressRange) -> None:
        """`span` is about to be erased or written: from now on its content is unknown."""
        first, self._begun = not self._begun, True
        self._append("in-flight", {"start": span.start, "end": span.end}, durable=first)

    def written(self, span: AddressRange, crc32: int) -> None:
        """The device took `span`; clears what was in flight inside it."""
        self._append("written", {"start": span.start, "end": span.end, "crc32": crc32})

    def put(self, start: int, data: bytes, proof: Proof) -> None:
        """Keep bytes of a read in the partial file, and note them as read and proven.

        Raises NoSpaceLeft or NoRightToWrite where the disk refuses.
        """
        span = AddressRange.sized(start, len(data))
        mode = "r+b" if self.partial.exists() else "x+b"
        try:
            with self.partial.open(mode) as file:
                file.seek(start)
                file.write(data)
            self._journal.append(
                "read",
                {
                    "start": span.start,
                    "end": span.end,
                    "crc32": zlib.crc32(data),
                    "proof": proof.value,
                },
            )
        except OSError as problem:
            raise refusal(self.folder, problem) from problem

    def so_far(self) -> tuple[bytearray, tuple[ReadRange, ...]]:
        """The bytes of an earlier run (FF where there are none) and the ranges that still hold.

        A range whose bytes do not match their checksum (the disk lost them) is left out.
        """
        image = bytearray(_BLANK * self.state.header.device.flash_size)
        try:
            stored = read_regular(self.partial, limit=_LARGEST_PART)
        except InputError:
            return image, ()
        sound = []
        for item in self.state.read:
            piece = stored[item.span.start : item.span.end]
            if len(piece) == len(item.span) and zlib.crc32(piece) == item.crc32:
                image[item.span.start : item.span.end] = piece
                sound.append(item)
        return image, tuple(sound)

    def drop_partial(self, *, beside: Path) -> bool:
        """Give up the bytes of a read for the room they take where `beside` lies; False: none."""
        try:
            if self.partial.stat().st_dev != beside.stat().st_dev:
                return False
            self.partial.unlink()
        except OSError:
            return False
        return True

    def _append(self, kind: str, data: dict[str, Fact], *, durable: bool = False) -> None:
        try:
            self._journal.append(kind, data, durable=durable)
        except OSError as problem:
            self.trouble = self.trouble or system_words(problem)

    def close(self) -> None:
        """Leave the job for later: force what is noted to the disk; it can be resumed."""
        self._append("pause", {}, durable=True)

    def finish(self) -> None:
        """The job is done: nothing of it remains."""
        _remove(self.folder, self.id)


class JobStore:
    """The open jobs of a library."""

    def __init__(self, folder: Path, aside: SetAside | None = None) -> None:
        self.folder = folder
        self._aside = aside or SetAside()

    def start(self, header: JobHeader, *, spare: Path | None = None) -> Job:
        """A new job, on disk before this returns; NoSpaceLeft, NoRightToWrite if refused.

        `spare`: where it goes if the library takes nothing; only for work that changes no device.
        """
        name = f"{header.kind.value}-{secrets.token_hex(6)}"
        path = self.folder / f"{name}.journal"
        last = max((state.header.number for state in self.open_jobs()), default=0)
        header = replace(header, number=last + 1)
        try:
            journal = Journal.create(path)
            journal.append("begin", header_json(header), durable=True)
        except OSError as problem:
            if spare is not None:
                return JobStore(spare).start(header)
            raise refusal(self.folder, problem) from problem
        return Job(folder=self.folder, state=JobState(id=name, header=header), journal=journal)

    def open_jobs(
        self, *, device: DeviceKey | None = None, kinds: Iterable[JobKind] = tuple(JobKind)
    ) -> list[JobState]:
        """The unfinished jobs of `device` (None: of all), the one that was begun last first.

        A job counts if its device may be the one that is asked for: better one warning too many.
        """
        wanted = frozenset(kinds)
        found = []
        for path in self._paths():
            state = _read(path)
            if state is None and not _never_began(path):
                self._aside.add_unreadable(path)
            if state is None or state.header.kind not in wanted:
                continue
            if device is None or device.may_be(state.header.device):
                found.append(state)
        return sorted(found, key=lambda state: state.header.number, reverse=True)

    def unreadable(self) -> list[Path]:
        """Journals of changes that cannot be read although their work may have begun."""
        changing = tuple(f"{kind.value}-" for kind in CHANGING)
        return [
            path
            for path in self._paths()
            if path.name.startswith(changing) and _read(path) is None and not _never_began(path)
        ]

    def refuse_unreadable(self) -> None:
        """JobUnreadable if a journal might tell that a device is half-written and cannot."""
        for path in self.unreadable():
            raise JobUnreadable(name=str(path))

    def sectors(self, state: JobState) -> JobSectors:
        """What the job wanted and what it kept of the old; empty where its file is lost."""
        return read_sectors(self.folder / f"{state.id}.sectors") or JobSectors()

    def resume(self, job_id: str) -> Job:
        """An unfinished job, open again; JobLost if it is gone or unreadable."""
        path = self.folder / f"{job_id}.journal"
        try:
            journal, entries = Journal.reopen(path)
        except OSError as problem:
            raise JobLost(kind=_("job"), problem=system_words(problem)) from problem
        state = read_state(job_id, entries)
        if state is None:
            raise JobLost(kind=_("job"), problem="its journal has no readable beginning")
        return Job(folder=self.folder, state=state, journal=journal)

    def name(self, state: JobState, names: JobNames) -> None:
        """Note what names the device of an open job from now on; nothing where it has ended.

        Raises NoSpaceLeft or NoRightToWrite.
        """
        path = self.folder / f"{state.id}.names"
        try:
            write_names(path, names)
        except OSError as problem:
            raise refusal(self.folder, problem) from problem
        if not (self.folder / f"{state.id}.journal").exists():
            path.unlink(missing_ok=True)

    def forget(self, state: JobState) -> None:
        """Drop an unfinished job, because a run has made its device whole."""
        _remove(self.folder, state.id)

    def last_speeds(self, *, port: str, adapter: str | None) -> list[int]:
        """The speeds at which unfinished jobs on this adapter or port may have left a chip."""
        speeds = [
            state.baud
            for state in self.open_jobs()
            if state.baud is not None
            and (state.header.adapter == adapter if adapter else state.header.port == port)
        ]
        return list(dict.fromkeys(speeds))

    def _paths(self) -> Sequence[Path]:
        """All journals, the one that was added to last first."""

        def age(path: Path) -> tuple[int, str]:
            try:
                return (path.stat().st_mtime_ns, path.name)
            except OSError:
                return (0, path.name)

        return sorted(self.folder.glob("*.journal"), key=age, reverse=True)


def _remove(folder: Path, job_id: str) -> None:
    for suffix in (".journal", ".part", ".sectors", ".names"):
        (folder / f"{job_id}{suffix}").unlink(missing_ok=True)


def _read(path: Path) -> JobState | None:
    try:
        data = read_regular(path, limit=_LARGEST_JOURNAL)
    except InputError:
        return None
    state = read_state(path.stem, replay(data))
    if state is None:
        return None
    names = read_names(path.with_suffix(".names"), state.header.device)
    begun = state.begun or damaged(data)  # the line that tells of the first erase may be gone
    return replace(state, begun=begun, names=names)


def _never_began(path: Path) -> bool:
    try:
        return never_began(read_regular(path, limit=_LARGEST_JOURNAL))
    except InputError:
        return not (path.exists() or path.is_symlink())  # finished meanwhile; else nobody knows
