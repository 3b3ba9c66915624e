"""`flash --via`: another program writes; and what of ours goes with none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.chip import ASK, port_of
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.api.chip import ChipRequest
    from plugsmith.api.session import Session
    from plugsmith.api.write import FlashRequest
    from plugsmith.flows.bridge.results import ViaFlashResult


def of_our_link(request: ChipRequest) -> dict[str, bool]:
    """Which options of the wires are given that another program does not know."""
    return {
        "--trace": request.trace is not None,
        "--remote-baud-follows": request.remote_baud_follows,
        "--link-timeout": request.link_timeout is not None and request.port != ASK,
    }


def refuse_ours(ours: dict[str, bool]) -> None:
    """UsageError that names the first option that is given."""
    for name, given in ours.items():
        if given:
            raise UsageError(problem=_("--via and {option} do not go together", option=name))


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
        **of_our_link(request),
        _("settings"): request.sets_anything,
    }
    refuse_ours(ours)
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
