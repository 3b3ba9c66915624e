"""Things that go wrong, as records: a plan is a list of them; the same seed gives the same plan."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Way(StrEnum):
    """Direction on the wire."""

    TO_CHIP = "to-chip"
    FROM_CHIP = "from-chip"


class Harm(StrEnum):
    """What happens to bytes on the wire."""

    DROP = "drop"
    FLIP = "flip"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    NOISE = "noise"


class FlashStep(StrEnum):
    """Operation during which the supply dips."""

    ERASE = "erase"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """`harm` to `count` bytes from byte `at` of one direction (counted since power-on).

    DELAY holds the byte and everything behind it for `seconds`; NOISE inserts `count` random bytes.
    """

    way: Way
    harm: Harm
    at: int
    count: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLost:
    """The `nth` reply (from 1) and the next `count - 1` never leave the chip."""

    nth: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """TX and RX are shorted: the host hears its own bytes, for `count` bytes or for ever."""

    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrownOut:
    """The supply dips in the `nth` erase or program: half is done, then the chip resets."""

    step: FlashStep
    nth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpontaneousReset:
    """The chip resets instead of answering command number `nth`."""

    nth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortVanishes:
    """The adapter disappears after `at` bytes both ways, for `seconds` (None: for good)."""

    at: int
    seconds: float | None = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckProtection:
    """Writes of the status register have no effect, `times` times or for ever."""

    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakSector:
    """One bit of `sector` does not take, in the first `times` programs that touch it."""

    sector: int
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentChip:
    """The chip never says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootLoop:
    """Whatever is in flash, the application never stays up (weak supply)."""


Fault: TypeAlias = (
    LineFault
    | ReplyLost
    | Echo
    | BrownOut
    | SpontaneousReset
    | PortVanishes
    | StuckProtection
    | WeakSector
    | SilentChip
    | BootLoop
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """The faults of one run; `seed` also drives the random bytes that they need."""

    faults: tuple[Fault, ...] = ()
    seed: int = 0

    @classmethod
    def random(cls, seed: int, *, traffic: int = 400_000, sectors: int = 512) -> FaultPlan:
        """One to four faults that all end by themselves, so that a retry can succeed.

        `traffic` is the number of bytes over which line faults are spread, `sectors` the size of
        the flash.
        """
        dice = random.Random(seed)  # noqa: S311 - repeatable plans, nothing secret
        count = dice.choice((1, 1, 2, 3, 4))
        faults = tuple(_any_fault(dice, traffic, sectors) for _ in range(count))
        return cls(faults=faults, seed=seed)

    @classmethod
    def named(cls, names: list[str], seed: int) -> FaultPlan:
        """The faults with these names, placed by `seed`; KeyError for an unknown name."""
        dice = random.Random(seed)  # noqa: S311 - repeatable plans, nothing secret
        faults: list[Fault] = []
        for name in names:
            if name == "random":
                faults += cls.random(seed).faults
            else:
                faults.append(_named_fault(name, dice))
        return cls(faults=tuple(faults), seed=seed)


def _line(dice: random.Random, harm: Harm, traffic: int) -> LineFault:
    way = dice.choice((Way.TO_CHIP, Way.FROM_CHIP))
    span = traffic if way is Way.FROM_CHIP else max(traffic // 8, 64)
    return LineFault(
        way=way,
        harm=harm,
        at=int(span ** dice.uniform(0.2, 1.0)),
        count=dice.choice((1, 1, 2, 7, 40, 300)),
        seconds=dice.choice((0.01, 0.1, 0.7)) if harm is Harm.DELAY else 0.0,
    )


def _any_fault(dice: random.Random, traffic: int, sectors: int) -> Fault:
    kind = dice.randrange(14)
    if kind < 8:
        return _line(dice, dice.choice(list(Harm)), traffic)
    at = int(traffic ** dice.uniform(0.2, 1.0))
    rare: tuple[Fault, ...] = (
        ReplyLost(nth=dice.randint(1, 400), count=dice.choice((1, 1, 2, 3))),
        BrownOut(step=dice.choice(list(FlashStep)), nth=dice.randint(1, 60)),
        SpontaneousReset(nth=dice.randint(2, 500)),
        PortVanishes(at=at, seconds=dice.choice((0.2, 1.0, 3.0))),
        WeakSector(sector=dice.randrange(sectors), times=dice.choice((1, 1, 2))),
        StuckProtection(times=dice.choice((1, 1, 2))),
    )
    return rare[kind - 8]


def _named_fault(name: str, dice: random.Random) -> Fault:
    if name in set(Harm):
        return _line(dice, Harm(name), 60_000)
    single: dict[str, Fault] = {
        "echo": Echo(),
        "silent": SilentChip(),
        "boot-loop": BootLoop(),
        "stuck-protection": StuckProtection(),
        "reply-loss": ReplyLost(nth=dice.randint(2, 60)),
        "brown-out": BrownOut(step=FlashStep.ERASE, nth=dice.randint(1, 6)),
        "reset": SpontaneousReset(nth=dice.randint(5, 100)),
        "vanish": PortVanishes(at=dice.randint(2_000, 200_000)),
        "weak-sector": WeakSector(sector=dice.randint(0x11, 0x80)),
    }
    return single[name]


FAULT_NAMES = (
    *(harm.value for harm in Harm),
    "echo", "silent", "boot-loop", "stuck-protection", "reply-loss", "brown-out", "reset",
    "vanish", "weak-sector", "random",
)  # fmt: skip
