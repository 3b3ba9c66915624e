"""Runs cells of the canary matrix: plants, sanitizes, and asks the outside judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canary_judge import Judge
from canary_matrix import HALVES, planted
from dump_rig import dump_of

from plugsmith.dump.sanitize.sanitize import sanitize

if TYPE_CHECKING:
    from canary_judge import Stay
    from canary_matrix import Bed, Cell

    from plugsmith.dump.sanitize.sanitize import Sanitized
    from plugsmith.memory import AddressRange

_RUN = 16  # erased bytes side by side that are a run


def failures(kind: str, cells: list[Cell]) -> list[str]:
    """What is wrong with the copies of a dump that holds all the cells; [] if nothing is."""
    made = planted(kind, cells)
    data = bytes(made.data)
    before = Judge(data, device_key=made.device_key, code_end=made.code_end)
    missing = [cell for cell in cells if not before.stays(cell.core)]
    wrong = [f"not planted: {cell}" for cell in missing]
    for strict in (True, False):
        clean = sanitize(dump_of(data), strict=strict)
        judge = Judge(clean.data, device_key=made.device_key, code_end=made.code_end)
        for cell in cells:
            wrong += _of_cell(cell, judge, clean, made, strict=strict)
    return wrong


def _of_cell(cell: Cell, judge: Judge, clean: Sanitized, made: Bed, *, strict: bool) -> list[str]:
    label = f"{made.kind} / {cell.place} / {cell.sort} {cell.spelling}"
    stays = judge.stays(cell.core)
    if strict:
        return [f"{label}: stays at {item}" for item in stays[:1]]
    promised = _promised(cell)
    found = [item for item in stays if cell.place == "split over pages" or item.start not in HALVES]
    wrong = [f"{label}: not found by search, {item}" for item in found[:1] if promised]
    listed = [span for span in clean.unread if len(span)]
    hidden = [item for item in stays if not _is_listed(clean.data, item, listed)]
    return wrong + [
        f"{label}: stays where nothing is said to be unread, {item}" for item in hidden[:1]
    ]


def _is_listed(data: bytes, item: Stay, listed: list[AddressRange]) -> bool:
    """Whether it lies in one of the ranges.

    A masked letter can be FF. With an erased run beside it one such letter, at one end, tells
    nobody anything; a second one, or one at the other end as well, must be listed.
    """
    spans = [(item.start, item.end)]
    if item.view.startswith("mask"):
        if data[item.start - _RUN : item.start + 1] == b"\xff" * (_RUN + 1):
            spans.append((item.start + 1, item.end))
        if data[item.end - 1 : item.end + _RUN] == b"\xff" * (_RUN + 1):
            spans.append((item.start, item.end - 1))
    return any(span.start <= start and end <= span.end for start, end in spans for span in listed)


def _promised(cell: Cell) -> bool:
    """Whether a search must find the cell: none looks for a bare value or for halves of a code."""
    if cell.place == "split over pages":
        return (cell.sort, cell.spelling) == ("known", "raw")
    return cell.sort != "bare"
