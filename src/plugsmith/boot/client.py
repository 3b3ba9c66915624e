"""One conversation with a boot code: requests, matched replies, retries, resynchronisation."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot import commands as cmd
from plugsmith.boot.alive import KeepAlive
from plugsmith.boot.wire import ALIVE_EVERY_S, Wire, is_link_answer
from plugsmith.errors.flash import ExchangeFailed, StatusRefused
from plugsmith.errors.link import LinkLost
from plugsmith.errors.port import PortUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from plugsmith.boot.commands import Command
    from plugsmith.boot.dialects import Speech
    from plugsmith.boot.frames import Reply
    from plugsmith.clock import Clock
    from plugsmith.link.port import Port
    from plugsmith.memory import AddressRange

START_BAUD = 115_200
_BAUD_DELAY = 40  # 82 ms on loaders (2 ms ticks), 40 ms on ROMs: enough for any host to follow
_HOST_LEAD_S = 0.02  # the last bits must have left the adapter before the host changes its rate
_PROBES = 8
_CRC_BATCH = 24  # requests of 13 bytes: well inside the ring
_REFUSALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often one request is repeated, and the device time it is given (uart-protocol.md 4)."""

    attempts: int = 6
    control_s: float = 0.25
    read_s: float = 0.3
    write_s: float = 0.6
    erase_4k_s: float = 1.0
    erase_64k_s: float = 3.0
    crc_least_s: float = 2.0
    crc_bytes_per_s: float = 150_000.0

    def device_s(self, command: Command) -> float:
        """How long the chip may take to carry out `command`."""
        match command:
            case cmd.Read4K() | cmd.ReadShort():
                return self.read_s
            case cmd.Write4K() | cmd.Write():
                return self.write_s
            case cmd.Erase():
                whole = command.size_code == cmd.ERASE_64K
                return self.erase_64k_s if whole else self.erase_4k_s
            case cmd.CheckCrc():
                return max(self.crc_least_s, command.length / self.crc_bytes_per_s)
            case _:
                return self.control_s


