"""`plugsmith doctor`: what is on the wire, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Listen to the port and say what is wrong with the connection, if anything."))
def doctor(
    *,
    port: opt.PortOption = None,
    module: Annotated[
        str | None,
        typer.Option("--module", metavar="NAME", help=_("Draw the wiring of this module: WB2S.")),
    ] = None,
    link_timeout: opt.LinkTimeoutOption = None,
    trace: opt.TraceOption = None,
    remote_baud_follows: opt.RemoteBaudOption = False,
    yes: opt.YesOption = False,
    as_json: opt.JsonOption = False,
) -> None:
    link = opt.LinkOptions(
        port=port,
        link_timeout_s=link_timeout,
        trace=trace,
        remote_baud_follows=remote_baud_follows,
    )

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.chips.catalog import module as find_module
        from plugsmith.chips.catalog import modules
        from plugsmith.cli.wiring import flow_context
        from plugsmith.errors import ExitCode, UsageError
        from plugsmith.flows.wire.doctor import doctor as examine
        from plugsmith.flows.wire.wiring_card import wiring_card
        from plugsmith.link.hearing import Heard

        board = find_module(module) if module else None
        if module and board is None:
            known = ", ".join(item.name for item in modules())
            raise UsageError(
                problem=_("{name} is not a known module ({known})", name=module, known=known)
            )
        found = examine(flow_context(session, link))
        codes = {
            Heard.CHIP: ExitCode.DONE,
            Heard.CONSOLE: ExitCode.DONE,
            Heard.PORT_LOST: ExitCode.PORT,
            Heard.RESET_LOOP: ExitCode.VERIFY,
        }
        session.exit_code = codes.get(found.heard, ExitCode.NO_LINK)
        return found.as_data() | {"wiring": wiring_card(board)}

    run("doctor", body, as_json=as_json, assume_yes=yes, render=_render)


def _render(data: dict[str, Fact]) -> str:
    lines = [f"{data['text']} {data['detail']}", ""]
    found = data["causes"]
    for cause in found if isinstance(found, list) else []:
        if isinstance(cause, dict):
            lines += [f"- {cause['cause']} ({cause['likelihood']})", f"  {cause['next_step']}"]
    return "\n".join([*lines, "", str(data["wiring"])])
