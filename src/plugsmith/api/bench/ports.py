"""The verb `ports`: its request and runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.chip import PortRequest
from plugsmith.api.options import option, request
from plugsmith.messages import N_

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.wire.results import PortsResult


@request
class PortsRequest(PortRequest):
    """Which ports, and whether to stay and see others come."""

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
    """`ports`."""
    from plugsmith.clock import RealClock
    from plugsmith.flows.ports import ports as do_it
    from plugsmith.flows.ports import watch

    if not request.watch:
        return do_it(request.port)
    return watch(
        request.port,
        clock=RealClock(),
        sink=session.sink,
        cancel=session.cancel,
        seconds=request.seconds,
    )
