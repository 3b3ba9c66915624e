"""`plugsmith reset`: let the chip run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Link with the chip and let it start what is in its flash."))
def reset(
    *,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    trace: opt.TraceOption = None,
    remote_baud_follows: opt.RemoteBaudOption = False,
    yes: opt.YesOption = False,
    as_json: opt.JsonOption = False,
) -> None:
    link = opt.LinkOptions(
        port=port,
        baud=baud,
        chip=chip,
        link_timeout_s=link_timeout,
        trace=trace,
        remote_baud_follows=remote_baud_follows,
    )

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.cli.wiring import flow_context
        from plugsmith.flows.wire.raw_read import reset as do_it

        return do_it(flow_context(session, link))

    run("reset", body, as_json=as_json, assume_yes=yes, render=_render)


def _render(data: dict[str, Fact]) -> str:
    return _("The {chip} was reset ({how}).", **data)
