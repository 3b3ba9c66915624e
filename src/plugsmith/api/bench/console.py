"""The verb `console`: request and runner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.chip import ListenRequest, flow_context
from plugsmith.api.options import new_file, option, request
from plugsmith.messages import N_

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.wire.results import ConsoleResult


@request
class ConsoleRequest(ListenRequest):
    """How to listen, and what to send."""

    baud: int | None = option(
        "--baud",
        "-b",
        default=None,
        least=300,
        most=4_000_000,
        help=N_("The speed. Left out: 115200; others if that gives no text."),
    )
    send: tuple[str, ...] = option(
        private=True,
        default=(),
        metavar="COMMAND",
        help=N_("Send a command at the start. Repeatable."),
    )
    seconds: float | None = option(
        default=None, least=0.1, most=86400, help=N_("Stop after this time, else with Ctrl-C.")
    )
    show_secrets: bool = option(
        default=False, help=N_("Show passwords and keys too. Do not share what comes out.")
    )
    output: Path | None = new_file(help=N_("Keep the lines in a file too."))


def console(session: Session, request: ConsoleRequest) -> ConsoleResult:
    """`console`; what is typed at a terminal is sent."""
    from plugsmith.errors.library import OutputExists
    from plugsmith.flows.wire.console import ConsoleWish
    from plugsmith.flows.wire.console import console as do_it

    if request.output is not None and request.output.exists():
        raise OutputExists(name=str(request.output))
    wish = ConsoleWish(
        baud=request.baud,
        seconds=request.seconds,
        output=request.output,
        commands=request.send,
        show_secrets=request.show_secrets,
    )
    context = flow_context(session, request, listens=True)
    return do_it(context, wish, typed=session.typed)
