"""`plugsmith backup`: a verified full read with a passport."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Read the whole flash, prove every byte, and store it with a passport."))
def backup(
    *,
    output: opt.OutputOption = None,
    resume: opt.ResumeOption = False,
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
        from plugsmith.flows.wire.backup import backup as do_it

        return do_it(flow_context(session, link), out=output, resume=resume).as_data()

    run("backup", body, as_json=as_json, assume_yes=yes, render=_render)


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    return table(
        [
            (_("Backup"), str(data["file"])),
            (_("Passport"), str(data["passport"])),
            (_("Device"), f"{data['chip']}, {data['mac'] or _('address unknown')}"),
            (_("Size"), _("{size} bytes, every one proven ({proof})", **data)),
            (_("Not read"), _("{skipped_blank} bytes that the chip proved to be blank", **data)),
            (_("Time"), _("{seconds:.1f} s, {bytes_on_wire} bytes on the wire", **data)),
            (_("SHA-256"), str(data["sha256"])),
        ]
    )
