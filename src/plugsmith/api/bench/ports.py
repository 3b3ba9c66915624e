"""The verb `ports`: its request and runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.chip import ASK, PortRequest, desk_for
from plugsmith.api.options import option, request
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.port_results import PortsResult


@request
class PortsRequest(PortRequest):
    """Which ports, whether to ask what is on each, and whether to stay and see others come."""

    ask: bool = option(
        "--ask",
        default=False,
        help=N_("Ask each adapter in turn what is on it. Writes nothing; a chip may restart."),
    )
    watch: bool = option(
        "--watch",
        "-w",
        default=False,
        help=N_("Go on, and say which ports come and go, until you press Ctrl-C."),
    )
    seconds: float | None = option(
        default=None, least=0.1, most=86400, help=N_("Stop after this time, else with Ctrl-C.")
    )


def ports(session: Session, request: PortsRequest) -> PortsResult:
    """`ports`; UsageError for two ways at once."""
    from plugsmith.clock import RealClock
    from plugsmith.flows.ports import asked_ports, watch
    from plugsmith.flows.ports import ports as do_it

    if request.ask and request.watch:
        raise UsageError(problem=_("--ask and --watch do not go together"))
    named = None if request.port == ASK else request.port  # the word names none
    if request.ask:
        from plugsmith.flows.wire.ask import ask_each

        return asked_ports(
            named,
            only=request.port_filter,
            ask_each=lambda entries: ask_each(desk_for(session, entries), entries),
        )
    if not request.watch:
        return do_it(named, only=request.port_filter)
    return watch(
        named,
        only=request.port_filter,
        clock=RealClock(),
        sink=session.sink,
        cancel=session.cancel,
        seconds=request.seconds,
    )