class BootClient:
    """Speaks to the boot code behind a linked port; keeps the link alive itself.

    Use it from one thread. Every method may raise PortLost, LinkLost, ExchangeFailed or
    StatusRefused. `errors` counts exchanges that had to be repeated.
    """

    def __init__(
        self,
        port: Port,
        *,
        clock: Clock,
        policy: RetryPolicy | None = None,
        keep_alive: bool = False,
    ) -> None:
        self.port = port
        self.clock = clock
        self.policy = policy or RetryPolicy()
        self.errors = 0
        self.strays: list[int] = []  # addresses that a changing reply named and nobody meant
        self._wire = Wire(port, clock=clock)
        self._host_rates: set[int] = {START_BAUD}
        self._wants_alive = keep_alive
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
    def speech(self) -> Speech:
        """What is known about the boot code's way of talking."""
        return self._wire.speech

    def adopt(self, speech: Speech) -> None:
        """Talk in the dialect of an identified boot code from now on."""
        self._wire.speech = speech
        if not speech.leaves_when_idle:
            self.pause()

    def exchange(self, command: Command, *, attempts: int | None = None) -> Reply:
        """The good reply to `command`, repeated as the policy says."""
        tries = attempts or self.policy.attempts
        refused: list[int] = []
        with self._wire.lock:
            for attempt in range(tries):
                if attempt:
                    self._repeat()
                reply = self._once(command)
                if reply is None:
                    continue
                status = command.refusal(reply)
                if status is None:
                    return reply
                refused.append(status)
                if refused[-_REFUSALS:] == [status] * min(_REFUSALS, tries):
                    break
        if refused:
            raise StatusRefused(
                request=command.label,
                status=refused[-1],
                meaning=cmd.STATUS_MEANING.get(refused[-1], "?"),
            )
        raise ExchangeFailed(request=command.label, attempts=tries)

    def ask(self, command: Command) -> Reply | None:
        """One try of a request that the boot code may not know; None if it stays silent."""
        with self._wire.lock:
            reply = self._once(command)
            return reply if reply is not None and command.answers(reply) else None

    def pipeline(self, requests: Iterable[Command]) -> Iterator[Reply]:
        """Good replies in the order of the requests, which must be told apart by their echo.

        Several are in flight where the chip queues them. The caller may pause between replies.
        """
        queue = deque(requests)
        flying: deque[Command] = deque()
        while queue or flying:
            with self._wire.lock:
                self._fill(flying, queue)
                reply = self._once(flying[0], sent=True, others=flying)
                if reply is None or flying[0].refusal(reply) is not None:
                    reply = self._restart(flying, queue)
                else:
                    flying.popleft()
                    self._fill(flying, queue)
            yield reply

    def _fill(self, flying: deque[Command], queue: deque[Command]) -> None:
        batch: list[Command] = []
        while queue and len(flying) + len(batch) < self.speech.window:
            batch.append(queue.popleft())
        if batch:
            self._wire.send(*batch)
            flying.extend(batch)

    def _restart(self, flying: deque[Command], queue: deque[Command]) -> Reply:
        """After trouble: start over with the oldest open request alone."""
        head = flying.popleft()
        queue.extendleft(reversed(flying))
        flying.clear()
        self._repeat()
        return self.exchange(head)

    def recover(self) -> None:
        """Bring a chip that lost bytes back to the start of a frame; LinkLost if it cannot."""
        with self._wire.lock:
            self._repeat()

    def _repeat(self) -> None:
        self.errors += 1
        if not self._wire.resync() and not self._found_again():
            raise LinkLost(port=self.port.info.name)

    def _found_again(self) -> bool:
        """Whether the chip answers at the current or at the starting rate after all."""
        now = self.baud
        for rate in (now, START_BAUD, now):
            if rate != self.baud and not self._host_to(rate):
                continue
            self._wire.forget()
            if any(self._wire.answered(0.05 + self._wire.latency_s) for _try in range(3)):
                return True
        return False

    def _once(
        self, command: Command, *, sent: bool = False, others: Iterable[Command] = ()
    ) -> Reply | None:
        """Send (unless `sent`) and wait; the reply, good or refusing, or None if it is lost."""
        wire = self._wire
        if not sent:
            if wire.speech.frame_gap_s:
                wire.clock.sleep(wire.speech.frame_gap_s)
            wire.send(command)
        sure_s = wire.seconds_for(len(command.encode()) + command.reply_len() + 16)
        wait = _Wait(
            end_s=self.clock.monotonic()
            + sure_s
            + self.policy.device_s(command)
            + wire.latency_s
            + (wire.latency_s if not self.port.capabilities.local else 0.0),
            probing=self._may_probe(command),
        )
        while (left := wait.end_s - self.clock.monotonic()) > 0:
            slice_s = min(left, ALIVE_EVERY_S + wire.latency_s) if wait.probing else left
            reply = wire.take(slice_s)
            if reply is None:
                if wait.probing:
                    self._probe(wait)
            elif command.answers(reply) or command.refusal(reply) is not None:
                return reply
            else:
                self._note_stray(command, reply)
                if self._cannot_come(command, reply, others, wait):
                    return None
        return None

    def _may_probe(self, command: Command) -> bool:
        """A link check sent while a Write4K lacks bytes would end up in the flash."""
        streaming = isinstance(command, (cmd.Write4K, cmd.Write))
        return self.speech.in_order and not streaming and not isinstance(command, cmd.LinkCheck)

    def _probe(self, wait: _Wait) -> None:
        quiet = self.clock.monotonic() - max(self._wire.last_heard_s, self._wire.last_sent_s)
        if quiet >= ALIVE_EVERY_S and wait.probes < _PROBES:
            wait.probes += 1
            self._wire.send_link_check()

    def _note_stray(self, command: Command, reply: Reply) -> None:
        """Remember where a request went whose address was damaged on its way."""
        if isinstance(command, (cmd.Erase, cmd.Write4K)) and cmd.changes_flash(reply):
            self.strays.append(cmd.changed_address(reply))

    def _cannot_come(
        self, command: Command, reply: Reply, others: Iterable[Command], wait: _Wait
    ) -> bool:
        """Whether `reply`, which is for somebody else, shows that the one for `command` is lost."""
        if is_link_answer(reply):
            return wait.probes > 0 and not self._wire.link_pending
        return any(other is not command and other.answers(reply) for other in others)

    # single commands

    def link_check(self, *, timeout_s: float = 0.1) -> bool:
        """Whether the boot code answers now."""
        with self._wire.lock:
            return self._wire.answered(timeout_s + self._wire.latency_s)

    def settle(self) -> None:
        """Take the answers to link checks that are still on their way after linking."""
        with self._wire.lock:
            self._wire.drain(self._wire.latency_s, most_s=0.5)
            self._wire.forget()

    def read_register(self, addr: int) -> int | None:
        """A 32-bit register of the ROM family; None where the boot code does not answer."""
        command = cmd.ReadRegister(addr=addr)
        for _attempt in range(3):
            reply = self.ask(command)
            if reply is not None:
                return int.from_bytes(command.payload(reply), "little")
            with self._wire.lock:
                self._wire.resync()
        return None

    def write_register(self, addr: int, value: int) -> None:
        """Set a 32-bit register of the ROM family."""
        self.exchange(cmd.WriteRegister(addr=addr, value=value))

    def boot_version(self) -> str | None:
        """The text of a T loader; None where the command does not exist."""
        for _attempt in range(2):
            reply = self.ask(cmd.ReadBootVersion())
            if reply is not None:
                return reply.data.split(b"\0")[0].decode("ascii", "replace") or None
        return None

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
            if self.speech.ring and len(queue) > 1:
                batch = [queue.popleft() for _item in range(min(_CRC_BATCH, len(queue)))]
                yield from self._crc_batch(batch)
            else:
                yield self.crc32(queue.popleft())

    def _crc_batch(self, spans: list[AddressRange]) -> list[int]:
        """Checksums carry no address: a link check behind them shows whether one is missing."""
        requests = [cmd.CheckCrc(start=span.start, length=len(span)) for span in spans]
        for _attempt in range(3):
            with self._wire.lock:
                found = self._crc_burst(requests)
                if found is not None:
                    return found
                self._repeat()
        return [self.crc32(span) for span in spans]

    def _crc_burst(self, requests: list[cmd.CheckCrc]) -> list[int] | None:
        wire = self._wire
        wire.send(*requests)
        wire.send_link_check()
        device_s = sum(self.policy.device_s(request) for request in requests)
        end = self.clock.monotonic() + device_s + wire.seconds_for(len(requests) * 24)
        found: list[int] = []
        while wire.link_pending and (left := end - self.clock.monotonic()) > 0:
            reply = wire.take(left)
            if reply is not None and requests[0].answers(reply):
                found.append(requests[0].crc32(reply))
        return found if len(found) == len(requests) and not wire.link_pending else None

    def reboot(self) -> None:
        """Leave download mode and run what is in flash; nothing is answered.

        A loader gets its requests in one burst, because bytes during its start would delay it, and
        leaves by itself if they are lost; a ROM stays for ever, so it gets them spaced out.
        """
        with self._wire.lock:
            once = cmd.Reboot()
            self._wire.drain(0.0)
            if self.speech.leaves_when_idle:
                self._wire.send(once, once, once)
            else:
                for _attempt in range(4):
                    self._wire.send(once)
                    self.port.drain()
                    self.clock.sleep(0.01)
            self.port.drain()
            self.pause()
            self.clock.sleep(_HOST_LEAD_S)
            if self.baud != START_BAUD:
                self._host_to(START_BAUD)

    def pause(self) -> None:
        """Stop keeping the link alive, for instance while somebody else links again."""
        if self._alive is not None:
            self._alive.stop()
            self._alive = None

    def resume(self) -> None:
        """Keep the link alive again, where the boot code needs it."""
        if self._wants_alive and self._alive is None and self.speech.leaves_when_idle:
            self._alive = KeepAlive(self._wire)

    def close(self) -> None:
        """Stop keeping the link alive for good; the port stays open."""
        self._wants_alive = False
        self.pause()

    # speed

    def set_baud(self, baud: int) -> bool:
        """Change chip and host to `baud`; False, and both at the old rate, if it does not work.

        Raises LinkLost if the chip cannot be found at either rate afterwards.
        """
        if baud == self.baud:
            return True
        if not self.port.capabilities.speed_changes or not self._host_can(baud):
            return False
        with self._wire.lock:
            old = self.baud
            if self._switch(baud):
                return True
            self.errors += 1
            return self._found_after_switch(old, baud)

    def _host_can(self, baud: int) -> bool:
        if baud in self._host_rates:
            return True
        before = self.baud
        good = self._host_to(baud) and self._host_to(before)
        if good:
            self._host_rates.add(baud)
        return good

    def _host_to(self, baud: int) -> bool:
        try:
            self.port.set_baud(baud)
        except PortUnsupported:
            return False
        return True

    def _switch(self, baud: int) -> bool:
        command = cmd.SetBaud(baud=baud, delay=_BAUD_DELAY)
        wire = self._wire
        wire.send(command)
        self.port.drain()
        self.clock.sleep(_HOST_LEAD_S)
        self.port.set_baud(baud)
        end = self.clock.monotonic() + 2 * (_BAUD_DELAY + 1) / 1000 + 0.2 + 2 * wire.latency_s
        while (left := end - self.clock.monotonic()) > 0:
            reply = wire.take(left)
            if reply is not None and command.answers(reply):
                return wire.answered(0.1 + wire.latency_s) or wire.resync()
        return False

    def _found_after_switch(self, old: int, new: int) -> bool:
        """Whether the chip is at `new` after a change without an answer; back at `old` if not."""
        tries: tuple[tuple[int, Callable[[], bool]], ...] = (
            (new, self._answers_here),
            (old, self._answers_here),
            (new, lambda: self._switch(old)),  # the chip may hear us although we do not hear it
            (old, self._answers_here),
            (new, self._answers_here),
        )
        for rate, attempt in tries:
            if rate != self.baud:
                self._host_to(rate)
            self._wire.forget()
            if attempt():
                return self.baud == new
        raise LinkLost(port=self.port.info.name)

    def _answers_here(self) -> bool:
        self._wire.port.write(b"\xff" * 8)
        return any(self._wire.answered(0.04 + self._wire.latency_s) for _try in range(3))


@dataclass(slots=True, kw_only=True)
class _Wait:
    """How one wait for a reply goes."""

    end_s: float
    probing: bool
    probes: int = 0
