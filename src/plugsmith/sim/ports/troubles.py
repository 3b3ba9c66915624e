"""What stands between a host and a chip besides the adapter: distance, other voices, dips."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.ports.other_rom import OtherRom
from plugsmith.sim.wire import through_rates

if TYPE_CHECKING:
    from plugsmith.sim.chip.chip import SimChip
    from plugsmith.sim.ports.adapter import AdapterModel

_LOW_EVERY_S = 0.01


@dataclass(slots=True)
class Distance:
    """Bytes that are on their way over a network, both ways; `half_s` is one way."""

    half_s: float
    going: deque[tuple[float, bytes, float]] = field(default_factory=deque)
    coming: deque[tuple[float, bytes]] = field(default_factory=deque)

    def next_event(self) -> float | None:
        """When the next bytes arrive at either end."""
        times = [queue[0][0] for queue in (self.going, self.coming) if queue]
        return min(times) if times else None

    def arrived(self, limit: int, now: float) -> bytes:
        """What has reached the host."""
        out = bytearray()
        while self.coming and self.coming[0][0] <= now and len(out) < limit:
            due, data = self.coming.popleft()
            room = limit - len(out)
            out += data[:room]
            if data[room:]:
                self.coming.appendleft((due, data[room:]))
        return bytes(out)


class Voices:
    """Others who talk on the host's RX line, since the port was opened."""

    def __init__(self, model: AdapterModel, opened: float) -> None:
        self._next = [(opened + talk.every_s * 0.5, talk) for talk in model.talks]
        self._pending = bytearray(model.greeting)
        self._low_at = opened if model.low else None
        self.other = OtherRom(model.other, opened) if model.other is not None else None
        self._anybody = bool(self._next or self.other is not None or self._low_at is not None)

    def heard(self, host_rate: float, now: float) -> bytes:
        """What came since the last call, as a host at `host_rate` hears it."""
        if not self._anybody and not self._pending:
            return b""
        out = bytes(self._pending)
        self._pending.clear()
        for at, (due, talk) in enumerate(self._next):
            when = due
            while when <= now:
                out += through_rates(talk.data, talk.rate, host_rate)
                when += talk.every_s
            self._next[at] = (when, talk)
        for data, rate in self.other.came(now) if self.other is not None else ():
            out += through_rates(data, rate, host_rate)
        if self._low_at is not None and self._low_at <= now:
            count = int((now - self._low_at) / _LOW_EVERY_S) + 1
            out += bytes(count)
            self._low_at += count * _LOW_EVERY_S
        return out

    def keep(self, data: bytes) -> None:
        """Give back what the host had no room for."""
        self._pending[:0] = data

    def next_event(self) -> float | None:
        """When somebody talks next."""
        times = [due for due, _talk in self._next]
        if self._low_at is not None:
            times.append(self._low_at)
        due = self.other.next_event() if self.other is not None else None
        if due is not None:
            times.append(due)
        return min(times) if times else None


class Supply:
    """A supply that dips: every so many seconds, or shortly after every n-th erase."""

    def __init__(self, model: AdapterModel, now: float) -> None:
        self._model = model
        self._seen = 0
        self._dark_at = None if model.dark_s is None else now + model.dark_s
        self._due = None if model.dips_every_s is None else now + model.dips_every_s

    def dips(self, chip: SimChip, now: float) -> bool:
        """Whether the chip is reset at `now`."""
        if self._model.dips_after_erases is not None:
            self._look(chip, now, self._model.dips_after_erases)
        if self._due is None or now < self._due:
            return False
        every = self._model.dips_every_s
        self._due = None if every is None else now + every
        return True

    def dark(self, now: float) -> bool:
        """Whether there is none any more."""
        return self._dark_at is not None and now >= self._dark_at

    def _look(self, chip: SimChip, now: float, every: int) -> None:
        erases = sum(op.kind is OpKind.ERASE for op in chip.nor.operations)
        if erases // every > self._seen // every:
            self._due = now + self._model.dip_late_s
        self._seen = erases

    def next_event(self) -> float | None:
        """When the supply dips next."""
        return self._due


def earliest(*times: float | None) -> float | None:
    """The earliest of those that are."""
    known = [at for at in times if at is not None]
    return min(known) if known else None
