"""What interrupted writes left on the linked device: whose job it is, and what must survive.

A job is of this device if most of what the job kept is there and the key says so. Where no key can
(a device without an address, a job that changes calibration and address), the sectors that the job
was changing have to show its work: boards of one type hold the same in most places. So they have to
where another board was given calibration and address of the job's device, and where a firmware has
stored something in most places since. A board that lost its calibration in another way looks like
half a job's work by itself: so what firmware stored must be mostly that of the job's device, too.
What a sector held before is taken from the job only while the sector shows the work of the job; a
firmware that ran since may have stored its own in it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from plugsmith.boot.reading import blank_crc
from plugsmith.chips.catalog import chip
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.write.cut_sector import left_by_cut
from plugsmith.flows.write.target_image import BLANK_SECTOR, mac_in_rf
from plugsmith.library.backups.store import try_open
from plugsmith.library.jobs.store import CHANGING
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plugsmith.flows.context import FlowContext
    from plugsmith.library.device_key import DeviceKey
    from plugsmith.library.jobs.store import JobSectors, JobState, JobStore, KeptRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A write that began on this device and did not end; `changed_since` is kept content."""

    state: JobState
    sectors: JobSectors
    changed_since: tuple[KeptRange, ...] = ()

    @property
    def addrs(self) -> frozenset[int]:
        """The sectors that its plan changes."""
        named = {part.start for span in self.state.changes for part in span.split(SECTOR_LEN)}
        return frozenset(named | set(self.sectors.wanted))

    def wanted(self, addr: int) -> bytes:
        """What its plan wants in the sector; empty if it is not in the plan."""
        return self.sectors.wanted.get(addr, b"")

    def left(self, addr: int, now: bytes) -> bool:
        """Whether `now` is what the job left in the sector: old, new, or something on the way."""
        known = (self.sectors.wanted.get(addr), self.sectors.before.get(addr))
        return any(left_by_cut(now, aim) for aim in known if aim is not None)


class Held(Protocol):
    """What a flash holds: a linked device, or a whole read of one."""

    def read(self, span: AddressRange) -> bytes:
        """The proven bytes of `span`."""

    def differing(
        self, expected: Sequence[tuple[AddressRange, int]], *, mostly_equal: bool = False
    ) -> list[AddressRange]:
        """Those spans whose CRC-32 is another one."""


def find_unfinished(
    jobs: JobStore, device: Held, key: DeviceKey, rf: Mapping[int, bytes]
) -> list[Unfinished]:
    """The writes that began on this device; `key` and the sectors `rf` are as of now."""
    found = []
    for state in jobs.open_jobs(kinds=CHANGING):
        if not state.begun or not _may_be_of(state, key, rf):
            continue
        kept = [(item.span, item.crc32) for item in state.kept]
        wrong = set(device.differing(kept, mostly_equal=True))
        telling = [item for item in state.kept if item.crc32 != blank_crc(len(item.span))]
        differing = [item for item in telling if item.span in wrong]
        mostly_there, named = 2 * len(differing) <= len(telling), state.is_of(key)
        if not mostly_there and not named:
            continue  # another device, or one that got other firmware since
        job = Unfinished(
            state=state,
            sectors=jobs.sectors(state),
            changed_since=tuple(item for item in state.kept if item.span in wrong),
        )
        tied = named and not state.names.twin
        if (tied and mostly_there) or (
            _shows_work(device, job, key, rf) and (tied or _keeps_its_things(device, job, rf))
        ):
            found.append(job)
    return found


def survivor(ctx: FlowContext, jobs: Iterable[Unfinished], addr: int, now: bytes) -> bytes:
    """What the sector at `addr`, which holds `now`, held before interrupted writes reached it."""
    for job in jobs:
        wanted = job.sectors.wanted.get(addr)
        before = job.sectors.before.get(addr, wanted)
        if before is None or now in (wanted, before):
            continue
        if job.left(addr, now) or _agreed(ctx, addr):
            return before
    return now


def _agreed(ctx: FlowContext, addr: int) -> bool:
    """Whether the user wants back what was there before the device ran again; no by default."""
    place = format_addr(addr)
    try:
        ctx.consent(
            _(
                "The device has run since a write was interrupted and has stored something at "
                "{place}. Put back what was there before that write?",
                place=place,
            ),
            _("putting back {place} from before the interrupted write", place=place),
        )
    except ConsentMissing:
        return False
    return True


def _may_be_of(state: JobState, key: DeviceKey, rf: Iterable[int]) -> bool:
    theirs = state.header.device
    if not key.fits(theirs):
        return False
    changes_own = any(addr in span for addr in rf for span in state.changes)
    nameless = key.mac is None and theirs.mac is None
    return state.is_of(key) or changes_own or nameless


def _shows_work(device: Held, job: Unfinished, key: DeviceKey, rf: Mapping[int, bytes]) -> bool:
    """Whether a device that no key ties to the job shows what the job left on it."""
    own = {addr: now for addr, now in rf.items() if addr in job.addrs}
    strange = [addr for addr, now in own.items() if not job.left(addr, now)]
    if strange:  # a firmware that started without calibration makes its own, but no address
        macs = {job.state.header.device.mac, *(mac_in_rf(job.wanted(addr)) for addr in strange)}
        return not key.has_own_mac or (key.mac in macs and not job.changed_since)
    if any(held != job.wanted(addr) for addr, held in own.items()) and not job.changed_since:
        return True
    now = {addr: device.read(AddressRange.sized(addr, SECTOR_LEN)) for addr in sorted(job.addrs)}
    if not all(job.left(addr, held) for addr, held in now.items()):
        return False
    begun = any(held != job.sectors.before.get(addr) for addr, held in now.items())
    missing = any(held != job.sectors.wanted.get(addr) for addr, held in now.items())
    return begun and (missing or not job.changed_since)


def _keeps_its_things(device: Held, job: Unfinished, rf: Iterable[int]) -> bool:
    """Whether most of what firmware had stored on the job's device is there.

    Boards of one type differ in most of it; a firmware that ran since has changed some of it. Also
    True where nothing of it is known.
    """
    model = chip(job.state.header.device.chip)
    same = known = 0
    for addr, olds in _held_before(job).items():
        if addr in rf or model.is_code(addr):
            continue
        now = device.read(AddressRange.sized(addr, SECTOR_LEN))
        work = addr in job.addrs and job.left(addr, now)
        if work and (now == BLANK_SECTOR or now not in olds):
            continue  # erased or half-written, by the job it may be: that tells nothing
        known += SECTOR_LEN - olds[0].count(0xFF)
        same += max(_shared(now, old) for old in olds)
    return 2 * same >= known


def _held_before(job: Unfinished) -> dict[int, list[bytes]]:
    """What sectors held before the job, or were to hold, as far as that is on the disk."""
    found = {addr: [old, job.wanted(addr)] for addr, old in job.sectors.before.items()}
    named = job.state.header.backup
    backup = try_open(Path(named)) if named else None
    whole = backup.read() if backup is not None else b""
    for item in job.state.kept:
        if zlib.crc32(whole[item.span.start : item.span.end]) == item.crc32:
            parts = item.span.split(SECTOR_LEN)
            found.update({part.start: [whole[part.start : part.end]] for part in parts})
    return found


def _shared(now: bytes, old: bytes) -> int:
    """How many bytes of `old`, blank ones apart, are there."""
    return sum(mine == theirs != 0xFF for mine, theirs in zip(now, old, strict=False))
