"""`doctor`: listen, poll, and say what is on the wire and what to do about it.

Order: first only listen (an application may talk), then poll as linking does, then listen at 9600
for a TuyaMCU if what came was unreadable or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.boot.linking import answers_again, link
from plugsmith.boot.protocol.frames import LINK_CHECK
from plugsmith.errors.link import NoAnswer
from plugsmith.errors.port import PortLost, PortUnsupported
from plugsmith.flows.wire.connection import START_BAUD, warn_about_mains
from plugsmith.flows.wire.results import CauseRow, DoctorResult
from plugsmith.link.advice import causes, heard_text
from plugsmith.link.hearing import Heard, Hearing, is_echo
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.boot.client import BootClient
    from plugsmith.flows.context import FlowContext
    from plugsmith.link.port import Port

_LISTEN_S = 1.5
_POLL_S = 8.0
_MCU_BAUD = 9600
_START_S = 1.2  # longer than any listening window (uart-protocol.md 1.3)
_WATCH_S = 1.5
_UNCLEAR = {Heard.SILENCE, Heard.NOISE}
_TELLING = {Heard.ECHO, Heard.TUYA_MCU, Heard.RESET_LOOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The state of the wire; `detail` says what exactly was seen."""

    heard: Heard
    detail: str
    port: str

    def result(self, *, wiring: str) -> DoctorResult:
        """For the `doctor` verb."""
        return DoctorResult(
            heard=self.heard,
            text=heard_text(self.heard),
            detail=self.detail,
            port=self.port,
            causes=tuple(
                CauseRow(
                    cause=_(item.cause), likelihood=item.likelihood, next_step=_(item.next_step)
                )
                for item in causes(self.heard)
            ),
            wiring=wiring,
        )


def doctor(ctx: FlowContext) -> Diagnosis:
    """Find out what is on the wire; raises only what opening the port raises, and Cancelled."""
    port = ctx.open_port()
    try:
        warn_about_mains(ctx)
        ctx.say(_("Listening ..."))
        state, detail = _examine(ctx, port)
        return Diagnosis(heard=state, detail=detail, port=ctx.port_name)
    finally:
        port.close()


def _examine(ctx: FlowContext, port: Port) -> tuple[Heard, str]:
    try:
        before = _listen(ctx, port, _LISTEN_S)
        if before in _TELLING:
            return before, _("Heard without sending anything.")
        by_text = False
        try:
            client = _linked(ctx, port, by_text=False)
        except NoAnswer as silence:
            try:
                client = _linked(ctx, port, by_text=True)
            except NoAnswer:
                return _without_link(ctx, port, before, Heard(str(silence.facts["heard"])))
            by_text = True
        return _with_link(ctx, client, by_text=by_text)
    except PortLost:
        return Heard.PORT_LOST, _("It vanished while it was being listened to.")


def _linked(ctx: FlowContext, port: Port, *, by_text: bool) -> BootClient:
    """First without, then with the text that restarts a running OpenBeken."""
    limit_s = ctx.policy.timeout_s
    policy = replace(
        ctx.policy,
        timeout_s=_POLL_S if limit_s is None else min(limit_s, _POLL_S),
        use_text=by_text,
        use_lines=not by_text,
    )
    return link(
        port,
        policy=policy,
        clock=ctx.clock,
        sink=ctx.sink,
        cancel=ctx.cancel,
        speeds=ctx.library.relink_speeds(port=ctx.port_name, adapter=port.info.adapter),
    )


def _with_link(ctx: FlowContext, client: BootClient, *, by_text: bool) -> tuple[Heard, str]:
    """A boot code answers: let it start its firmware and look whether it comes back by itself."""
    try:
        for _attempt in range(3):
            if not any(client.link_check() for _try in range(3)):
                return Heard.RESET_LOOP, _("The boot code answered and was gone a moment later.")
        echo = _own_echo(ctx, client)
        client.reboot()
    finally:
        client.close()
    if echo:
        return Heard.ECHO, _("The chip answers, but everything that is sent comes back as well.")
    ctx.clock.sleep(_START_S)
    if answers_again(client.port, clock=ctx.clock, seconds=_WATCH_S):
        client.reboot()
        return Heard.RESET_LOOP, _(
            "The boot code answered, was told to start the firmware, and answered again."
        )
    if by_text:
        return Heard.CONSOLE, _("It obeyed the text `reboot`, then the boot code answered.")
    return Heard.CHIP, _("The boot code answered and was left running its firmware.")


def _own_echo(ctx: FlowContext, client: BootClient) -> bool:
    client.pause()
    heard = bytearray()
    for _poll in range(8):
        client.port.write(LINK_CHECK)
        end = ctx.clock.monotonic() + 0.03
        while (left := end - ctx.clock.monotonic()) > 0:
            heard += client.port.read(512, left)
    return is_echo(bytes(heard))


def _without_link(ctx: FlowContext, port: Port, before: Heard, polled: Heard) -> tuple[Heard, str]:
    state = polled if before in _UNCLEAR or polled is Heard.ECHO else before
    if state not in _UNCLEAR:
        return state, _("Heard at {baud} baud; no boot code answered.", baud=port.baud)
    if _set_baud(port, _MCU_BAUD):
        slow = _listen(ctx, port, _LISTEN_S)
        _set_baud(port, START_BAUD)
        if slow not in _UNCLEAR:
            return slow, _("Heard at {baud} baud.", baud=_MCU_BAUD)
    return state, _("No boot code answered.")


def _listen(ctx: FlowContext, port: Port, seconds: float) -> Heard:
    hearing = Hearing()
    end = ctx.clock.monotonic() + seconds
    while (left := end - ctx.clock.monotonic()) > 0:
        ctx.cancel.check()
        hearing.add(port.read(512, min(left, 0.1)))
    return hearing.verdict


def _set_baud(port: Port, baud: int) -> bool:
    if not port.capabilities.speed_changes:
        return False
    try:
        port.set_baud(baud)
    except PortUnsupported:
        return False
    return True
