"""The rates of one adapter as a ladder: where to begin, what to try next, and the ground.

Identification and transfer ask the same ladder, and it outlives a link: what failed once is not
tried again in the same run. 115200 is always left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.wire import START_BAUD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Rates that 26 MHz divides exactly come first (uart-protocol.md 1.8); the others are for adapters
# that know only the usual ones. 1.5 M is 2 % off and 3 M far off: never offered.
EXACT = (2_000_000, 1_625_000, 1_300_000, 1_000_000, 650_000, 500_000)
USUAL = (921_600, 460_800, 230_400, START_BAUD)
HIGHER = (3_250_000, 2_600_000)  # only when asked for by name: few adapters can
_CLIMB = (2_000_000, 1_000_000, 921_600, 500_000, 460_800, 230_400)
_FIRST = 921_600  # what most adapters and all chips here manage
_LOSSES = 2  # each may cost the user a reset; then only the ground is left
_CLEARLY_LOWER = 0.8
_HALF = 0.55
WHOLE_FRAME = 4108  # the longest request, a Write4K
_PIECES = (WHOLE_FRAME, 512, 128)  # for adapters whose buffer holds 1 KiB, or 256 bytes


class Ladder:
    """Which rate to use on one adapter, up to `limit` (None: as far as it goes).

    `good` are rates that carried data before, the latest first; `bad` failed since; `trial` allows
    one rung above the best good one. `on_failed` hears each rate that is given up.
    `piece` is how many bytes written at once were seen to arrive; `on_piece` hears what is found.
    """

    def __init__(
        self,
        *,
        limit: int | None = None,
        good: Sequence[int] = (),
        bad: Sequence[int] = (),
        trial: bool = False,
        on_failed: Callable[[int], None] | None = None,
        piece: int | None = None,
        on_piece: Callable[[int], None] | None = None,
    ) -> None:
        self._good = [rate for rate in good if limit is None or rate <= limit]
        self._known = bool(self._good)
        self._bad = set(bad)
        self._trial = trial and self._known
        self._on_failed = on_failed
        self._limit = limit
        self._losses = 0
        self._shaky: set[int] = set()
        self.given_up: list[int] = []
        self._piece = piece
        self._on_piece = on_piece
        self.pieces_known = piece is not None

    @property
    def top(self) -> int:
        """The highest rate that may be tried."""
        return self._limit or max((*self._good, _CLIMB[0]))

    def entry(self) -> int:
        """The rate to begin with: what worked last, else the usual one as far as it may be."""
        usable = [rate for rate in self._good if self._usable(rate)]
        if usable:
            return usable[0]
        first = min(self.top, _FIRST)
        if self._usable(first):
            return first
        return self.below(min((first, *self.given_up, *self._bad)))

    def above(self, rate: int) -> list[int]:
        """Rates worth trying when `rate` works, the best first; none after a failure."""
        if self.given_up:
            return [step for step in self._good if step > rate and self._usable(step)]
        if self._known and not self._trial:
            steps = sorted({*self._good, self._limit or START_BAUD}, reverse=True)
            return [step for step in steps if step > rate and self._usable(step)]
        steps = sorted(step for step in self._rungs() if step > rate and self._usable(step))
        return steps[:1] if self._trial else steps[::-1]

    def higher(self, rate: int) -> int | None:
        """The next rung above `rate` for another try after a calm time."""
        top = min([self.top + 1, *self._lost()])
        steps = [step for step in self._rungs() | self._shaky if rate < step < top]
        return min([step for step in steps if step in self._shaky] or steps, default=None)

    def below(self, rate: int) -> int:
        """The next rate when `rate` does not work; after two lost chips it is the ground."""
        if self._losses >= _LOSSES:
            return START_BAUD
        rate = min((rate, *self.given_up))
        proven = [step for step in self._good if step < rate and self._usable(step)]
        if proven:
            return max(proven)
        share = _HALF if self._losses else _CLEARLY_LOWER
        steps = [step for step in (1_000_000, *USUAL) if self._usable(step) and step < share * rate]
        return max(steps, default=START_BAUD)

    def proved(self, rate: int) -> None:
        """`rate` carries data now."""
        self._good = [rate, *(item for item in self._good if item != rate)]
        self._shaky.discard(rate)
        self._bad.discard(rate)
        if rate in self.given_up:
            self.given_up.remove(rate)

    def failed(self, rate: int, *, lost: bool = False) -> None:
        """`rate` does not work; with `lost` the chip could not be called back from it."""
        if rate <= START_BAUD:
            return
        self._losses += lost
        if not lost:
            self._shaky.add(rate)
        self._good = [item for item in self._good if item != rate]
        self._bad.add(rate)
        if rate not in self.given_up:
            self.given_up.append(rate)
        if self._on_failed is not None:
            self._on_failed(rate)

    @property
    def pieces(self) -> list[int | None]:
        """How many bytes to write at once, the first of it what is known to arrive."""
        known = self._piece or WHOLE_FRAME
        steps = [step for step in _PIECES if step <= known] or [known]
        return [None if step >= WHOLE_FRAME else step for step in steps]

    def carries(self, piece: int | None) -> None:
        """Long frames arrive when written `piece` bytes at a time."""
        self._piece, self.pieces_known = piece or WHOLE_FRAME, True
        if self._on_piece is not None:
            self._on_piece(self._piece)

    def stay_down(self) -> None:
        """Nothing but the ground is to be used on this adapter."""
        for rate in (*_CLIMB, *self._good):
            self.failed(rate)
        self._losses = _LOSSES

    def _usable(self, rate: int) -> bool:
        """Whether `rate` may be tried: not given up, and nothing clearly lower lost a chip."""
        if rate == START_BAUD:
            return True
        if self._losses >= _LOSSES or rate > self.top:
            return False
        if self._trial and rate not in self.given_up:
            return True
        return rate not in self._bad and all(rate < item for item in self._lost())

    def _rungs(self) -> set[int]:
        return {*_CLIMB, *self._good, *([self._limit] if self._limit else [])}

    def _lost(self) -> list[int]:
        return [item for item in self._bad if item not in self._shaky]
