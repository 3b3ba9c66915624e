"""Several adapters, each asked in turn what is on it; no flash is written or erased.

An adapter is listened to first, then polled as linking does (a pulse on RTS or DTR may restart the
chip), then greeted in the words of other chips' boot codes. Each has a limit of its own.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.identify import identify
from plugsmith.boot.linking import LinkPolicy, link
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.link import LinkError, NobodyAnswers
from plugsmith.errors.port import PortError
from plugsmith.events import ErrorEvent, EventLog, Item, Log
from plugsmith.flows.port_results import AnswerRow
from plugsmith.flows.wire.connected import warn_about_mains
from plugsmith.library.port_lock import port_held
from plugsmith.link.hearing import Heard
from plugsmith.link.other_boot import look_for_other_chip
from plugsmith.link.verdict import judge
from plugsmith.link.witness import Witness
from plugsmith.messages import _
from plugsmith.records import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from plugsmith.boot.client import BootClient
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.link.port import Port
    from plugsmith.link.port_list import PortEntry

    Choose = Callable[[Sequence[PortEntry]], PortEntry]

_LISTEN_S = 1.1  # most of those who talk do so once a second
_ROUND_S = 1.0  # at least; a port that vanishes at once is not opened without end
_POLL_S = 4.0  # a pulse on RTS and one on DTR, with time for a reset by hand
_LOUD = frozenset({Heard.ECHO, Heard.TUYA_MCU, Heard.RESET_LOOP})  # polls would only disturb


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who asks: how a port is opened by its name, and where the locks of ports are."""

    open_port: Callable[[str], Port]
    clock: Clock
    sink: EventSink
    cancel: CancelToken
    locks: Path


@dataclass(slots=True, kw_only=True)
class _Asked:
    """What one adapter gave; `stays`: its chip is left in the boot code, for the next command."""

    entry: PortEntry
    row: AnswerRow
    failure: PlugsmithError | None = None
    stays: bool = False

    def item(self) -> Item:
        """The event of one adapter: a port that cannot be used has an error."""
        name = self.entry.device
        if self.failure is None:
            return Item(name=name, data=fields_of(self.row))
        told = ErrorEvent.of(self.failure)
        return Item(
            name=name,
            error={
                "code": told.code,
                "exit": told.exit,
                "message": told.message,
                "hint": told.hint,
                "data": told.data,
            },
        )


def ask_each(desk: Desk, entries: Sequence[PortEntry]) -> tuple[AnswerRow, ...]:
    """An item and a row for each adapter, in their order; chips are left running. Cancelled."""
    rows = []
    warn_about_mains(desk.sink)
    for entry in entries:
        with _asked(desk, entry, strangers=True) as answer:
            desk.sink.emit(answer.item())
            rows.append(answer.row)
    return tuple(rows)


def find_chip(
    desk: Desk,
    entries: Sequence[PortEntry],
    *,
    choose: Choose,
    limit_s: float | None,
    stays: bool = True,
) -> str:
    """The port on which a chip answers; it is left in its boot code if it `stays`.

    All are asked in each round. Where several answer, `choose` says which; the others are started
    again. Raises NobodyAnswers after `limit_s` (None: never), the first failure where no port can
    be opened, what `choose` raises, and Cancelled.
    """
    warn_about_mains(desk.sink)
    clock = desk.clock
    end_s = None if limit_s is None else clock.monotonic() + limit_s
    latest: dict[str, _Asked] = {}
    while True:
        round_end_s = clock.monotonic() + _ROUND_S
        with ExitStack() as open_ports:
            answers: list[_Asked] = []
            for entry in entries:
                if latest and end_s is not None and clock.monotonic() >= end_s:
                    break
                again = entry.device in latest
                one = open_ports.enter_context(_asked(desk, entry, again=again))
                answers.append(one)
                latest[entry.device] = one
            there = [answer for answer in answers if answer.row.answers]
            if there:
                picked = _picked(desk, there, choose)
                picked.stays = stays
                return picked.entry.device
        _refuse_unopened(answers)
        if end_s is not None and clock.monotonic() >= end_s:
            raise NobodyAnswers(
                count=len(latest),
                listed="\n".join(f"  {name}: {one.row.text}" for name, one in latest.items()),
            )
        clock.sleep(max(0.0, round_end_s - clock.monotonic()))


