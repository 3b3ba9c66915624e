"""The client's end of the wire: sends frames, collects replies, keeps the link alive, resyncs."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from plugsmith.boot.alive import Turn
from plugsmith.boot.dialects import UNKNOWN, Dialect
from plugsmith.boot.protocol.frames import LINK_CHECK, FrameForm, Header, Reply, ReplyDecoder
from plugsmith.errors import Cancelled

if TYPE_CHECKING:
    from plugsmith.boot.protocol.request import Command
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken
    from plugsmith.link.port import Port

_CHUNK = 16384
START_BAUD = 115_200
PAUSE_S = 1.0  # no hand is quicker at exchanging a board
ALIVE_EVERY_S = 0.03  # loaders leave after 50 ms of silence at the earliest (uart-protocol.md 1.5)
# Sent before a link check into silence. Zeros end a torn request in the least harmful way: a torn
# header becomes an empty frame, a torn erase address one that is refused; never 01 before a frame.
SAFE_LEAD = b"\x00" * 8
_LOCAL_S, _LAG_MARGIN = 0.03, 1.5
_OBEY_EVERY_S = 0.2
_GRACE_S = 0.8  # for the sector in flight after Ctrl-C
_FEED_PIECE = 64
_FEED_MOST = 4096 + 256


class Wire:
    """Frames over a port. Knows which requests are open, not what they are for."""

    def __init__(
        self,
        port: Port,
        *,
        clock: Clock,
        round_trip_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self.port = port
        self.clock = clock
        self.cancel = cancel
        self._obey_at_s: float | None = None
        self.round_trip_s = round_trip_s  # of a network, where it was measured
        self._lags: deque[float] = deque(maxlen=5)
        self.lag_s = 0.0  # how late answers come, by the last few
        self.dialect: Dialect = UNKNOWN
        self.turn = Turn()
        self.bytes_total = 0
        self.link_pending = 0  # link checks sent whose answers have not come
        self.piece: int | None = None  # bytes that may be written at once, None without a limit
        self.last_sent_s = clock.monotonic()
        self.last_heard_s = self.last_sent_s
        self._asked_s = self.last_sent_s  # the last request, or the last answer to one
        self._pauses = 0
        self._expected: deque[Command] = deque(maxlen=64)
        self._rest = b""  # of a request that was begun
        self._sent_at_s = self.last_sent_s  # when what was written has crossed the wire, about
        self._inbox = bytearray()
        self._replies: deque[Reply] = deque()
        self._decoder = ReplyDecoder(self._acceptable)

    @property
    def latency_s(self) -> float:
        """What to allow for the way between the host and the adapter's pins.

        A port of this computer may be slow as well: a hub, a bridge, a computer that is busy.
        """
        if self.port.capabilities.local:
            return max(_LOCAL_S, _LAG_MARGIN * self.lag_s)
        return max(0.15, 1.3 * (self.round_trip_s or 0.0))

    def note_lag(self, seconds: float) -> None:
        """An answer that takes the chip no time came so long after it could have been there."""
        self._lags.append(seconds)
        self.lag_s = sorted(self._lags)[len(self._lags) // 2]  # one pause is no habit

    def seconds_for(self, count: int) -> float:
        """How long `count` bytes take on the wire."""
        return count * 10 / self.port.baud

    @property
    def pauses(self) -> int:
        """How often another chip may have been put in because nothing was asked, with a last one.

        Any chip answers link checks at the rate to which a reset brings it: they end no pause.
        """
        return self._pauses + self._pausing()

    def _pausing(self) -> bool:
        long = self.clock.monotonic() - self._asked_s > PAUSE_S
        return long and self.port.baud == START_BAUD

    def send(self, *commands: Command) -> None:
        """Send requests in one go and expect their replies."""
        self._pauses += self._pausing()
        self._asked_s = self.clock.monotonic()
        self._expected.extend(commands)
        self._write(b"".join(command.encode() for command in commands))

    def leave_gap(self) -> None:
        """A ROM takes a frame when the line goes idle: no request right behind an unanswered one.

        After an answer it has been ready since it put the last byte of it into its FIFO.
        """
        if self.last_heard_s <= self.last_sent_s:
            self.clock.sleep(self.dialect.frame_gap_s)

    def send_head(self, command: Command, length: int) -> None:
        """The first `length` bytes of a request; `send_rest` or `fill_up` must follow."""
        self._expected.append(command)
        data = command.encode()
        self._rest = data[length:]
        self._write(data[:length])

    def send_rest(self) -> None:
        """The rest of a request that was begun."""
        rest, self._rest = self._rest, b""
        self._write(rest)

    def fill_up(self) -> None:
        """FF, which programs nothing, for the rest of a write that was begun."""
        self._rest = b"\xff" * len(self._rest)
        self.send_rest()

    def wait_for_room(self, left: int) -> None:
        """Return when no more than about `left` of the bytes written are still on their way."""
        self.clock.sleep(self._sent_at_s - self.seconds_for(left) - self.clock.monotonic())

    def send_safe(self, command: Command) -> None:
        """A request into silence, whose reply nobody waits for."""
        self._write(SAFE_LEAD + command.encode())

    def send_link_check(self, *, into_silence: bool = False) -> None:
        """One link check whose answer is only counted; with a safe lead `into_silence`."""
        self.link_pending += 1
        self._write(SAFE_LEAD + LINK_CHECK if into_silence else LINK_CHECK)

    def _write(self, data: bytes) -> None:
        """Write; in pieces at the pace of the wire where an adapter's buffer is small.

        No longer pauses: a ROM takes silence inside a frame for its end (uart-protocol.md 2.6).
        """
        now = self.clock.monotonic()
        self._sent_at_s = max(now, self._sent_at_s) + self.seconds_for(len(data))
        piece = self.piece or max(1, len(data))
        for at in range(0, len(data), piece):
            self.port.write(data[at : at + piece])
            if at + piece < len(data):
                self.clock.sleep(self.seconds_for(piece))
        self.bytes_total += len(data)
        self.last_sent_s = self.clock.monotonic()

    def take(self, timeout_s: float) -> Reply | None:
        """The next reply, if the bytes that come within `timeout_s` complete one.

        Returns after the first bytes, complete or not. Answers to counted link checks are replies
        like others.
        """
        if not self._replies:
            data = bytes(self._inbox)
            self._inbox.clear()
            if not data:
                data = self._receive(max(timeout_s, 0.0))
            self._replies.extend(self._decoder.feed(data))
        if not self._replies:
            return None
        reply = self._replies.popleft()
        if not is_link_answer(reply):
            self._asked_s = self.clock.monotonic()
        elif self.link_pending:
            self.link_pending -= 1
        return reply

    def _receive(self, timeout_s: float) -> bytes:
        end = self.clock.monotonic() + timeout_s
        while True:
            self._obey()
            left = end - self.clock.monotonic()
            data = self._read(max(0.0, min(left, _OBEY_EVERY_S)))
            if data or left <= _OBEY_EVERY_S:
                return data

    def _obey(self) -> None:
        """Cancelled when the user stopped a while ago: what takes so long is no healthy exchange.

        Callers that clean up afterwards get the same time again.
        """
        if self.cancel is None or not self.cancel.cancelled:
            return
        now = self.clock.monotonic()
        if self._obey_at_s is None:
            self._obey_at_s = now + _GRACE_S
        elif now >= self._obey_at_s:
            self._obey_at_s = now + _GRACE_S
            raise Cancelled

    def _read(self, timeout_s: float) -> bytes:
        data = self.port.read(_CHUNK, timeout_s)
        if data:
            self.bytes_total += len(data)
            self.last_heard_s = self.clock.monotonic()
        return data

    def keep_alive(self) -> None:
        """Send a link check if the chip would otherwise hear nothing for too long."""
        if self.clock.monotonic() - self.last_sent_s < ALIVE_EVERY_S:
            return
        self._inbox += self._read(0.0)
        self.send_link_check()

    def drain(self, quiet_s: float, *, most_s: float = 2.0) -> None:
        """Forget what comes until nothing came for `quiet_s`."""
        end = self.clock.monotonic() + most_s
        self._inbox.clear()
        while self.clock.monotonic() < end and self._comes(quiet_s):
            pass
        self._replies.clear()
        self._decoder.reset()

    def _comes(self, within_s: float) -> bool:
        """Whether anything comes in time; on a slow way a loader is kept awake by zeros."""
        end = self.clock.monotonic() + within_s
        while within_s > ALIVE_EVERY_S:
            left = end - self.clock.monotonic()
            if self._receive(min(ALIVE_EVERY_S, max(left, 0.0))):
                return True
            if left <= ALIVE_EVERY_S:
                return False
            self._write(b"\x00")
        return bool(self._receive(within_s))

    def forget(self) -> None:
        """Start over: no open requests, no half-received reply, no counted link checks."""
        self._expected.clear()
        self._inbox.clear()
        self._replies.clear()
        self._decoder.reset()
        self.link_pending = 0

    def resync(self, *, torn_write: bool = False) -> bool:
        """Bring both sides to the start of a frame; whether the chip answers a link check again.

        `torn_write`: the chip may still count the bytes of a Write4K, so it is fed first.
        """
        self.drain(ALIVE_EVERY_S if torn_write else self.latency_s)
        self.forget()
        for attempt in range(3):
            if self.dialect.streams_writes and (torn_write or attempt):
                self._feed()
                self.forget()
            self._write(SAFE_LEAD)
            if self.dialect.frame_gap_s:
                self.clock.sleep(self.dialect.frame_gap_s * 4)
            if self.answered(0.1 + self.latency_s):
                return True
        return False

    def _feed(self) -> None:
        """Feed FF to a chip that still counts bytes of a torn request, until it says something.

        FF programs nothing. Observed recovery from lost Write4K bytes: uart-protocol.md 2.5.
        """
        for _sent in range(0, _FEED_MOST, _FEED_PIECE):
            self._write(b"\xff" * _FEED_PIECE)
            if self._receive(self.seconds_for(_FEED_PIECE) + 0.001):
                break
        self.drain(ALIVE_EVERY_S)

    def answered(self, timeout_s: float) -> bool:
        """Whether a link check is answered within `timeout_s`; later answers are waited for.

        It is sent again every 30 ms, because a loader leaves when it hears nothing.
        """
        began_s = next_s = self.clock.monotonic()
        end = began_s + timeout_s + self.seconds_for(13)
        while (now := self.clock.monotonic()) < end:
            if now >= next_s:
                self.send_link_check()
                next_s = now + ALIVE_EVERY_S
            reply = self.take(min(end, next_s) - now)
            if reply is not None and is_link_answer(reply):
                self.note_lag(self.clock.monotonic() - began_s - self.seconds_for(13))
                self.settle()
                return True
        return False

    def settle(self) -> None:
        """Take the answers to link checks that are still on their way; what is late is lost."""
        end = self.clock.monotonic() + self.latency_s
        while self.link_pending and (left := end - self.clock.monotonic()) > 0:
            self.take(left)
        self.link_pending = 0

    def _acceptable(self, header: Header) -> bool:
        if header.form is FrameForm.SHORT and header.code == 0x01 and header.data_len == 1:
            return True
        return any(command.may_start(header) for command in self._expected)


def is_link_answer(reply: Reply) -> bool:
    """Whether `reply` answers a link check."""
    return reply.form is FrameForm.SHORT and reply.code == 0x01 and reply.data == b"\x00"
