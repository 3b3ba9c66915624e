"""`doctor`: listen, poll, and let the judge say what is on the wire and what to do about it.

Order: first only listen (an application may talk), then poll as linking does, then listen at other
rates where what came was unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.boot.contact.talkers import Talkers
from plugsmith.boot.linking import answers_again, link
from plugsmith.boot.protocol.frames import LINK_CHECK
from plugsmith.chips.other_chips import OtherChip, other_chip
from plugsmith.errors import Cancelled, PlugsmithError, UsageError
from plugsmith.errors.link import LinkError
from plugsmith.errors.port import PortError, PortLost
from plugsmith.flows.other_chip import other_chip_row
from plugsmith.flows.spi.spi_card import spi_card
from plugsmith.flows.wire.connected import warn_about_mains
from plugsmith.flows.wire.results import CauseRow, DoctorResult, ModuleRow
from plugsmith.flows.wire.wiring_card import other_chip_card, wiring_card
from plugsmith.link.advice import CAUSES
from plugsmith.link.hearing import Heard, is_echo
from plugsmith.link.other_boot import look_for_other_chip
from plugsmith.link.spi_address import is_spi
from plugsmith.link.verdict import Verdict, judge
from plugsmith.link.witness import Witness
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.boot.client import BootClient
    from plugsmith.chips.model import ModuleBoard
    from plugsmith.flows.context import FlowContext
    from plugsmith.interpret.module_label import Named
    from plugsmith.link.port import Port

_LISTEN_S = 1.5
_POLL_S = 8.0
_START_S = 1.2  # longer than any listening window (uart-protocol.md 1.3)
_WATCH_S = 1.5
_IN_ALL_S = 60.0  # who talks every 8 s has been met at every rate by then
_TELLING = {Heard.ECHO, Heard.TUYA_MCU, Heard.RESET_LOOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The verdict; `answers`: the boot code can be reached; `detail` says what exactly was seen."""

    verdict: Verdict
    answers: bool
    detail: str
    port: str
    other: OtherChip | None = None  # who talks, where it is a chip with another way to free it

    @property
    def heard(self) -> Heard:
        """The state of the wire."""
        return self.verdict.state

    def result(self, named: Named | None = None) -> DoctorResult:
        """For the `doctor` verb: `named` is what the user says that the label names. What talks
        on the wire counts more than a name.
        """
        board = named.board if named is not None else None
        other = self.other or (named.other if named is not None else None)
        drawn = board if named is not None and other is named.other else None
        title = named.chip.name if named is not None and named.chip is not None else ""
        return DoctorResult(
            heard=self.heard,
            text=self.verdict.text,
            answers=self.answers,
            detail=self.detail,
            port=self.port,
            causes=tuple(
                CauseRow(cause=item.cause, likelihood=item.likelihood, next_step=item.next_step)
                for item in self.verdict.causes
            ),
            wiring=other_chip_card(other, drawn) if other else _wires(board, title),
            other_chip=other_chip_row(other),
            module=ModuleRow(name=board.name, chip=board.chip, evidence=board.evidence)
            if board is not None
            else None,
        )


def _wires(board: ModuleBoard | None, title: str = "") -> str:
    """Those of the UART, then those of the flash pins where the module is known."""
    spi = spi_card(board) if board is not None else ""
    return "\n\n".join(part for part in (wiring_card(board, title), spi) if part)


def without_adapter() -> Diagnosis:
    """What there is to say where nothing can be listened to."""
    cause = CAUSES[Heard.NO_ADAPTER][0]
    verdict = Verdict(
        state=Heard.NO_ADAPTER,
        text=_("No serial adapter is connected, so nothing was listened to."),
        causes=(replace(cause, cause=_(cause.cause), next_step=_(cause.next_step)),),
    )
    return Diagnosis(verdict=verdict, answers=False, detail="", port="")


def doctor(ctx: FlowContext) -> Diagnosis:
    """Find out what is on the wire; raises only what opening the port raises, and Cancelled.

    UsageError for an SPI adapter, which hears no UART.
    """
    if is_spi(ctx.port_name):
        raise UsageError(
            problem=_(
                "doctor listens on a UART; over SPI `plugsmith info` says what came back and which "
                "wire that points at"
            )
        )
    port = ctx.open_port()
    try:
        warn_about_mains(ctx.sink)
        ctx.say(_("Listening ..."))
        return _Examination(ctx, port).diagnosis()
    finally:
        port.close()