def _picked(desk: Desk, there: Sequence[_Asked], choose: Choose) -> _Asked:
    """The one to work with."""
    entry = there[0].entry if len(there) == 1 else choose([one.entry for one in there])
    picked = next(one for one in there if one.entry is entry)
    desk.sink.emit(Log(message=f"{entry.device}: {picked.row.text}"))
    return picked


def _refuse_unopened(answers: Sequence[_Asked]) -> None:
    """Raise the first failure where no port of a round could be opened: waiting helps nobody."""
    failures = [one.failure for one in answers if one.failure is not None]
    if failures and len(failures) == len(answers):
        raise failures[0]


@contextmanager
def _asked(
    desk: Desk, entry: PortEntry, *, strangers: bool = False, again: bool = False
) -> Iterator[_Asked]:
    """What is on one port; a chip that answers is kept awake until the end, then started."""
    desk.cancel.check()
    if not again:
        desk.sink.emit(Log(message=_("Asking {port} ...", port=entry.device)))
    with ExitStack() as closing:
        try:
            closing.enter_context(port_held(desk.locks, entry.device))
            port = desk.open_port(entry.device)
        except Cancelled:
            raise
        except PlugsmithError as failure:
            yield _Asked(entry=entry, row=_no_port(failure), failure=failure)
            return
        closing.callback(port.close)
        look, asked = _Look(desk, port), None
        try:
            asked = _Asked(entry=entry, row=look.row(strangers=strangers))
            yield asked
        finally:
            look.leave(stays=asked is not None and asked.stays)


def _no_port(failure: PlugsmithError) -> AnswerRow:
    return AnswerRow(
        heard=None, text=failure.message, answers=False, next_step=failure.hint, code=failure.code
    )


class _Look:
    """One look at one open port."""

    def __init__(self, desk: Desk, port: Port) -> None:
        self._desk = desk
        self._port = port
        self._witness = Witness(port, desk.clock)
        self._client: BootClient | None = None

    def row(self, *, strangers: bool) -> AnswerRow:
        """What was seen; `strangers`: other chips' boot codes are greeted too."""
        chip, gone = None, False
        try:
            chip = self._examine(strangers=strangers)
        except PortError:
            gone = True
        answers = self._client is not None and not gone
        verdict = judge(self._witness.seen(), answers=answers, gone=gone)
        step = verdict.causes[0].next_step
        text = _("A {chip} answers.", chip=chip) if chip and answers else verdict.text
        return AnswerRow(heard=verdict.state, text=text, answers=answers, next_step=step, chip=chip)

    def leave(self, *, stays: bool) -> None:
        """Let the firmware run, unless the chip `stays` in its boot code."""
        if self._client is None:
            return
        with suppress(PlugsmithError):
            if not stays:
                self._client.reboot()
        self._client.close()

    def _examine(self, *, strangers: bool) -> str | None:
        desk = self._desk
        if self._listen() in _LOUD:
            return None
        try:
            self._client = link(
                self._port,
                policy=LinkPolicy(timeout_s=_POLL_S, use_text=False, use_greetings=False),
                clock=desk.clock,
                sink=EventLog(),
                cancel=desk.cancel,
                witness=self._witness,
            )
        except LinkError:
            if strangers:
                look_for_other_chip(
                    self._port, witness=self._witness, clock=desk.clock, cancel=desk.cancel
                )
            return None
        try:
            return identify(self._client).chip.name
        except PlugsmithError as failure:
            if isinstance(failure, (Cancelled, PortError)):
                raise
            return None  # it answers; which one it is, `info` has more patience to find out

    def _listen(self) -> Heard:
        clock = self._desk.clock
        end_s = clock.monotonic() + _LISTEN_S
        while (left := end_s - clock.monotonic()) > 0:
            self._desk.cancel.check()
            self._witness.heard(self._port.read(512, min(left, 0.1)))
        return self._witness.ear.sound
