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
from plugsmith.library.lock import held
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
    desk: Desk, entries: Sequence[PortEntry], *, choose: Choose, limit_s: float | None
) -> str:
    """The port on which a chip answers; it is left in its boot code.

    All are asked in each round. Where several answer, `choose` says which; the others are started
    again. Raises NobodyAnswers after `limit_s` (None: never), what `choose` raises, and Cancelled.
    """
    warn_about_mains(desk.sink)
    end_s = None if limit_s is None else desk.clock.monotonic() + limit_s
    while True:
        with ExitStack() as open_ports:
            answers = [open_ports.enter_context(_asked(desk, entry)) for entry in entries]
            there = [answer for answer in answers if answer.row.answers]
            if there:
                one = there[0].entry if len(there) == 1 else choose([a.entry for a in there])
                picked = next(answer for answer in there if answer.entry is one)
                picked.stays = True
                desk.sink.emit(Log(message=f"{one.device}: {picked.row.text}"))
                return one.device
        if end_s is not None and desk.clock.monotonic() >= end_s:
            raise NobodyAnswers(
                count=len(entries),
                listed="\n".join(f"  {one.entry.device}: {one.row.text}" for one in answers),
            )


@contextmanager
def _asked(desk: Desk, entry: PortEntry, *, strangers: bool = False) -> Iterator[_Asked]:
    """What is on one port; a chip that answers is kept awake until the end, then started."""
    desk.cancel.check()
    desk.sink.emit(Log(message=_("Asking {port} ...", port=entry.device)))
    with ExitStack() as closing:
        try:
            closing.enter_context(held(desk.locks, entry.device, words=entry.device))
            port = desk.open_port(entry.device)
        except Cancelled:
            raise
        except PlugsmithError as failure:
            yield _Asked(entry=entry, row=_no_port(failure), failure=failure)
            return
        closing.callback(port.close)
        look = _Look(desk, port)
        row = look.row(strangers=strangers)
        asked = _Asked(entry=entry, row=row)
        try:
            yield asked
        finally:
            look.leave(stays=asked.stays)


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
                policy=LinkPolicy(timeout_s=_POLL_S, use_text=False),
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
