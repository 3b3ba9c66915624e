"""A bench on which one board is pulled and another one is put in while a verb runs."""

from __future__ import annotations

from flows_rig import Rig, silicon

from plugsmith.sim.chip.chip import SimChip
from plugsmith.sim.ports.port import SimPort


def board(chip: str, content: bytes, rig: Rig) -> SimChip:
    """A board like the one of `rig`, powered on now."""
    return SimChip(
        silicon(chip, content), content, settings=rig.settings, now=rig.clock.monotonic()
    )


class SwapPort(SimPort):
    """Pulls the board of `rig` when `when()` holds; `make()` gives the next one `gap_s` later."""

    def __init__(self, rig: Rig, *, when, make, gap_s: float):
        super().__init__(rig.chip, rig.clock, name="sim://rig", lines=rig.lines)
        self._rig, self._when, self._make, self._gap_s = rig, when, make, gap_s
        self._pulled_s = None
        self.swapped = False

    def _swap(self):
        now = self._clock.monotonic()
        if self._pulled_s is None and self._when():
            self._pulled_s = now
            blank = b"\xff" * len(self._rig.chip.nor.content)
            self._rig.chip = SimChip(None, blank, settings=self._rig.settings, now=now)
        if self._pulled_s is not None and not self.swapped and now - self._pulled_s >= self._gap_s:
            self.swapped = True
            self._rig.chip = self._make()
        self.chip = self._rig.chip

    def write(self, data):
        self._swap()
        super().write(data)

    def read(self, limit, timeout_s):
        self._swap()
        data = super().read(limit, timeout_s)
        self._rig.got += len(data)
        return data


def swap_in(rig: Rig, make, *, when, gap_s: float) -> SimChip:
    """Let the next verb on `rig` meet the swap; returns the board that will be pulled."""
    pulled, rig.got = rig.chip, 0
    port = SwapPort(rig, when=lambda: when(pulled), make=make, gap_s=gap_s)
    rig.port = lambda: port
    return pulled


def received(rig: Rig, count: int):
    """A moment: the host has got `count` bytes in this run."""
    return lambda _chip: rig.got > count


def programmed(count: int):
    """A moment: the board has programmed `count` sectors (in whatever pieces)."""

    def when(chip: SimChip) -> bool:
        return sum(op.kind == "prog" for op in chip.nor.operations) >= count

    return when


def changed(chip: SimChip):
    """A moment: something of the board that is in now was just erased for the first time."""

    def erased(board: SimChip) -> int:
        return sum(op.kind == "erase" for op in board.nor.operations)

    before = erased(chip)
    return lambda pulled: erased(pulled) > before
