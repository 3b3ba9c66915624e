"""Jobs that may be interrupted: what was going on, how far it came, at which speed.

A job is a journal `jobs/<id>.journal` and, for a read, the bytes so far in `jobs/<id>.part`. It
exists from before the first change on the device until it is finished or forgotten; so a device
with an open flash, restore, write or erase job is known to be half-written.
"""

from __future__ import annotations

import secrets
import zlib
from typing import TYPE_CHECKING

from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import JobLost
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.jobs.journal import Journal, replay
from plugsmith.library.jobs.state import (
    DoneRange,
    JobHeader,
    JobKind,
    JobState,
    header_json,
    read_state,
)
from plugsmith.memory import AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from plugsmith.boot.flash import Proof
    from plugsmith.errors import Fact

__all__ = ["DeviceKey", "DoneRange", "Job", "JobHeader", "JobKind", "JobState", "JobStore"]

_BLANK = b"\xff"


class Job:
    """An open job. Every call is on disk (in the sense of journal.py) when it returns."""

    def __init__(self, *, folder: Path, state: JobState, journal: Journal) -> None:
        self.state = state
        self._folder = folder
        self._journal = journal
        self._lost = False

    @property
    def journal_lost(self) -> bool:
        """Whether the disk refused an entry; the work goes on, but cannot be resumed from here."""
        return self._lost

    @property
    def id(self) -> str:
        """The name of the job."""
        return self.state.id

    @property
    def partial(self) -> Path:
        """Where the bytes of an unfinished read lie."""
        return self._folder / f"{self.id}.part"

    def speed(self, baud: int) -> None:
        """The wire is about to run at `baud`: call it before the chip is asked to change."""
        self._append("speed", {"baud": baud}, durable=True)

    def phase(self, name: str) -> None:
        """A new part of the job begins ("survey", "write", "verify", ...)."""
        self._append("phase", {"name": name}, durable=True)

    def in_flight(self, span: AddressRange) -> None:
        """`span` is about to be erased or written: from now on its content is unknown."""
        self._append("in-flight", {"start": span.start, "end": span.end})

    def done(self, span: AddressRange, crc32: int, *, proof: Proof | None = None) -> None:
        """`span` is finished; clears what was in flight inside it."""
        self._append(
            "done",
            {
                "start": span.start,
                "end": span.end,
                "crc32": crc32,
                "proof": proof.value if proof else None,
            },
        )

    def put(self, start: int, data: bytes, proof: Proof) -> None:
        """Keep bytes of a read in the partial file, and note them as done and proven.

        Raises NoRightToWrite where the disk refuses.
        """
        mode = "r+b" if self.partial.exists() else "x+b"
        try:
            with self.partial.open(mode) as file:
                file.seek(start)
                file.write(data)
        except OSError as problem:
            raise _refused(self._folder, problem) from problem
        self.done(AddressRange.sized(start, len(data)), zlib.crc32(data), proof=proof)

    def kept(self) -> tuple[bytearray, tuple[DoneRange, ...]]:
        """The bytes of an earlier run (FF where there are none) and the ranges that still hold.

        A range whose bytes do not match their checksum (the disk lost them) is left out.
        """
        image = bytearray(_BLANK * self.state.header.device.flash_size)
        try:
            stored = self.partial.read_bytes()
        except OSError:
            return image, ()
        sound = []
        for item in self.state.done:
            piece = stored[item.span.start : item.span.end]
            if item.proof and len(piece) == len(item.span) and zlib.crc32(piece) == item.crc32:
                image[item.span.start : item.span.end] = piece
                sound.append(item)
        return image, tuple(sound)

    def _append(self, kind: str, data: dict[str, Fact], *, durable: bool = False) -> None:
        try:
            self._journal.append(kind, data, durable=durable)
        except OSError:  # a full disk must not leave a device half-written
            self._lost = True

    def close(self) -> None:
        """Leave the job for later: force what is noted to the disk; it can be resumed."""
        self._append("pause", {}, durable=True)

    def finish(self) -> None:
        """The job is done: nothing of it remains."""
        _remove(self._folder, self.id)


class JobStore:
    """The open jobs of a library."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, header: JobHeader) -> Job:
        """A new job, on disk before this returns; NoRightToWrite where the disk refuses."""
        name = f"{header.kind.value}-{secrets.token_hex(6)}"
        try:
            journal = Journal.create(self._folder / f"{name}.journal")
            journal.append("begin", header_json(header), durable=True)
        except OSError as problem:
            raise _refused(self._folder, problem) from problem
        return Job(folder=self._folder, state=JobState(id=name, header=header), journal=journal)

    def open_jobs(
        self, *, device: DeviceKey | None = None, kinds: Iterable[JobKind] = tuple(JobKind)
    ) -> list[JobState]:
        """The unfinished jobs of `device` (None: of all), the latest start first.

        A job counts if its device may be the one that is asked for: better one warning too many.
        """
        wanted = frozenset(kinds)
        found = []
        for path in self._folder.glob("*.journal"):
            state = _read(path)
            if state is None or state.header.kind not in wanted:
                continue
            if device is None or device.may_be(state.header.device):
                found.append(state)
        return sorted(found, key=lambda state: state.header.started, reverse=True)

    def half_written(self, device: DeviceKey) -> JobState | None:
        """The latest unfinished change of this very device, or None."""
        changing = [kind for kind in JobKind if kind.changes_device]
        return next(iter(self.open_jobs(device=device, kinds=changing)), None)

    def resume(self, job_id: str) -> Job:
        """An unfinished job, open again; JobLost if it is gone or unreadable."""
        path = self._folder / f"{job_id}.journal"
        try:
            journal, entries = Journal.reopen(path)
        except OSError as problem:
            raise JobLost(kind=_("job"), problem=problem.strerror or "unreadable") from problem
        state = read_state(job_id, entries)
        if state is None:
            raise JobLost(kind=_("job"), problem="its journal has no readable beginning")
        return Job(folder=self._folder, state=state, journal=journal)

    def forget(self, state: JobState) -> None:
        """Drop an unfinished job, for instance because a full restore has replaced its work."""
        _remove(self._folder, state.id)

    def last_speeds(self, *, port: str, adapter: str | None) -> list[int]:
        """The speeds at which unfinished jobs on this adapter or port may have left a chip."""
        speeds = [
            state.baud
            for state in self.open_jobs()
            if state.baud is not None
            and (state.header.adapter == adapter if adapter else state.header.port == port)
        ]
        return list(dict.fromkeys(speeds))


def _remove(folder: Path, job_id: str) -> None:
    (folder / f"{job_id}.part").unlink(missing_ok=True)
    (folder / f"{job_id}.journal").unlink(missing_ok=True)


def _read(path: Path) -> JobState | None:
    try:
        return read_state(path.stem, replay(path.read_bytes()))
    except OSError:
        return None


def _refused(folder: Path, problem: OSError) -> NoRightToWrite:
    return NoRightToWrite(folder=str(folder), problem=problem.strerror or "?")
