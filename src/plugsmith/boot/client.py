"""One conversation with a boot code, as calls: reads, checksums, registers, speed, reboot."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from plugsmith.boot.bursts.crc_burst import crc_burst
from plugsmith.boot.bursts.train import write_train
from plugsmith.boot.exchange import Exchanger
from plugsmith.boot.policy import RetryPolicy
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.rates import HostRates, RateSwitch
from plugsmith.boot.wire import START_BAUD, Wire
from plugsmith.errors.flash import ExchangeFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from plugsmith.boot.alive import KeepAlive, Keeper
    from plugsmith.boot.dialects import Dialect
    from plugsmith.boot.policy import Pace
    from plugsmith.boot.protocol.frames import Reply
    from plugsmith.boot.protocol.request import Command
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken
    from plugsmith.link.port import Port
    from plugsmith.memory import AddressRange

__all__ = ["BootClient", "RetryPolicy"]

# Requests of 13 bytes: inside the ring of loaders; in a buffer of 256 bytes of an adapter that was
# not seen to carry more, because a request that lost bytes could hang the chip.
_CRC_BATCH, _CRC_BATCH_CAREFUL = 35, 18
_AGREE = 6
_REBOOT_GAP_S, _BUSY_GAP_S = 0.001, 0.01  # a ROM needs silence; more if it is at work
_LAST_BYTES_S = 0.003  # 24 bytes that are still in an adapter


class BootClient:
    """Speaks to the boot code behind a linked port; keeps the link alive itself.

    Use it from one thread. Every method may raise PortLost, LinkLost, ExchangeFailed or
    StatusRefused.
    """

    def __init__(
        self,
        port: Port,
        *,
        clock: Clock,
        policy: RetryPolicy | None = None,
        keeper: Keeper | None = None,
        round_trip_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self.port = port
        self.clock = clock
        self.policy = policy or RetryPolicy()
        self._wire = Wire(port, clock=clock, round_trip_s=round_trip_s, cancel=cancel)
        self._exchanger = Exchanger(self._wire, self.policy)
        self._rates = RateSwitch(self._exchanger)
        self._keeper = keeper
        self._batch = _CRC_BATCH_CAREFUL
        self._alive: KeepAlive | None = None
        self.resume()

    @property
    def baud(self) -> int:
        """The rate that chip and host use now."""
        return self.port.baud

    @property
    def bytes_on_wire(self) -> int:
        """Bytes sent and received so far."""
        return self._wire.bytes_total

    @property
    def dialect(self) -> Dialect:
        """What is known about the boot code's way of talking."""
        return self._wire.dialect

    @property
    def lag_s(self) -> float:
        """How late answers usually come, beyond what the wire takes."""
        return self._wire.lag_s

    @property
    def errors(self) -> int:
        """How many exchanges had to be repeated, or brought wrong data."""
        return self._exchanger.errors

    @property
    def strays(self) -> list[int]:
        """Addresses that a damaged erase or write request changed by mistake."""
        return self._exchanger.strays

    @property
    def silences(self) -> int:
        """How often the chip fell silent so that another one may be there since."""
        return self._exchanger.silences

    @property
    def resets_at(self) -> list[int]:
        """The rates in use when the chip was reset and found again without a new link."""
        return self._exchanger.resets_at

    def confirm_with(self, confirm: Callable[[], None]) -> None:
        """Call `confirm`, which raises for another device, after such a silence before changes."""
        self._exchanger.confirm = confirm

    def note_error(self) -> None:
        """Count data that arrived wrong."""
        self._exchanger.errors += 1

    def adopt(self, dialect: Dialect) -> None:
        """Talk in the dialect of an identified boot code from now on."""
        self._wire.dialect = dialect
        if not dialect.leaves_when_idle:
            self.pause()

    # requests

    def exchange(self, command: Command, *, attempts: int | None = None) -> Reply:
        """The good reply to `command`, repeated as the policy says."""
        with self._wire.turn:
            return self._exchanger.exchange(command, attempts=attempts)

    def ask(self, command: Command, *, device_s: float | None = None) -> Reply | None:
        """One try of a request that the boot code may not know; None if it stays silent."""
        with self._wire.turn:
            if isinstance(command, cmd.Write4K):
                self._exchanger.be_sure()
            reply = self._exchanger.once(command, device_s=device_s)
        return reply if reply is not None and command.answers(reply) else None

    def recover(self) -> None:
        """Bring a chip that lost bytes of a Write4K to a frame start; LinkLost if it cannot."""
        with self._wire.turn:
            self._exchanger.start_over(torn_write=True)

    def write_train(
        self,
        frames: Sequence[cmd.Write4K],
        *,
        taken: Callable[[cmd.Write4K], None],
        stopped: Callable[[], bool],
    ) -> list[cmd.Write4K]:
        """Frames one behind the other (`plugsmith.boot.bursts.train`)."""
        with self._wire.turn:
            return write_train(self._exchanger, frames, taken=taken, stopped=stopped)

    def pipeline(self, requests: Iterable[Command]) -> Iterator[Reply]:
        """Good replies in the order of the requests, which must be told apart by their echo.

        Several are in flight where the chip queues them. The caller may pause between replies.
        """
        queue = deque(requests)
        flying: deque[Command] = deque()
        while queue or flying:
            with self._wire.turn:
                self._fill(flying, queue)
                reply = self._exchanger.once(flying[0], sent=True, others=flying)
                if reply is None or flying[0].refusal(reply) is not None:
                    reply = self._restart(flying, queue)
                else:
                    flying.popleft()
                    self._fill(flying, queue)
            yield reply

    def _fill(self, flying: deque[Command], queue: deque[Command]) -> None:
        if not queue or len(flying) >= self.dialect.window:
            return
        self._wire.leave_gap()
        batch: list[Command] = []
        while queue and len(flying) + len(batch) < self.dialect.window:
            batch.append(queue.popleft())
        self._wire.send(*batch)
        flying.extend(batch)

    def _restart(self, flying: deque[Command], queue: deque[Command]) -> Reply:
        """After trouble: start over with the oldest open request alone."""
        head = flying.popleft()
        queue.extendleft(reversed(flying))
        flying.clear()
        self._exchanger.start_over()
        return self._exchanger.exchange(head)

    # link

    def link_check(self, *, timeout_s: float = 0.1) -> bool:
        """Whether the boot code answers now."""
        with self._wire.turn:
            return self._wire.answered(timeout_s + self._wire.latency_s)

    def settle(self) -> None:
        """Take the answers to link checks that a network still brings after linking."""
        quiet_s = 0.0 if self.port.capabilities.local else self._wire.latency_s
        with self._wire.turn:
            self._wire.drain(quiet_s, most_s=0.5)
            self._wire.forget()

    def pause(self) -> None:
        """Stop keeping the link alive, for instance while somebody else links again."""
        if self._alive is not None:
            self._alive.stop()
            self._alive = None

    def resume(self) -> None:
        """Keep the link alive again, where the boot code needs it."""
        if self._keeper is not None and self._alive is None and self.dialect.leaves_when_idle:
            self._alive = self._keeper(self._wire)

    def close(self) -> None:
        """Stop keeping the link alive for good; the port stays open."""
        self._keeper = None
        self.pause()

    def reboot(self) -> None:
        """Leave download mode and run what is in flash; nothing is answered.

        A loader gets its requests in one burst, because bytes during its start would delay it, and
        leaves by itself if they are lost; a ROM stays for ever, so it gets them spaced out.
        """
        once = cmd.Reboot()
        with self._wire.turn:
            self.pause()
            self._wire.cancel = None  # this is what is done after a stop
            idle = self._exchanger.idle  # else an answer may be on its way, which drowns a reboot
            self._wire.drain(0.0 if idle else self._wire.latency_s, most_s=0.5)
            if self.dialect.leaves_when_idle:
                self._wire.send(once, once, once)
            else:
                for _attempt in range(4):
                    self._wire.send(once)
                    self.port.drain()
                    self.clock.sleep(_REBOOT_GAP_S if idle else _BUSY_GAP_S)
            self.port.drain()
            self.clock.sleep(_LAST_BYTES_S)
            if self.baud != START_BAUD:
                self._exchanger.host_to(START_BAUD)

    def when_exhausted(self, relief: Callable[[], bool]) -> None:
        """Call `relief` when a request failed at every try; True from it means to try again."""
        self._exchanger.relief = relief

    @property
    def host(self) -> HostRates:
        """What is known of the rates of the host's side, over all links of one port."""
        return self._rates.host

    @host.setter
    def host(self, known: HostRates) -> None:
        self._rates.host = known

    def at_pace(self, pace: Pace) -> None:
        """Wait for long work as long as `pace` says, which is kept over all links of a run."""
        self._exchanger.pace = pace

    @property
    def may_run_ahead(self) -> bool:
        """Whether the chip queues what comes early and the adapter takes whole frames."""
        return bool(self.dialect.ring) and self._wire.piece is None

    def write_in_pieces(self, piece: int | None, *, seen: bool) -> None:
        """At most `piece` bytes at once (None: no limit) from now on; `seen` to arrive."""
        self._wire.piece = piece
        self._batch = _CRC_BATCH if seen and piece is None else _CRC_BATCH_CAREFUL

    def set_baud(self, baud: int) -> bool:
        """Change chip and host to `baud`; False, and both at the old rate, if it does not work.

        Raises LinkLost if the chip cannot be found at either rate afterwards.
        """
        with self._wire.turn:
            return self._rates.change(baud)

    def read_register(self, addr: int) -> int | None:
        """A 32-bit register of the ROM family; None where the boot code does not answer."""
        command = cmd.ReadRegister(addr=addr)
        for _attempt in range(3):
            reply = self.ask(command)
            if reply is not None:
                return int.from_bytes(command.payload(reply), "little")
            if not self.link_check():
                self.recover()
        return None

    def agreed_register(self, addr: int) -> int | None:
        """A register that two of several reads agree on; None where it is not answered.

        ExchangeFailed when no two agree.
        """
        seen: set[int] = set()
        for _attempt in range(_AGREE):
            value = self.read_register(addr)
            if value is None or value in seen:
                return value
            seen.add(value)
        raise ExchangeFailed(request="register read", attempts=_AGREE)

    def write_register(self, addr: int, value: int) -> None:
        """Set a 32-bit register of the ROM family."""
        self.exchange(cmd.WriteRegister(addr=addr, value=value))

    def boot_version(self, *, tries: int = 2) -> str | None:
        """The text of a T loader; None where the command does not exist."""
        for _attempt in range(tries):
            reply = self.ask(cmd.ReadBootVersion())
            if reply is not None:
                return reply.data.split(b"\0")[0].decode("ascii", "replace") or None
        return None

    # flash

    def read_4k(self, addr: int) -> bytes:
        """4096 bytes from `addr`, not proven."""
        command = cmd.Read4K(addr=addr)
        return command.payload(self.exchange(command))

    def read_many(self, addrs: Iterable[int]) -> Iterator[bytes]:
        """4096 bytes from each address, in order, several requests in flight where possible."""
        for reply in self.pipeline([cmd.Read4K(addr=addr) for addr in addrs]):
            yield reply.data[4:]

    def crc32(self, span: AddressRange) -> int:
        """zlib CRC-32 of `span` by the device; its length is a multiple of 256."""
        command = cmd.CheckCrc(start=span.start, length=len(span))
        return command.crc32(self.exchange(command))

    def crc32_many(self, spans: Iterable[AddressRange]) -> Iterator[int]:
        """zlib CRC-32 of each span, in order, by the device; lengths are multiples of 256."""
        queue = deque(spans)
        while queue:
            if self.dialect.ring and len(queue) > 1:
                size = min(self._batch, len(queue))
                yield from self._crc_batch([queue.popleft() for _item in range(size)])
            else:
                yield self.crc32(queue.popleft())

    def _crc_batch(self, spans: list[AddressRange]) -> list[int]:
        """Checksums carry no address: a link check behind them shows whether one is missing."""
        requests = [cmd.CheckCrc(start=span.start, length=len(span)) for span in spans]
        for _attempt in range(3):
            with self._wire.turn:
                found = crc_burst(self._exchanger, requests)
                if found is not None:
                    return found
                self._exchanger.start_over()
        return [self.crc32(span) for span in spans]
