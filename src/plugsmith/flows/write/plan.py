"""FlashPlan: what a write will do to every byte of the flash, computed before it does anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, Family, RegionRole
from plugsmith.errors.safety import OutsideFlash, ProtectedRange
from plugsmith.flows.permissions import Permission, rf_refused
from plugsmith.flows.write.target_image import BLANK_SECTOR, rf_sectors
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr, merge_ranges, subtract_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugsmith.chips.model import Chip
    from plugsmith.flows.permissions import Permissions
    from plugsmith.flows.write.target_image import TargetImage

_ERASE_S = 0.045  # 4 KiB erase; the table of `make bench`
_PROGRAM_S = 128 * 0.00011  # 128 lines of 32 bytes; same table


class Action(StrEnum):
    """What happens to a range."""

    KEEP = "keep"
    ERASE = "erase"
    WRITE = "write"
    SKIP_EQUAL = "skip-equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One range with one action; `name` is the region it lies in, `why` says why it is kept."""

    span: AddressRange
    action: Action
    name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashPlan:
    """Steps over the whole flash, sorted and without gaps, and the content they aim at.

    Made only by `make_plan`, which refuses (OutsideFlash, ProtectedRange, PermissionNeeded)
    whatever must not be changed.
    """

    chip: Chip
    flash_size: int
    steps: tuple[PlanStep, ...]
    wanted: Mapping[int, bytes] = field(repr=False)
    notes: tuple[str, ...] = ()

    def spans(self, *actions: Action) -> list[AddressRange]:
        """The merged ranges of the steps with one of `actions`."""
        return merge_ranges(step.span for step in self.steps if step.action in actions)

    @property
    def changes(self) -> list[AddressRange]:
        """What is erased or written."""
        return self.spans(Action.ERASE, Action.WRITE)

    @property
    def changed_sectors(self) -> list[int]:
        """Addresses of the sectors that are erased or written."""
        return [part.start for span in self.changes for part in span.split(SECTOR_LEN)]

    @property
    def written_len(self) -> int:
        """Bytes that travel to the device."""
        return sum(len(span) for span in self.spans(Action.WRITE))

    @property
    def recoverable(self) -> bool:
        """Whether a failure in the middle can be repaired over the UART.

        Always on a plan that leaves the boot loader alone, and on the ROM family in any case.
        """
        return self.chip.recoverable_over_uart or all(
            span.start >= self.chip.protected_until for span in self.changes
        )

    def seconds(self, baud: int) -> float:
        """The expected time to execute at `baud`, from typical flash times."""
        sectors = len(self.changed_sectors)
        return sectors * _ERASE_S + self.written_len * (10 / baud + _PROGRAM_S / SECTOR_LEN)


def make_plan(
    target: TargetImage,
    *,
    chip: Chip,
    flash_size: int,
    equal: frozenset[int],
    permissions: Permissions,
) -> FlashPlan:
    """The plan that reaches `goal` where the sectors `equal` already hold what is wanted."""
    _guard(target, chip=chip, flash_size=flash_size, permissions=permissions)
    equal -= _written_last(target, chip, equal)
    steps = sorted(
        [*_kept_steps(target, chip, flash_size), *_wanted_steps(target, chip, equal)],
        key=lambda step: step.span,
    )
    return FlashPlan(
        chip=chip,
        flash_size=flash_size,
        steps=tuple(steps),
        wanted=dict(target.wanted),
        notes=target.notes,
    )


def start_sectors(target: TargetImage, chip: Chip) -> list[int]:
    """The sectors that start what `target` changes, as far as it changes any program.

    They are erased first and written last whatever else changes of their program: then no reset in
    between starts a mixture.
    """
    starts = []
    if any(APP_START < addr < app_end(chip) for addr in target.wanted):
        starts.append(APP_START)
    if chip.family is Family.ROM and any(0 < addr < APP_START for addr in target.wanted):
        starts.append(0)
    return starts


def app_end(chip: Chip) -> int:
    """Where the application ends by whichever map gives it most room."""
    regions = [item for layout in chip.memory_maps for item in layout.with_role(RegionRole.APP)]
    return max((item.span.end for item in regions), default=APP_START)


def _written_last(target: TargetImage, chip: Chip, equal: frozenset[int]) -> frozenset[int]:
    """Start sectors that are equal and are written all the same, because their program changes."""
    found = set()
    for start in start_sectors(target, chip):
        end = app_end(chip) if start == APP_START else APP_START
        if any(start < addr < end and addr not in equal for addr in target.wanted):
            found.add(start)
    return frozenset(found) & equal


def _guard(target: TargetImage, *, chip: Chip, flash_size: int, permissions: Permissions) -> None:
    for span in target.spans:
        if span.end > flash_size:
            raise OutsideFlash(span=str(span), limit=format_addr(flash_size))
        if span.start >= chip.protected_until:
            continue
        if chip.family is Family.LOADER:
            raise ProtectedRange(span=str(span), limit=format_addr(chip.protected_until))
    if Permission.RF in permissions or Permission.MAC in permissions:
        return
    for addr in rf_sectors(chip, flash_size):
        if addr in target.wanted and addr not in target.copied:
            raise rf_refused(addr, permissions)


def _wanted_steps(target: TargetImage, chip: Chip, equal: frozenset[int]) -> Iterator[PlanStep]:
    runs: list[tuple[AddressRange, Action, str]] = []
    for addr in sorted(target.wanted):
        action, name = _action(target, addr, equal), region_name(chip, addr)
        span = AddressRange.sized(addr, SECTOR_LEN)
        if runs and runs[-1][1:] == (action, name) and runs[-1][0].end == addr:
            runs[-1] = (AddressRange(runs[-1][0].start, span.end), action, name)
        else:
            runs.append((span, action, name))
    for span, action, name in runs:
        yield PlanStep(span=span, action=action, name=name)


def _action(target: TargetImage, addr: int, equal: frozenset[int]) -> Action:
    if addr in equal:
        return Action.SKIP_EQUAL
    return Action.ERASE if target.wanted[addr] == BLANK_SECTOR else Action.WRITE


def _kept_steps(target: TargetImage, chip: Chip, flash_size: int) -> Iterator[PlanStep]:
    left = subtract_ranges([AddressRange(0, flash_size)], target.spans)
    named = [item for item in target.kept if item.span]
    for item in named:
        for span in left:
            shared = span.intersection(item.span)
            if shared is not None:
                yield PlanStep(span=shared, action=Action.KEEP, name=item.name, why=item.why)
    for span in subtract_ranges(left, [item.span for item in named]):
        for part in _by_region(chip, span):
            yield PlanStep(
                span=part,
                action=Action.KEEP,
                name=region_name(chip, part.start),
                why=_why_kept(chip, part.start),
            )


def _why_kept(chip: Chip, addr: int) -> str:
    region = chip.memory_map.at(addr)
    if region is not None and region.role is RegionRole.RF:
        return _("unique for each device")
    if addr < APP_START and chip.family is Family.LOADER:
        return _("never touched: this chip answers the UART with it")
    return ""


def _by_region(chip: Chip, span: AddressRange) -> Iterator[AddressRange]:
    cuts = {span.start, span.end}
    for region in chip.memory_map.regions:
        cuts.update(edge for edge in (region.span.start, region.span.end) if edge in span)
    edges = sorted(cuts)
    for start, end in pairwise(edges):
        yield AddressRange(start, end)


def region_name(chip: Chip, addr: int) -> str:
    """The name of the vendor's region at `addr`, or an empty text."""
    region = chip.memory_map.at(addr)
    return region.name if region else ""
