"""`plugsmith write`: any bytes to any place that may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.memory import parse_size
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Write a file to an address of the flash, with backup and proof."))
def write(
    file: opt.DataArgument,
    *,
    start: opt.StartOption,
    length: opt.LengthOption = None,
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
        from plugsmith.flows.image.file import open_image
        from plugsmith.flows.wire.raw_write import write_raw

        data = open_image(file).data
        amount = parse_size(length, whole=len(data)) if length else len(data)
        if not 0 < amount <= len(data):
            raise UsageError(problem=_("--length {length} is not in the file", length=length))
        ctx = flow_context(session, link)
        return write_raw(ctx, data[:amount], start=parse_size(start), dry_run=dry_run).as_data()

    from plugsmith.cli.wire.write_text import write_text

    run("write", body, as_json=as_json, assume_yes=yes, render=write_text)
