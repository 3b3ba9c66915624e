"""A FlowContext for the verbs that are not in the table yet, out of their link options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api import chip as api

if TYPE_CHECKING:
    from plugsmith.cli.options import LinkOptions
    from plugsmith.cli.session import Session
    from plugsmith.flows.context import FlowContext


def flow_context(session: Session, options: LinkOptions) -> FlowContext:
    """As `plugsmith.api.chip.flow_context`."""
    request = api.LoggedRequest(
        port=options.port,
        baud=options.baud,
        chip=options.chip,
        link_timeout=options.link_timeout_s,
        log_port=options.log_port,
        trace=options.trace,
        remote_baud_follows=options.remote_baud_follows,
        allow=tuple(options.allow),
    )
    return api.flow_context(session, request)
