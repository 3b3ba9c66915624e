"""One request and its reply: waiting, noticing early that a reply cannot come, starting over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.policy import Pace
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.protocol.request import STATUS_MEANING
from plugsmith.boot.wire import ALIVE_EVERY_S, START_BAUD, Wire, is_link_answer
from plugsmith.errors.flash import ExchangeFailed, StatusRefused
from plugsmith.errors.link import LinkLost
from plugsmith.errors.port import PortUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugsmith.boot.policy import RetryPolicy
    from plugsmith.boot.protocol.frames import Reply
    from plugsmith.boot.protocol.request import Command

SETTLE_S = 0.02  # the last bits must have left the adapter before the host changes its rate
_CONFIRMS = 4  # in which the chip fell silent again
_CHANGING = (cmd.Erase, cmd.Write4K, cmd.Write, cmd.WriteStatusRegister)
_AT_ONCE = (cmd.Read4K, cmd.ReadRegister, cmd.ReadBootVersion)  # what a chip answers in no time
_CALLS = 8
_PROBES = 16  # link checks that may be unanswered: the chip may be busy, its ring is finite


@dataclass(slots=True, kw_only=True)
class _Wait:
    """How one wait for a reply goes."""

    end_s: float
    usual_s: float | None  # of the chip's own work, where it is long
    probing: bool
    before: int  # answers to earlier link checks that may still come
    once_more: bool  # in silence, which may be that of a chip at work
    probes: int = 0
    answers: int = 0


class Exchanger:
    """Carries out requests on a wire. The caller holds the wire's lock.

    `errors` counts what had to be repeated; `strays` are the addresses that a good reply to an
    erase or write named although nobody meant them: the request was damaged on its way.

    `silences` counts how often the chip fell silent, or was not asked for a while, at the rate to
    which a reset brings it: another one may answer now. `confirm` raises if it is; it is asked
    before the next request that changes something. `resets_at` are the raised rates that the chip
    had then: one that leaves such a rate by itself was reset. `pace` is how slow it is at
    checksums. `idle` is whether the last request was answered, so that a chip that takes one at a
    time hears the next one.
    """

    def __init__(self, wire: Wire, policy: RetryPolicy) -> None:
        self.wire = wire
        self.policy = policy
        self.pace = Pace()
        self.errors = 0
        self.strays: list[int] = []
        self.idle = False
        self._silent = 0
        self.resets_at: list[int] = []
        self.confirm: Callable[[], None] | None = None
        self._confirmed = 0
        self.relief: Callable[[], bool] | None = (
            None  # goes to a lower rate; False if there is none
        )

    def exchange(self, command: Command, *, attempts: int | None = None) -> Reply:
        """The good reply to `command`, repeated as the policy says."""
        tries = attempts or self.policy.attempts
        refused: list[int] = []
        for attempt in range(tries):
            if attempt:
                self.start_over()
            if isinstance(command, _CHANGING):
                self.be_sure()
            reply = self.once(command)
            if reply is None:
                continue
            status = command.refusal(reply)
            if status is None:
                return reply
            refused.append(status)
            if refused[-self.policy.refusals :] == [status] * min(self.policy.refusals, tries):
                break
        if refused:
            raise StatusRefused(
                request=command.label,
                status=refused[-1],
                meaning=STATUS_MEANING.get(refused[-1], "?"),
            )
        if attempts is None and self.relief is not None and self.relief():
            return self.exchange(command)
        raise ExchangeFailed(request=command.label, attempts=tries)

    def start_over(self, *, torn_write: bool = False) -> None:
        """Bring chip and host to the start of a frame; LinkLost if the chip is not there."""
        self.errors += 1
        if not self.wire.resync(torn_write=torn_write) and not self._found_again():
            raise LinkLost(port=self.wire.port.info.name)
        self.note_silence()

    def note_silence(self) -> None:
        """The chip did not answer and is there again; only a raised rate says that it is it."""
        if self.wire.port.baud == START_BAUD:
            self._silent += 1

    @property
    def silences(self) -> int:
        """How often another chip may have been put in; a pause that goes on is one."""
        return self._silent + self.wire.pauses

    def be_sure(self) -> None:
        """Return if the chip that answers is the one of this run; before anything is changed."""
        for _attempt in range(_CONFIRMS):
            if self.confirm is None or self._confirmed == self.silences:
                return
            self._confirmed = self.silences
            self.confirm()
        raise LinkLost(port=self.wire.port.info.name)

    def _found_again(self) -> bool:
        """Whether the chip answers at the current or at the starting rate after all."""
        now = self.wire.port.baud
        if self._answers_at(now):
            return True
        if now != START_BAUD and self._answers_at(START_BAUD):
            self.resets_at.append(now)
            return True
        return now != START_BAUD and self.called_down(now)

    def _answers_at(self, rate: int, wait_s: float = 0.15) -> bool:
        if rate != self.wire.port.baud and not self.host_to(rate):
            return False
        self.wire.forget()
        return self.wire.answered(wait_s + self.wire.latency_s)

    def called_down(self, rate: int) -> bool:
        """The chip may hear us although we do not hear it: send it to the starting rate blindly.

        Several times, because a noisy wire may let one request through.
        """
        for _attempt in range(1 if self.wire.port.capabilities.reopens else _CALLS):
            if not self.host_to(rate):
                return False
            self.wire.send_safe(cmd.SetBaud(baud=START_BAUD, delay=0))
            self.wire.port.drain()
            self.wire.clock.sleep(SETTLE_S)
            if self._answers_at(START_BAUD, 0.04):
                return True
        return False

    def host_to(self, rate: int) -> bool:
        """Change the host's rate; False if the port cannot."""
        try:
            self.wire.port.set_baud(rate)
        except PortUnsupported:
            return False
        return True

    def once(
        self,
        command: Command,
        *,
        sent: bool = False,
        others: Iterable[Command] = (),
        device_s: float | None = None,
    ) -> Reply | None:
        """Send (unless `sent`) and wait; the reply, good or refusing, or None if it is lost.

        `others` are requests behind this one whose replies come later; `device_s` is how long the
        chip may take, if not as long as the policy says.
        """
        wire = self.wire
        self.idle = False
        if not sent:
            wire.leave_gap()
            wire.send(command)
        began_s = wire.clock.monotonic()
        wait = self._wait_for(command, device_s)
        calm_s = ALIVE_EVERY_S + (wire.latency_s if wire.latency_s <= ALIVE_EVERY_S else 0.0)
        while (left := self._left_s(wait)) > 0:
            reply = wire.take(min(left, calm_s) if wait.probing else left)
            if reply is None:
                self._probe(wait)
                continue
            if command.answers(reply) or command.refusal(reply) is not None:
                if wire.dialect.in_order:  # what was asked before this request has been answered
                    wire.link_pending = min(wire.link_pending, wait.probes)
                if not sent and isinstance(command, _AT_ONCE):
                    self._note_lag(command, began_s)
                if wait.usual_s is not None:
                    self.pace.took(wire.clock.monotonic() - began_s, wait.usual_s)
                self.idle = True
                return reply
            self._note_stray(command, reply)
            if self._cannot_come(command, reply, others, wait):
                return None
        return None

    def _left_s(self, wait: _Wait) -> float:
        """How long to wait on; as long again, once, for a silent chip that may be at work.

        One that is not answers a link check: it has lost the request.
        """
        left_s = wait.end_s - self.wire.clock.monotonic()
        if left_s > 0 or wait.usual_s is None:
            return left_s
        if not wait.once_more:
            self.pace.overdue(wait.usual_s)
            return left_s
        wait.once_more = False
        if not wait.probing:
            wait.probes += 1
            self.wire.send_link_check()
        wait.end_s += self.pace.allowed_s(wait.usual_s)
        return wait.end_s - self.wire.clock.monotonic()

    def _note_lag(self, command: Command, began_s: float) -> None:
        wire = self.wire
        wire_s = wire.seconds_for(len(command.encode()) + command.reply_len())
        wire.note_lag(wire.clock.monotonic() - began_s - wire_s)

    def _wait_for(self, command: Command, device_s: float | None) -> _Wait:
        wire = self.wire
        wire_s = wire.seconds_for(len(command.encode()) + command.reply_len() + 16)
        if device_s is not None and wire.port.capabilities.local:
            wire.port.drain()  # a loader that misses bytes leaves soon: no time to be generous
            wire_s = wire.seconds_for(command.reply_len() + 16)
        far_s = 0.0 if wire.port.capabilities.local else 2 * wire.latency_s
        usual_s = None
        if device_s is None:
            device_s = self.policy.device_s(command)
            if isinstance(command, cmd.CheckCrc):
                usual_s, device_s = device_s, self.pace.allowed_s(device_s)
        # a link check sent while a Write4K lacks bytes would end up in the flash
        changing = isinstance(command, (cmd.Write4K, cmd.Write))
        probing = wire.dialect.in_order and not changing and not isinstance(command, cmd.LinkCheck)
        return _Wait(
            end_s=wire.clock.monotonic() + wire_s + device_s + wire.latency_s + far_s,
            usual_s=usual_s,
            probing=probing,
            before=wire.link_pending,
            once_more=usual_s is not None,
        )

    def _probe(self, wait: _Wait) -> None:
        """In silence, ask whether the chip is still there: its answer overtakes nothing."""
        if not wait.probing or wait.probes - wait.answers >= _PROBES:
            return
        wire = self.wire
        quiet_s = wire.clock.monotonic() - max(wire.last_heard_s, wire.last_sent_s)
        if quiet_s >= ALIVE_EVERY_S:
            wait.probes += 1
            wire.send_link_check(into_silence=True)

    def _cannot_come(
        self, command: Command, reply: Reply, others: Iterable[Command], wait: _Wait
    ) -> bool:
        """Whether `reply`, which is for somebody else, shows that the one for `command` is lost."""
        if is_link_answer(reply):
            wait.answers += 1  # replies keep the order of requests: a probe overtakes nothing
            return wait.probes > 0 and wait.answers > wait.before
        return any(other is not command and other.answers(reply) for other in others)

    def _note_stray(self, command: Command, reply: Reply) -> None:
        if isinstance(command, (cmd.Erase, cmd.Write4K)) and cmd.changes_flash(reply):
            self.strays.append(cmd.changed_address(reply))
