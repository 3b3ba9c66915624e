"""How alike two devices are, and why: pins that agree or differ, module, product key.

The score runs from 0 to 1. Pins count by how much they tell: a use that half the catalogue has on
that pin says little, one that three devices have says much. When two modules fit the same
footprint, the comparison is also made pad by pad, because makers swap
the module and keep the board.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.chips.outlines import pad_translation, pin_compatible
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.interpret.catalogue.traits import PinTrait, Traits

CLOSE = 0.8  # from here on a candidate is named as what the device looks like
LIKELY = 0.55  # from here on a candidate is worth showing
_OTHER_CHANNEL = 0.98
_OTHER_LEVEL = 0.78
_SAME_PART = 0.55
_SWAPPED_MODULE = 0.92
_PINS_WEIGHT, _MODULE_WEIGHT, _DETAILS_WEIGHT = 0.74, 0.18, 0.08


@frozen
class Likeness:
    """The result of a comparison; pins are numbers of the device that was asked about."""

    score: float
    agree: tuple[int, ...] = ()
    alike: tuple[tuple[PinTrait, PinTrait], ...] = ()  # the same part, used in another way
    differ: tuple[tuple[PinTrait, PinTrait], ...] = ()
    only_here: tuple[int, ...] = ()
    only_there: tuple[int, ...] = ()
    module: str = ""  # same, compatible, swapped, other or empty where one is not known
    same_product: bool = False


def weigher(counts: Mapping[tuple[int, str], int], total: int) -> Callable[[int, str], float]:
    """How much a use of a pin tells, from how many of `total` devices have it."""

    def weight(gpio: int, use: str) -> float:
        seen = counts.get((gpio, use), 0)
        return 0.35 + math.log((total + 2) / (seen + 1)) / math.log(total + 2)

    return weight


def compare(
    asked: Traits, other: Traits, *, weight: Callable[[int, str], float] | None = None
) -> Likeness:
    """How well `other` fits the device `asked`."""
    measure = weight or (lambda _gpio, _use: 1.0)
    best = _compare_pins(asked, other.pins, measure)
    relation = _module_relation(asked, other)
    if relation in {"other", "compatible"}:
        moved = _through_pads(asked, other)
        if moved is not None:
            swapped = _compare_pins(asked, moved, measure)
            if swapped.score * _SWAPPED_MODULE > best.score:
                best = replace(swapped, score=swapped.score * _SWAPPED_MODULE)
                relation = "swapped"
    score = (
        _PINS_WEIGHT * best.score
        + _MODULE_WEIGHT * _module_score(asked, other, relation)
        + _DETAILS_WEIGHT * _details(asked, other)
    )
    same_product = bool(asked.product_keys & other.product_keys)
    if same_product:
        score = max(score, 0.95 + 0.05 * score)
    return replace(best, score=round(score, 4), module=relation, same_product=same_product)


def _compare_pins(
    asked: Traits, pins: Mapping[int, PinTrait], weight: Callable[[int, str], float]
) -> Likeness:
    won = total = 0.0
    agree: list[int] = []
    alike: list[tuple[PinTrait, PinTrait]] = []
    differ: list[tuple[PinTrait, PinTrait]] = []
    for gpio, mine in asked.pins.items():
        theirs = pins.get(gpio)
        worth = weight(gpio, mine.use)
        if theirs is None:
            total += worth
            continue
        value = _pin_value(mine, theirs)
        total += max(worth, weight(gpio, theirs.use))
        won += worth * value
        if value >= _OTHER_CHANNEL:
            agree.append(gpio)
        else:
            (alike if value else differ).append((mine, theirs))
    only_there = [gpio for gpio in pins if gpio not in asked.pins]
    total += sum(weight(gpio, pins[gpio].use) for gpio in only_there)
    return Likeness(
        score=won / total if total else 0.0,
        agree=tuple(agree),
        alike=tuple(alike),
        differ=tuple(differ),
        only_here=tuple(gpio for gpio in asked.pins if gpio not in pins),
        only_there=tuple(only_there),
    )


def _pin_value(mine: PinTrait, theirs: PinTrait) -> float:
    """1 for the same use, 0 for another part, something between for another use of it."""
    if (mine.use, mine.detail) == (theirs.use, theirs.detail):
        if mine.low != theirs.low:
            return _OTHER_LEVEL
        return 1.0 if mine.channel == theirs.channel else _OTHER_CHANNEL
    return _SAME_PART if mine.same_part(theirs) else 0.0


def _module_relation(asked: Traits, other: Traits) -> str:
    if not asked.module or not other.module:
        return ""
    if asked.module == other.module:
        return "same"
    return "compatible" if pin_compatible(asked.module, other.module) else "other"


def _through_pads(asked: Traits, other: Traits) -> dict[int, PinTrait] | None:
    """The other device's pins as they would be with the asked device's module on its board."""
    moves = pad_translation(other.module, asked.module)
    if moves is None or not any(moves.get(gpio, gpio) != gpio for gpio in other.pins):
        return None
    moved = {moves.get(gpio, gpio): pin for gpio, pin in other.pins.items()}
    return {gpio: replace(pin, gpio=gpio) for gpio, pin in moved.items()}


def _module_score(asked: Traits, other: Traits, relation: str) -> float:
    same_chip = bool(asked.chip) and asked.chip == other.chip
    if not relation:
        return 0.6 if same_chip or not (asked.chip and other.chip) else 0.1
    scores = {"same": 1.0, "compatible": 0.8, "swapped": 0.6, "other": 0.1}
    return scores[relation] + (0.2 if same_chip and relation == "other" else 0.0)


def _details(asked: Traits, other: Traits) -> float:
    """Meter, drivers, number of relays, flags: what the pins do not say."""
    agreeing = [
        asked.meter == other.meter,
        asked.relays == other.relays,
        asked.drivers == other.drivers,
        asked.flags is not None and asked.flags == other.flags,
    ]
    return sum(agreeing) / len(agreeing)
