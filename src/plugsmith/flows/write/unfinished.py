"""What interrupted writes left on the linked device: whose job it is, and what must survive.

A job is of this device only if the device still shows what the job left: its key may be the same,
and most of what the job kept is there. What a sector held before is taken from the job only while
the sector shows the work of the job; a firmware that ran since may have stored its own in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.reading import blank_crc
from plugsmith.errors.safety import ConsentMissing
from plugsmith.library.jobs.store import CHANGING
from plugsmith.memory import SECTOR_LEN, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.device_own import DeviceOwn
    from plugsmith.library.device_key import DeviceKey
    from plugsmith.library.jobs.store import JobSectors, JobState, KeptRange


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

    def left(self, addr: int, now: bytes) -> bool:
        """Whether `now` is what the job left in the sector: old, new, or something on the way."""
        known = (self.sectors.wanted.get(addr), self.sectors.before.get(addr))
        return any(_on_the_way(now, aim) for aim in known if aim is not None)


def find_unfinished(device: DeviceOwn, key: DeviceKey, rf: Iterable[int]) -> list[Unfinished]:
    """The writes that began on the linked device, whose `key` is read from it as it is now."""
    jobs = device.ctx.library.jobs
    found = []
    for state in jobs.open_jobs(kinds=CHANGING):
        if not state.begun or not _may_be_of(state, key, rf):
            continue
        wrong = set(device.differing([(item.span, item.crc32) for item in state.kept]))
        telling = [item for item in state.kept if item.crc32 != blank_crc(len(item.span))]
        differing = [item for item in telling if item.span in wrong]
        if 2 * len(differing) > len(telling):
            continue  # another device, or one that got other firmware since
        found.append(
            Unfinished(
                state=state,
                sectors=jobs.sectors(state),
                changed_since=tuple(item for item in state.kept if item.span in wrong),
            )
        )
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


def _on_the_way(now: bytes, aim: bytes) -> bool:
    """Whether an erase or a write of `aim` that was cut leaves `now`: no bit of `aim` is missing.

    Erasing sets bits, writing clears only those that are to be clear.
    """
    held, wanted = int.from_bytes(now, "big"), int.from_bytes(aim, "big")
    return held & wanted == wanted


def _may_be_of(state: JobState, key: DeviceKey, rf: Iterable[int]) -> bool:
    theirs = state.header.device
    if not key.fits(theirs):
        return False
    changes_own = any(addr in span for addr in rf for span in state.changes)
    nameless = key.mac is None and theirs.mac is None
    return key.is_same(theirs) or changes_own or nameless
