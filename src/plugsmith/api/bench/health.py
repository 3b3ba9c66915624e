"""The verb `health`: its request and runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.chip import ChangeRequest, flow_context
from plugsmith.api.options import option, request
from plugsmith.messages import N_

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.write.health import HealthResult


@request
class HealthRequest(ChangeRequest):
    """How many sectors are tried."""

    sectors: int = option(
        default=8, least=1, most=64, metavar="COUNT", help=N_("How many free sectors to try.")
    )


def health(session: Session, request: HealthRequest) -> HealthResult:
    """`health`; asks before the first erase."""
    from plugsmith.flows.write.health import health as do_it

    return do_it(flow_context(session, request), count=request.sectors, dry_run=request.dry_run)
