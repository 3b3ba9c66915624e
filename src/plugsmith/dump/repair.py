"""Undo what bad tools and bad transfers did to the order of a dump's bytes, and prove it.

Only the order and the number of bytes are touched; a byte that is there never changes its value.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START
from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.survey.report import DISORDER, DumpKind
from plugsmith.dump.survey.survey import survey
from plugsmith.errors.dump import NotADump, RepairUnproven
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.dump.layout import Layout, Slip
    from plugsmith.dump.survey.report import Damage, DumpReport

_MIN_BLANK = 64  # erased bytes in a row that may be made longer or shorter without changing data


class Undone(StrEnum):
    """A kind of repair, as reports name it."""

    ROTATION = "rotation"
    SHIFT = "shift"
    MISSING_FRONT = "missing-front"
    LOST_BYTES = "lost-bytes"
    EXTRA_BYTES = "extra-bytes"
    TRAILING = "trailing-bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairStep:
    """One repair and its size in bytes."""

    what: Undone
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """The repaired bytes, what was done, what is still wrong, and the survey that proves it."""

    data: bytes
    done: tuple[RepairStep, ...]
    left: tuple[Damage, ...]
    report: DumpReport


def repair(dump: Dump, *, report: DumpReport | None = None) -> Repaired:
    """A copy of `dump` in flash order from address 0; `report`: its survey, if there was one.

    Raises NotADump if it is no flash, RepairUnproven if the result lost something that was found
    before or is still not in order.
    """
    before = report or survey(dump)
    if before.kind in {DumpKind.BLANK, DumpKind.RANDOM, DumpKind.UNKNOWN}:
        raise NotADump(name=dump.name, problem=" ".join(item.text for item in before.damage))
    data, done = _straighten(dump.data, before.layout)
    after = survey(Dump(data=data, name=dump.name))
    problem = _unproven(dump.data, before, data, after)
    if problem is not None:
        raise RepairUnproven(name=dump.name, problem=problem)
    return Repaired(data=data, done=tuple(done), left=after.damage, report=after)


def _straighten(data: bytes, layout: Layout) -> tuple[bytes, list[RepairStep]]:
    done: list[RepairStep] = []
    if layout.trailing:
        data = data[: len(data) - layout.trailing]
        done.append(RepairStep(what=Undone.TRAILING, amount=layout.trailing))
    for slip in reversed(layout.slips):
        data, step = _close(data, slip)
        done += [step] if step else []
    if layout.shift > 0:
        data = data[layout.shift :]
        done.append(RepairStep(what=Undone.SHIFT, amount=layout.shift))
    elif layout.shift < 0:
        data = b"\xff" * -layout.shift + data
        done.append(RepairStep(what=Undone.MISSING_FRONT, amount=-layout.shift))
    if layout.start == APP_START:  # an old tool's dump without its boot loader
        data = b"\xff" * APP_START + data
        done.append(RepairStep(what=Undone.MISSING_FRONT, amount=APP_START))
    if layout.rotation and layout.flash_size == len(data):
        cut = len(data) - layout.rotation
        data = data[cut:] + data[:cut]
        done.append(RepairStep(what=Undone.ROTATION, amount=layout.rotation))
    return data, done


def _close(data: bytes, slip: Slip) -> tuple[bytes, RepairStep | None]:
    """Lengthen or shorten the longest erased run between the two anchors."""
    run = _longest_blank(data, AddressRange(slip.after, slip.before))
    if run is None or len(run) - max(0, -slip.amount) < _MIN_BLANK:
        return data, None
    if slip.amount > 0:
        step = RepairStep(what=Undone.LOST_BYTES, amount=slip.amount)
        return data[: run.start] + b"\xff" * slip.amount + data[run.start :], step
    step = RepairStep(what=Undone.EXTRA_BYTES, amount=-slip.amount)
    return data[: run.start] + data[run.start - slip.amount :], step


def _longest_blank(data: bytes, span: AddressRange) -> AddressRange | None:
    best: AddressRange | None = None
    at = data.find(b"\xff" * _MIN_BLANK, span.start, span.end)
    while at >= 0:
        end = at + _MIN_BLANK
        while end < span.end and data[end] == 0xFF:
            end += 1
        if best is None or end - at > len(best):
            best = AddressRange(at, end)
        at = data.find(b"\xff" * _MIN_BLANK, end, span.end)
    return best


def _unproven(old: bytes, before: DumpReport, new: bytes, after: DumpReport) -> str | None:
    """Why the result is not proven, or None: in order, and everything found before is there."""
    if [item for item in after.damage if item.kind in DISORDER]:
        return _("its parts do not fit one order, bytes are missing or added inside it.")
    lost = _contents(old, before) - _contents(new, after)
    if lost:
        return _("{count} sectors of what was found in it would be lost.", count=len(lost))
    return None


def _contents(data: bytes, report: DumpReport) -> set[str]:
    """Digests of the sectors of everything sound that was found."""
    return {
        hashlib.sha256(data[piece.start : piece.end]).hexdigest()
        for item in report.findings
        if item.sound and item.kind not in {FindingKind.ERASED, FindingKind.ZERO}
        for piece in _pieces(item.span)
    }


def _pieces(span: AddressRange) -> list[AddressRange]:
    return [
        AddressRange(at, min(at + SECTOR_LEN, span.end))
        for at in range(span.start, span.end, SECTOR_LEN)
    ]
