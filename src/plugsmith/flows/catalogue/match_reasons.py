"""Why a device of the catalogue is a candidate, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.interpret.catalogue.traits import use_words
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.library.catalogue.candidates import Candidate


def reasons_of(candidate: Candidate) -> list[str]:
    """What agrees and what differs, the strongest first."""
    like, entry = candidate.likeness, candidate.entry
    found: list[str] = []
    if like.same_product:
        found.append(_("The same product key: the maker calls both the same product."))
    found += _module(like.module, entry.entry.template.board)
    if like.agree:
        pins = _pins(like.agree)
        one = len(like.agree) == 1
        found.append(_("{pins} agrees.", pins=pins) if one else _("{pins} agree.", pins=pins))
    found += [
        _(
            "P{gpio} is the same part in another way: here {mine}, there {theirs}.",
            gpio=mine.gpio,
            mine=use_words(mine),
            theirs=use_words(theirs),
        )
        for mine, theirs in like.alike
    ]
    found += [
        _(
            "P{gpio} differs: here {mine}, there {theirs}.",
            gpio=mine.gpio,
            mine=use_words(mine),
            theirs=use_words(theirs),
        )
        for mine, theirs in like.differ
    ]
    if like.only_here:
        found.append(_("Only this device uses {pins}.", pins=_pins(like.only_here)))
    if like.only_there:
        found.append(_("Only the other one uses {pins}.", pins=_pins(like.only_there)))
    return found


def _module(relation: str, board: str) -> list[str]:
    match relation:
        case "same":
            return [_("The same module ({board}).", board=board)]
        case "compatible":
            return [_("Its module {board} has the same pins at the same pads.", board=board)]
        case "swapped":
            return [
                _(
                    "The same board with another module ({board}): its pins were compared pad by "
                    "pad, so they have other numbers there.",
                    board=board,
                )
            ]
        case "other":
            return [_("Another module ({board}).", board=board)]
        case _:
            return []


def _pins(gpios: Iterable[int]) -> str:
    return ", ".join(f"P{gpio}" for gpio in sorted(gpios))
