"""`plugsmith restore`: put a backup back, safely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Put a backup back on the device that it came from."))
def restore(
    backup: opt.BackupArgument,
    *,
    dry_run: opt.DryRunOption = False,
    allow: opt.AllowOption = None,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    log_port: opt.LogPortOption = None,
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
        log_port=log_port,
        trace=trace,
        remote_baud_follows=remote_baud_follows,
        allow=allow or (),
    )

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.cli.wiring import flow_context
        from plugsmith.flows.wire.restore import restore as do_it

        return do_it(flow_context(session, link), backup, dry_run=dry_run).as_data()

    from plugsmith.cli.wire.write_text import write_text

    run("restore", body, as_json=as_json, assume_yes=yes, render=write_text)