class _Examination:
    """One look at one port; everything that is seen goes to the witness."""

    def __init__(self, ctx: FlowContext, port: Port) -> None:
        self._ctx = ctx
        self._port = port
        self._witness = Witness(port, ctx.clock)
        self._by_text = False
        self._began_s = ctx.clock.monotonic()

    def diagnosis(self) -> Diagnosis:
        """Listen, poll, and look whether the firmware stays up."""
        gone = answers = False
        detail = _("No boot code of a Beken chip answered.")
        try:
            detail, answers = self._examine()
        except PortError as lost:
            gone = isinstance(lost, PortLost) or self._witness.seen().losses != ()
            detail = _("Seen while the port was listened to.")
        seen = self._witness.seen()
        verdict = judge(seen, answers=answers, by_text=self._by_text, gone=gone)
        talker = seen.voice if verdict.state is Heard.OTHER_CHIP else None
        return Diagnosis(
            verdict=verdict,
            answers=answers,
            detail=detail,
            port=self._ctx.port_name,
            other=other_chip(talker) if talker else None,
        )

    def _examine(self) -> tuple[str, bool]:
        try:
            if self._listen(_LISTEN_S) in _TELLING:
                return _("Heard without sending anything."), False
        except PortLost:
            pass  # the search meets the same, and waits for the port
        client = self._linked()
        if client is not None:
            return self._watch(client)
        look_for_other_chip(
            self._port, witness=self._witness, clock=self._ctx.clock, cancel=self._ctx.cancel
        )
        self._listen_patiently()
        return _("No boot code of a Beken chip answered."), False

    def _listen_patiently(self) -> None:
        """Noise may be somebody who talks seldom, at another rate."""
        if judge(self._witness.seen()).state is not Heard.NOISE:
            return
        limit_s = self._ctx.policy.timeout_s
        talkers = Talkers(self._witness, clock=self._ctx.clock, cancel=self._ctx.cancel)
        talkers.listen_patiently(self._began_s + (_IN_ALL_S if limit_s is None else limit_s))
        self._ctx.cancel.check()

    def _linked(self) -> BootClient | None:
        """First without, then with the text that restarts a running OpenBeken."""
        for self._by_text in (False, True):
            try:
                return self._search()
            except LinkError:
                if self._witness.too_slow:
                    return None
        return None

    def _search(self) -> BootClient:
        ctx, limit_s = self._ctx, self._ctx.policy.timeout_s
        policy = replace(
            ctx.policy,
            timeout_s=_POLL_S if limit_s is None else min(limit_s, _POLL_S),
            use_text=self._by_text,
            use_lines=not self._by_text,
            use_greetings=False,  # they come later, all of them
        )
        speeds = ctx.library.relink_speeds(port=ctx.port_name, adapter=self._port.info.adapter)
        return link(
            self._port,
            policy=policy,
            clock=ctx.clock,
            sink=ctx.sink,
            cancel=ctx.cancel,
            speeds=speeds,
            witness=self._witness,
        )

    def _watch(self, client: BootClient) -> tuple[str, bool]:
        """A boot code answers: let it start its firmware and look if it comes back by itself."""
        witness = self._witness
        try:
            for _attempt in range(3):
                if not any(client.link_check() for _try in range(3)):
                    witness.came_back = True
                    return _("The boot code answered and was gone a moment later."), False
            witness.echo_beside_answers = self._own_echo(client)
            client.reboot()
        except PlugsmithError as failure:
            if isinstance(failure, (PortError, Cancelled)):
                raise
            return _("The boot code answered and was gone a moment later."), False
        finally:
            client.close()
        if witness.echo_beside_answers:
            return _("The chip answers, but what is sent comes back as well."), True
        self._ctx.cancel.check()
        self._ctx.clock.sleep(_START_S)
        witness.came_back = answers_again(
            client.port, clock=self._ctx.clock, seconds=_WATCH_S, cancel=self._ctx.cancel
        )
        if witness.came_back:
            client.reboot()
            text = _("The boot code answered, was told to start the firmware, and answered again.")
            return text, True
        if self._by_text:
            return _("It obeyed the text `reboot`, then the boot code answered."), True
        return _("The boot code answered and was left running its firmware."), True

    def _own_echo(self, client: BootClient) -> bool:
        client.pause()
        heard = bytearray()
        for _poll in range(8):
            client.port.write(LINK_CHECK)
            end = self._ctx.clock.monotonic() + 0.03
            while (left := end - self._ctx.clock.monotonic()) > 0:
                heard += client.port.read(512, left)
        return is_echo(bytes(heard))

    def _listen(self, seconds: float) -> Heard:
        clock = self._ctx.clock
        end = clock.monotonic() + seconds
        while (left := end - clock.monotonic()) > 0:
            self._ctx.cancel.check()
            self._witness.heard(self._port.read(512, min(left, 0.1)))
        return self._witness.ear.sound
