"""The boot code at work: listening window, ring or dropped bytes, busy times, idle reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.chip.bootcode import Outcome
from plugsmith.sim.chip.loader_code import LoaderCode
from plugsmith.sim.chip.rom_code import RomCode

if TYPE_CHECKING:
    from plugsmith.sim.chip.bootcode import Work
    from plugsmith.sim.chip.personality import SimBootCode
    from plugsmith.sim.chip.registers import Registers
    from plugsmith.sim.chip.stage import Board

RING_LEN = 512
_ROM_IDLE_BITS = 32  # silence that commits a frame, in bit times (FIFO configuration)
_TINY_S = 1e-7  # far below a byte time, far above rounding
_MARKER = slice(0x110, 0x116)
_MARKER_NAMES = (b"BK7231", b"BK7236", b"BK7238")
_MARKER_MS = 0x116


class LoaderStage:
    """A boot loader in flash: a 512-byte ring filled by interrupt, a main loop that blocks."""

    def __init__(self, board: Board, who: SimBootCode, *, reset_at: float) -> None:
        self._board = board
        self.code = LoaderCode(who, board.nor, board.timing)
        self._reset_at = reset_at
        self._up_at = reset_at + board.patience.uart_up_s
        self._free_at = self._up_at
        self._quiet_since = self._up_at
        self._ring = bytearray()
        self._began = False
        self._heard = False
        self._over = False
        self.lost = 0  # bytes that found the ring full

    def run(self, now: float) -> None:
        """Everything up to `now`."""
        if not self._began and now >= self._up_at:
            self._began = True
            self._board.rx.drop_until(self._up_at - _TINY_S)
        while self._began and not self._over and self._step(now):
            pass

    def next_event(self) -> float | None:
        """End of the work in hand, the next byte, or the end of patience."""
        if not self._began:
            return self._up_at
        first = self._board.rx.next_arrival()
        if self._ring or (first is not None and first < self._free_at):
            return self._free_at
        due = self._deadline()
        return due if first is None else min(due, first)

    def _deadline(self) -> float:
        patience = self._board.patience
        if self.code.linked:
            return max(self._quiet_since, self._free_at) + patience.idle_reset_s
        if self._heard:
            return max(self._free_at, self._reset_at + patience.heard_window_s)
        return self._up_at + patience.window_s

    def _step(self, now: float) -> bool:
        if self._free_at > now:
            return False
        self._collect(self._free_at)
        if self._ring:
            used, work = self.code.feed(bytes(self._ring))
            del self._ring[:used]
            self._quiet_since = self._free_at
            if work is not None:
                self._work(work, self._free_at)
            return True
        return self._listen(now)

    def _listen(self, now: float) -> bool:
        rx, due = self._board.rx, self._deadline()
        first = rx.next_arrival()
        if first is None or first > min(now, due):
            if due <= now:
                self._expire(due)
            return False
        used, work = self.code.feed(rx.peek(now if self.code.linked else min(now, due)))
        at = rx.take(used)
        self._heard = True
        self._quiet_since = at
        self._free_at = max(self._free_at, at)
        if work is not None:
            self._work(work, at)
        return True

    def _collect(self, until: float) -> None:
        rx = self._board.rx
        while data := rx.peek(until):
            room = RING_LEN - len(self._ring) if rx.paced else len(data)
            self._ring += data[:room]
            self.lost += max(0, len(data) - room)
            rx.take(len(data))

    def _work(self, work: Work, at: float) -> None:
        self._free_at = self._board.perform(work, at=at)
        self._quiet_since = self._free_at
        self._over = work.outcome is not Outcome.GO_ON

    def _expire(self, due: float) -> None:
        self._over = True
        if self.code.linked:
            self._board.reset(at=due)
        else:
            self._board.start_application(at=due, heard=self._heard)


class RomStage:
    """The mask ROM: deaf while it works, a frame counts when the line goes idle, no idle reset."""

    def __init__(
        self, board: Board, who: SimBootCode, registers: Registers, *, reset_at: float
    ) -> None:
        self._board = board
        self._who = who
        self.code = RomCode(board.nor, registers, board.timing)
        self._up_at = reset_at + board.patience.uart_up_s
        self._free_at = self._up_at
        self._last = self._up_at
        self._window_end = self._window()
        self._began = False
        self._over = False

    def _window(self) -> float | None:
        flash = self._board.nor.content
        if bytes(flash[_MARKER]) not in _MARKER_NAMES:
            return None  # blank or foreign flash: waits for ever
        wanted = flash[_MARKER_MS]
        if wanted == 0xE1:
            return self._up_at
        length = 5 if wanted < 5 or wanted == 0xFF else wanted
        return self._up_at + max(length / 1000, self._board.patience.rom_window_s)

    def run(self, now: float) -> None:
        """Everything up to `now`."""
        if not self._began and now >= self._up_at:
            self._began = True
            self._board.rx.drop_until(self._up_at - _TINY_S)
        while self._began and not self._over and self._step(now):
            pass

    def next_event(self) -> float | None:
        """The next byte, the end of silence inside a frame, or the end of the window."""
        if not self._began:
            return self._up_at
        due = [self._board.rx.next_arrival(), self._silence_due()]
        if not self.code.linked:
            due.append(self._window_end)
        times = [max(at, self._free_at) for at in due if at is not None]
        return min(times) if times else None

    def _silence_due(self) -> float | None:
        if self.code.complete:
            gap = _ROM_IDLE_BITS / self._board.rate if self._board.rx.paced else 0.0
            return self._last + gap
        if self.code.inside_frame:
            return self._last + self._board.patience.rom_idle_s
        return None

    def _step(self, now: float) -> bool:
        if self._free_at > now:
            return False
        rx = self._board.rx
        rx.drop_until(self._free_at - _TINY_S)  # what came while a command ran is lost
        first, silence = rx.next_arrival(), self._silence_due()
        if silence is not None and silence <= now and (first is None or first > silence):
            return self._answer(silence)
        if first is None or first > now:
            self._expire(now)
            return False
        data = rx.peek(now)
        self.code.feed(data, at=first)
        self._last = rx.take(len(data))
        return True

    def _answer(self, at: float) -> bool:
        work = self.code.idle(at=at)
        if work is not None:
            self._free_at = self._board.perform(work, at=at)
            self._over = work.outcome is not Outcome.GO_ON
        return True

    def _expire(self, now: float) -> None:
        due = self._window_end
        if due is None or due > now or self.code.linked or self.code.inside_frame:
            return
        self._over = True
        self._board.start_application(at=due, heard=False)
