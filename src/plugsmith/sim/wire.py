"""The two directions of a UART: bytes with times, USB adapter latency, and wrong-rate garbling."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.sim.timing import FRAME_BITS

if TYPE_CHECKING:
    from collections.abc import Callable

ADAPTER_CHUNK = 62  # data bytes of a full USB packet of the usual adapters
RATE_TOLERANCE = 0.025  # mismatch that 8N1 survives, both sides together
_EPSILON = 1e-9
_RESAMPLE_LIMIT = 8192
_FRAMES = [bytes((0, *(byte >> i & 1 for i in range(8)), 1)) for byte in range(256)]


@dataclass(slots=True)
class Stretch:
    """Bytes without a gap between them: byte i has arrived at `start + (i + 1) * step`."""

    start: float
    step: float
    data: bytes
    rate: float
    used: int = 0
    local: bool = False  # comes from the adapter itself (echo), not from the chip
    heard: bool = False  # whether the receiver has begun to sample it, at the rate it had then

    def arrived(self, now: float) -> int:
        """How many bytes are there at `now`, used ones included."""
        if self.step == 0:
            return len(self.data) if self.start <= now + _EPSILON else 0
        return max(0, min(len(self.data), int((now + _EPSILON - self.start) / self.step)))

    def arrival(self, index: int) -> float:
        """When byte `index` is complete."""
        return self.start + (index + 1) * self.step

    @property
    def end(self) -> float:
        """When the last byte is complete."""
        return self.arrival(len(self.data) - 1)


class Line:
    """One direction. `paced`: bytes take their time on the wire; otherwise they arrive at once."""

    def __init__(self, *, paced: bool, receiver_rate: Callable[[], float] | None = None) -> None:
        self.paced = paced
        self.free_at = 0.0
        self._receiver_rate = receiver_rate
        self._queue: deque[Stretch] = deque()

    def send(self, data: bytes, *, at: float, rate: float, local: bool = False) -> float:
        """Put `data` on the wire not before `at`; returns when the last byte has arrived."""
        start = max(at, self.free_at) if self.paced else at
        if not data:
            return start
        step = FRAME_BITS / rate if self.paced else 0.0
        self._queue.append(Stretch(start, step, bytes(data), rate, local=local))
        self.free_at = start + len(data) * step
        return self.free_at

    def head(self) -> Stretch | None:
        """The first stretch that still holds unused bytes."""
        while self._queue:
            first = self._queue[0]
            if not first.heard:
                self._sample(first)
            if first.used < len(first.data):
                return first
            self._queue.popleft()
        return None

    def _sample(self, stretch: Stretch) -> None:
        stretch.heard = True
        if self._receiver_rate is None:
            return
        heard = through_rates(stretch.data, stretch.rate, self._receiver_rate())
        if heard is not stretch.data:
            stretch.step *= len(stretch.data) / max(1, len(heard))
            stretch.data = heard

    def peek(self, now: float) -> bytes:
        """Bytes of the first stretch that have arrived by `now` and were not taken."""
        head = self.head() if self._queue else None
        return b"" if head is None else head.data[head.used : head.arrived(now)]

    def take(self, count: int) -> float:
        """Use up `count` bytes of the first stretch; returns when the last of them arrived."""
        head = self.head()
        if head is None:
            raise ValueError("nothing to take")
        head.used += count
        return head.arrival(head.used - 1)

    def next_arrival(self) -> float | None:
        """When the next unused byte is or was complete."""
        head = self.head() if self._queue else None
        return None if head is None else head.arrival(head.used)

    def drop_until(self, now: float) -> None:
        """Lose everything that has arrived by `now` (nobody listens)."""
        while self._queue:
            head = self.head()
            if head is None or (there := head.arrived(now)) <= head.used:
                return
            head.used = there

    def clear(self) -> None:
        """Forget everything, also what is still on its way."""
        self._queue.clear()
        self.free_at = 0.0

    def cut(self, now: float) -> None:
        """Lose what would arrive after `now` (the sender lost its power or was reset)."""
        kept: deque[Stretch] = deque()
        for stretch in self._queue:
            count = len(stretch.data) if stretch.local else stretch.arrived(now)
            if count > stretch.used:
                stretch.data = stretch.data[:count]
                kept.append(stretch)
        self._queue = kept
        self.free_at = min(self.free_at, now)


class AdapterLine(Line):
    """Chip to host through a USB adapter.

    Bytes reach the host when 62 are pending or `latency_s` after the oldest of them. Without
    pacing and latency they are simply there.
    """

    def __init__(self, *, paced: bool, latency_s: float = 0.0) -> None:
        super().__init__(paced=paced)
        self.latency_s = latency_s

    def deliver(self, now: float, host_baud: float, limit: int) -> bytes:
        """What the host can read at `now`, at most `limit` bytes, garbled if the rates differ."""
        if not self._queue:
            return b""
        out = bytearray()
        while len(out) < limit:
            count = self._ready(now)
            if count == 0:
                break
            out += self._pull(min(count, limit - len(out)), host_baud)
        return bytes(out)

    def next_delivery(self) -> float | None:
        """When bytes that are already under way can be read."""
        first = self.next_arrival()
        if first is None:
            return None
        full = self._nth_arrival(ADAPTER_CHUNK)
        flush = first + self.latency_s
        return flush if full is None else min(flush, full)

    def _ready(self, now: float) -> int:
        pending = self._pending(now)
        if pending >= ADAPTER_CHUNK:
            return pending // ADAPTER_CHUNK * ADAPTER_CHUNK
        first = self.next_arrival()
        if first is None or first + self.latency_s > now + _EPSILON:
            return 0
        return self._pending(first + self.latency_s)

    def _pending(self, now: float) -> int:
        total = 0
        for stretch in self._queue:
            there = stretch.arrived(now)
            total += max(0, there - stretch.used)
            if there < len(stretch.data):
                break
        return total

    def _nth_arrival(self, count: int) -> float | None:
        for stretch in self._queue:
            left = len(stretch.data) - stretch.used
            if left >= count:
                return stretch.arrival(stretch.used + count - 1)
            count -= left
        return None

    def _pull(self, count: int, host_baud: float) -> bytes:
        out = bytearray()
        while count > 0 and (head := self.head()) is not None:
            piece = head.data[head.used : head.used + count]
            head.used += len(piece)
            count -= len(piece)
            out += through_rates(piece, head.rate, host_baud)
        return bytes(out)


def through_rates(data: bytes, sender: float, receiver: float) -> bytes:
    """`data` as a receiver at another rate hears it: unchanged within tolerance, else resampled."""
    if abs(sender / receiver - 1) <= RATE_TOLERANCE:
        return data
    return _resample(data[:_RESAMPLE_LIMIT], receiver / sender)


def _resample(data: bytes, ratio: float) -> bytes:
    """Sample the bit waveform of back-to-back frames `ratio` times as fast as it was sent."""
    bits = b"".join(map(_FRAMES.__getitem__, data))
    out = bytearray()
    at, end = 0.0, float(len(bits))
    width = 1 / ratio  # of a receiver bit, in sender bits
    # Slow edges and sampling jitter work against the receiver. Half a bit is the worst case; it is
    # always taken, because a link at such a mismatch that sometimes works helps nobody.
    skew = -0.5 if ratio > 1 else 0.5
    while at < end:
        if bits[int(at)]:  # line is high: wait for a start bit
            start = bits.find(0, int(at))
            if start < 0:
                break
            at = float(start)
        byte = 0
        for i in range(8):
            where = int(at + (1.5 + i) * width + skew)
            byte |= (bits[where] if where < len(bits) else 1) << i
        out.append(byte)
        at += 9.5 * width
    return bytes(out)
