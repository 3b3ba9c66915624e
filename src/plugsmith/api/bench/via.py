"""`flash --via`: another program writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.chip import port_of, refuse_with_via
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.api.write import FlashRequest
    from plugsmith.flows.bridge.results import ViaFlashResult


def flash_via(session: Session, request: FlashRequest, program: str) -> ViaFlashResult:
    """`flash --via`; UsageError for options that are of our own way."""
    from plugsmith.clock import RealClock
    from plugsmith.flows.bridge.flash import ViaFlash
    from plugsmith.flows.bridge.flash import flash_via as do_it
    from plugsmith.flows.permissions import Permissions

    if request.image is None:
        raise UsageError(problem=_("--via needs the file to write: IMAGE"))
    ours = {
        "--download": request.download,
        "--boot-check": request.boot_check,
        "--find": request.find is not None,
        "--with-settings": request.with_settings,
        "--log-port": request.log_port is not None,
        _("settings"): request.sets_anything,
    }
    refuse_with_via(request, ours)
    return do_it(
        ViaFlash(
            program=program,
            port=port_of(session, request),
            chip=request.chip,
            baud=request.baud,
            image=request.image,
            dry_run=request.dry_run,
            permissions=Permissions.parse(request.allow),
            library=session.library,
            clock=session.clock or RealClock(),
            sink=session.sink,
            cancel=session.cancel,
            consent=lambda question, step: session.confirm(question, step=step),
        )
    )
